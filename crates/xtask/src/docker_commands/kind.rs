//! What a flag takes.

/// What a flag takes: the kinds of docker-cli's `define.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: `--all`.
    Switch,
    /// `true` or `false`; without it, true.
    Toggle,
    /// Any text.
    Value,
    /// Any text, and the flag can be repeated.
    List,
    /// `KEY=VALUE`, and the flag can be repeated.
    Pair,
    /// An integer.
    Number,
    Decimal,
    /// An integer, in seconds.
    Seconds,
    /// A time with its unit, as Go writes it: `1.5s`.
    Duration,
}

const NAMES: [(Kind, &str); 9] = [
    (Kind::Switch, "switch"),
    (Kind::Toggle, "toggle"),
    (Kind::Value, "value"),
    (Kind::List, "list"),
    (Kind::Pair, "pair"),
    (Kind::Number, "number"),
    (Kind::Decimal, "decimal"),
    (Kind::Seconds, "seconds"),
    (Kind::Duration, "duration"),
];

/// Lists of which each element is `KEY=VALUE`, beside those that help calls a `map`.
const PAIRS: [&str; 16] = [
    "annotation",
    "build-arg",
    "build-context",
    "container-label",
    "container-label-add",
    "driver-opt",
    "env",
    "env-add",
    "generic-resource",
    "generic-resource-add",
    "label",
    "label-add",
    "log-opt",
    "opt",
    "scale",
    "storage-opt",
];

impl Kind {
    /// The kind with this name in docker-cli's `define.rs`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Its name in docker-cli's `define.rs`.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The kind of a flag from its name, the type behind it in help, if there is one, and whether it
    /// is described as true by default. Types are those of docker's, compose's and buildx's flags,
    /// and of the library that parses them (pflag); the value of an unknown one is any text.
    pub(super) fn from_help(flag: &str, of: Option<&str>, is_true: bool) -> Self {
        let Some(of) = of else {
            return if is_true { Self::Toggle } else { Self::Switch };
        };
        match of {
            "int" | "int64" | "uint" | "uint16" | "uint32" | "uint64" => Self::Number,
            "decimal" | "float" => Self::Decimal,
            "duration" => Self::Duration,
            "map" => Self::Pair,
            "list" | "stringArray" | "strings" | "scale" if PAIRS.contains(&flag) => Self::Pair,
            "config" | "external-ca" | "filter" | "ipNetSlice" | "list" | "mount" | "network"
            | "port" | "pref" | "scale" | "secret" | "stringArray" | "strings" | "ulimit" => {
                Self::List
            }
            _ => Self::Value,
        }
    }

    /// Whether a method of this kind passes what a flag takes that has the kind `help`.
    pub(super) fn fits(self, help: Self) -> bool {
        match help {
            Self::Switch | Self::Toggle => matches!(self, Self::Switch | Self::Toggle),
            Self::Number => matches!(self, Self::Number | Self::Seconds),
            Self::Decimal => self == Self::Decimal,
            Self::Duration => self == Self::Duration,
            // Some texts are restricted by docker, but not in help.
            Self::Value | Self::List | Self::Pair | Self::Seconds => {
                !matches!(self, Self::Switch | Self::Toggle)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_name() {
        for (kind, name) in NAMES {
            assert_eq!((Kind::from_name(name), kind.name()), (Some(kind), name));
        }
        assert_eq!(Kind::from_name("text"), None);
    }

    #[test]
    fn types_of_help_become_kinds() {
        for (flag, of, is_true, kind) in [
            ("all", None, false, Kind::Switch),
            ("sig-proxy", None, true, Kind::Toggle),
            ("name", Some("string"), true, Kind::Value),
            ("memory", Some("bytes"), false, Kind::Value),
            ("new", Some("never-seen"), false, Kind::Value),
            ("publish", Some("list"), false, Kind::List),
            ("env", Some("list"), false, Kind::Pair),
            ("env", Some("string"), false, Kind::Value),
            ("sysctl", Some("map"), false, Kind::Pair),
            ("tail", Some("int"), false, Kind::Number),
            ("cpus", Some("decimal"), false, Kind::Decimal),
            ("health-interval", Some("duration"), false, Kind::Duration),
        ] {
            assert_eq!(Kind::from_help(flag, of, is_true), kind, "--{flag} {of:?}");
        }
    }

    #[test]
    fn a_method_must_pass_what_the_flag_takes() {
        for (method, help) in [
            (Kind::Switch, Kind::Toggle),
            (Kind::Seconds, Kind::Number),
            (Kind::Number, Kind::Value),
            (Kind::Pair, Kind::List),
        ] {
            assert!(method.fits(help), "{method:?} {help:?}");
        }
        for (method, help) in [
            (Kind::Switch, Kind::Value),
            (Kind::Value, Kind::Switch),
            (Kind::Value, Kind::Number),
            (Kind::Number, Kind::Decimal),
            (Kind::Seconds, Kind::Duration),
        ] {
            assert!(!method.fits(help), "{method:?} {help:?}");
        }
    }
}
