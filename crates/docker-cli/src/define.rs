//! Declaring a command.
//!
//! A declaration has the type, the words of the command, the type that it returns and the function
//! that parses it, then a line for each flag: the method, its kind and docker's spelling.
//!
//! | kind | method | command line |
//! |---|---|---|
//! | `switch` | `all()` | `--all` |
//! | `toggle` | `sig_proxy(false)` | `--sig-proxy=false` |
//! | `value` | `name("web")` | `--name=web` |
//! | `pair` | `env("K", "V")` | `--env=K=V` |
//! | `number` | `memory_swap(-1)` | `--memory-swap=-1` |
//! | `decimal` | `cpus(1.5)` | `--cpus=1.5` |
//! | `seconds` | `time(Duration::from_secs(2))` | `--time=2` |
//!
//! The method of a flag that can be repeated can be called repeatedly. A flag with the name of a
//! method of [`Command`](crate::Command), such as `--timeout`, needs another name here, since it
//! would hide that method.

macro_rules! command {
    (
        $(#[$documentation:meta])*
        $name:ident = $($word:literal)* => $output:ty, $read:expr $(, origin: $origin:ident)?;
        $($(#[$flag_documentation:meta])* $flag:ident: $kind:ident $long:literal;)*
    ) => {
        $(#[$documentation])*
        #[derive(Clone, Debug)]
        #[must_use = "a command does nothing until it is run, e.g. with `call`"]
        pub struct $name($crate::invocation::Invocation);

        impl $name {
            #[allow(dead_code, reason = "`Raw` and commands made from others have constructors of their own")]
            pub(crate) fn new(docker: &$crate::docker::Docker) -> Self {
                let path: &[&str] = &[$($word),*];
                let origin = $crate::define::origin!($($origin)?);
                Self($crate::invocation::Invocation::new(docker, path, origin))
            }

            #[allow(dead_code, reason = "not every command has positional arguments")]
            pub(crate) fn positionals<I>(mut self, words: I) -> Self
            where
                I: IntoIterator<Item: AsRef<std::ffi::OsStr>>,
            {
                for word in words {
                    self.0.positional(word);
                }
                self
            }

            #[allow(dead_code, reason = "not every command takes a list")]
            pub(crate) fn list<I>(mut self, names: I) -> Self
            where
                I: IntoIterator<Item: AsRef<std::ffi::OsStr>>,
            {
                self.0.list(names);
                self
            }

            $($crate::define::flag! { $kind $flag $long $(#[$flag_documentation])* })*
        }

        impl $crate::command::Builder for $name {
            fn invocation(&self) -> &$crate::invocation::Invocation {
                &self.0
            }

            fn invocation_mut(&mut self) -> &mut $crate::invocation::Invocation {
                &mut self.0
            }

            fn into_invocation(self) -> $crate::invocation::Invocation {
                self.0
            }
        }

        impl $crate::command::Command for $name {
            type Output = $output;

            fn read(output: $crate::output::Output) -> Result<$output, $crate::error::Error> {
                $read(output)
            }
        }
    };
}

macro_rules! origin {
    () => {
        $crate::classify::Origin::Docker
    };
    ($origin:ident) => {
        $crate::classify::Origin::$origin
    };
}

macro_rules! flag {
    (switch $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self) -> Self {
            self.0.flag($long);
            self
        }
    };
    (toggle $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, on: bool) -> Self {
            self.0.value($long, if on { "true" } else { "false" });
            self
        }
    };
    (value $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, value: impl AsRef<std::ffi::OsStr>) -> Self {
            self.0.value($long, value);
            self
        }
    };
    (pair $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(
            mut self,
            key: impl AsRef<std::ffi::OsStr>,
            value: impl AsRef<std::ffi::OsStr>,
        ) -> Self {
            let mut pair = key.as_ref().to_owned();
            pair.push("=");
            pair.push(value);
            self.0.value($long, pair);
            self
        }
    };
    (number $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, number: i64) -> Self {
            self.0.value($long, number.to_string());
            self
        }
    };
    (decimal $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, number: f64) -> Self {
            self.0.value($long, number.to_string());
            self
        }
    };
    (seconds $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`, in whole seconds, rounded up")]
        pub fn $flag(mut self, time: std::time::Duration) -> Self {
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            self.0.value($long, seconds.to_string());
            self
        }
    };
}

pub(crate) use {command, flag, origin};
