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
//! | `list` | `volume("a:/a").volume("b:/b")` | `--volume=a:/a --volume=b:/b` |
//! | `pair` | `env("K", "V")` | `--env=K=V` |
//! | `number` | `memory_swap(-1)` | `--memory-swap=-1` |
//! | `decimal` | `cpus(1.5)` | `--cpus=1.5` |
//! | `seconds` | `time(Duration::from_secs(2))` | `--time=2` |
//! | `duration` | `health_interval(Duration::from_millis(1500))` | `--health-interval=1500ms` |
//!
//! The method of a flag that can be repeated can be called repeatedly. The name of a method is the
//! flag's, with `_` behind it if Rust or [`DockerCommand`](crate::DockerCommand) uses the name: an
//! `output` here would hide that of the trait.
//!
//! Commands with a result of their own are declared by hand, with documentation for the flags that
//! most programs need. `cargo xtask generate` reads these declarations, and adds all other flags
//! (`flags!`) and commands in `generated/`.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use crate::command::Builder;

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
            pub(crate) fn new(parent: &impl $crate::invocation::Parent) -> Self {
                Self(parent.begin(&[$($word),*], $crate::define::origin!($($origin)?)))
            }

            #[allow(dead_code, reason = "not every command has positional arguments")]
            pub(crate) fn with_positionals<I>(mut self, words: I) -> Self
            where
                I: IntoIterator<Item: AsRef<std::ffi::OsStr>>,
            {
                for word in words {
                    self.0.positional(word);
                }
                self
            }

            #[allow(dead_code, reason = "not every command takes a list")]
            pub(crate) fn with_list<I>(mut self, names: I) -> Self
            where
                I: IntoIterator<Item: AsRef<std::ffi::OsStr>>,
            {
                self.0.list(names);
                self
            }

            #[allow(dead_code, reason = "not every command takes a program")]
            pub(crate) fn with_program<I>(mut self, words: I) -> Self
            where
                I: IntoIterator<Item: AsRef<std::ffi::OsStr>>,
            {
                self.0.program(words);
                self
            }

            $($crate::define::flag! { $kind $flag $long $(#[$flag_documentation])* })*
        }

        $crate::define::builder!($name);

        impl $crate::command::DockerCommand for $name {
            type Output = $output;

            fn read(output: $crate::output::Output) -> Result<$output, $crate::error::Error> {
                $read(output)
            }
        }
    };
}

/// More flags of a command that is declared elsewhere. (The words are for `cargo xtask generate`.)
macro_rules! flags {
    (
        $name:ty = $($word:literal)*;
        $($(#[$flag_documentation:meta])* $flag:ident: $kind:ident $long:literal;)*
    ) => {
        #[doc = concat!(
            "Flags without a description here: see [Docker's own](https://docs.docker.com/reference/cli/docker/",
            $($word, "/",)* ")."
        )]
        impl $name {
            $($crate::define::flag! { $kind $flag $long $(#[$flag_documentation])* })*
        }
    };
}

/// A group of commands with flags of its own, which precede the command.
macro_rules! group {
    (
        $(#[$documentation:meta])*
        $name:ident = $($word:literal)*;
        $($(#[$flag_documentation:meta])* $flag:ident: $kind:ident $long:literal;)*
    ) => {
        $(#[$documentation])*
        #[derive(Clone, Debug)]
        #[must_use = "this only holds flags for the commands that its methods return"]
        pub struct $name(pub(crate) $crate::invocation::Invocation);

        impl $name {
            pub(crate) fn new(docker: &$crate::docker::Docker) -> Self {
                Self($crate::invocation::Parent::begin(
                    docker,
                    &[$($word),*],
                    $crate::output::Origin::Docker,
                ))
            }

            /// Adds a flag that has no method here, as one word.
            pub fn flag(mut self, raw: impl Into<std::ffi::OsString>) -> Self {
                self.0.flag(raw);
                self
            }

            $($crate::define::flag! { $kind $flag $long $(#[$flag_documentation])* })*
        }

        $crate::define::builder!($name);
    };
}

/// Flags of docker itself, in front of each command. (Those that help lists and that are not here, such as
/// `--host`, have methods that are written out.)
macro_rules! globals {
    (
        $name:ident =;
        $($(#[$documentation:meta])* $flag:ident: $kind:ident $long:literal;)*
    ) => {
        impl $name {
            $($crate::define::global! { $kind $flag $long $(#[$documentation])* })*
        }
    };
}

macro_rules! global {
    (switch $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(self) -> Self {
            self.global_flag($long)
        }
    };
    (value $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(self, value: impl AsRef<std::ffi::OsStr>) -> Self {
            let mut flag = std::ffi::OsString::from(concat!($long, "="));
            flag.push(value);
            self.global_flag(flag)
        }
    };
}

macro_rules! builder {
    ($name:ident) => {
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
    };
}

/// An object in Docker's JSON that may lack any field: the fields that are typed, and `other`.
macro_rules! record {
    (
        $(#[$documentation:meta])*
        $name:ident {
            $($(#[$field_documentation:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(rename_all = "PascalCase")]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_documentation])*
                #[serde(default, deserialize_with = "crate::read::or_default")]
                pub $field: $type,
            )*
            /// The fields that are not typed.
            #[serde(flatten)]
            pub other: std::collections::BTreeMap<String, serde_json::Value>,
        }
    };
}

macro_rules! origin {
    () => {
        $crate::output::Origin::Docker
    };
    ($origin:ident) => {
        $crate::output::Origin::$origin
    };
}

macro_rules! flag {
    (switch $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self) -> Self {
            $crate::command::Builder::invocation_mut(&mut self).flag($long);
            self
        }
    };
    (toggle $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, on: bool) -> Self {
            $crate::define::set(&mut self, $long, if on { "true" } else { "false" });
            self
        }
    };
    (value $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, value: impl AsRef<std::ffi::OsStr>) -> Self {
            $crate::define::set(&mut self, $long, value);
            self
        }
    };
    (list $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`; can be repeated")]
        pub fn $flag(mut self, value: impl AsRef<std::ffi::OsStr>) -> Self {
            $crate::define::set(&mut self, $long, value);
            self
        }
    };
    (pair $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`; can be repeated")]
        pub fn $flag(
            mut self,
            key: impl AsRef<std::ffi::OsStr>,
            value: impl AsRef<std::ffi::OsStr>,
        ) -> Self {
            $crate::define::set(&mut self, $long, $crate::define::pair(key, value));
            self
        }
    };
    (number $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, number: i64) -> Self {
            $crate::define::set(&mut self, $long, number.to_string());
            self
        }
    };
    (decimal $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, number: f64) -> Self {
            $crate::define::set(&mut self, $long, number.to_string());
            self
        }
    };
    (seconds $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`, in whole seconds, rounded up")]
        pub fn $flag(mut self, time: std::time::Duration) -> Self {
            $crate::define::set(&mut self, $long, $crate::define::whole_seconds(time));
            self
        }
    };
    (duration $flag:ident $long:literal $(#[$documentation:meta])*) => {
        $(#[$documentation])*
        #[doc = concat!("\n\n`", $long, "`")]
        pub fn $flag(mut self, time: std::time::Duration) -> Self {
            $crate::define::set(&mut self, $long, $crate::define::go_duration(time));
            self
        }
    };
}

pub(crate) use {builder, command, flag, flags, global, globals, group, origin, record};

/// Adds `--name=value`.
pub(crate) fn set(builder: &mut impl Builder, name: &str, value: impl AsRef<OsStr>) {
    builder.invocation_mut().value(name, value);
}

/// `key=value`
pub(crate) fn pair(key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> OsString {
    [key.as_ref(), value.as_ref()].join(OsStr::new("="))
}

/// The seconds of a time, rounded up.
pub(crate) fn whole_seconds(time: Duration) -> String {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).to_string()
}

/// A time as Go parses it, exactly: `90s`, `1500ms`, `1000001ns`.
pub(crate) fn go_duration(time: Duration) -> String {
    match time.subsec_nanos() {
        0 => format!("{}s", time.as_secs()),
        nanos if nanos.is_multiple_of(1_000_000) => format!("{}ms", time.as_millis()),
        _ => format!("{}ns", time.as_nanos()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_exact() {
        for (nanos, expected) in [
            (0, "0s"),
            (90_000_000_000, "90s"),
            (1_500_000_000, "1500ms"),
            (1_000_001, "1000001ns"),
        ] {
            assert_eq!(go_duration(Duration::from_nanos(nanos)), expected);
        }
    }

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::from_millis(2000)), "2");
        assert_eq!(whole_seconds(Duration::from_millis(2001)), "3");
    }
}
