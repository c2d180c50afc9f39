//! The way to declare a command.
//!
//! A declaration names the type, the words of the command, what it returns and how that is read,
//! then one line for each flag: the method, its kind and docker's own spelling.
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
//! A flag that docker takes several times is a method that can be called several times. One that has
//! the name of a method of [`Command`](crate::Command), such as `--timeout`, needs another name
//! here, or it would hide that method.

macro_rules! command {
    (
        $(#[$documentation:meta])*
        $name:ident = $($word:literal)* => $output:ty, $read:expr $(, speaker: $speaker:ident)?;
        $($(#[$flag_documentation:meta])* $flag:ident: $kind:ident $long:literal;)*
    ) => {
        $(#[$documentation])*
        #[derive(Clone, Debug)]
        #[must_use = "nothing happens until it is called"]
        pub struct $name($crate::invocation::Invocation);

        impl $name {
            #[allow(dead_code, reason = "a command by its words has a constructor of its own")]
            pub(crate) fn new(docker: &$crate::docker::Docker) -> Self {
                let path: &[&str] = &[$($word),*];
                Self($crate::invocation::Invocation::new(docker, path))
            }

            #[allow(dead_code, reason = "not every command has them")]
            pub(crate) fn positionals<I>(mut self, words: I) -> Self
            where
                I: IntoIterator<Item: AsRef<std::ffi::OsStr>>,
            {
                for word in words {
                    self.0.positional(word);
                }
                self
            }

            $($crate::define::flag! { $kind $flag $long $(#[$flag_documentation])* })*
        }

        impl $crate::command::Builder for $name {
            const SPEAKER: $crate::classify::Speaker =
                $crate::define::speaker!($($speaker)?);

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

macro_rules! speaker {
    () => {
        $crate::classify::Speaker::Docker
    };
    ($speaker:ident) => {
        $crate::classify::Speaker::$speaker
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
        #[doc = concat!("\n\n`", $long, "`, in seconds; docker knows no parts of them, so they are rounded up")]
        pub fn $flag(mut self, time: std::time::Duration) -> Self {
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            self.0.value($long, seconds.to_string());
            self
        }
    };
}

pub(crate) use {command, flag, speaker};
