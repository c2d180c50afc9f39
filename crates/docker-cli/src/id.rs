//! Names and identifiers of Docker objects.
//!
//! Docker's rules are checked where a caller parses a text, and where an identifier must be
//! distinguished from other output. In JSON and in lists, docker's names are accepted as they are,
//! since volume plugins have rules of their own.

use std::ffi::OsStr;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::read::Printed;

/// A text that breaks Docker's rule for a name or identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not {expected}: use {rule}", .text.escape_debug())]
pub struct InvalidName {
    text: String,
    expected: &'static str,
    rule: &'static str,
}

impl InvalidName {
    pub(crate) fn new(text: &str, expected: &'static str, rule: &'static str) -> Self {
        Self { text: text.to_owned(), expected, rule }
    }
}

macro_rules! identifier {
    (
        $(#[$documentation:meta])*
        $name:ident: $expected:literal;
        parsed: $is_valid:path, $rule:literal;
        printed: $is_printed:path;
    ) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name or identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Printed for $name {
            const EXPECTED: &'static str = $expected;

            fn from_line(line: &str) -> Option<Self> {
                $is_printed(line).then(|| Self(line.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                if $is_valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(InvalidName { text, expected: $expected, rule: $rule })
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                text.to_owned().try_into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<OsStr> for $name {
            fn as_ref(&self) -> &OsStr {
                self.0.as_ref()
            }
        }
    };
}

identifier! {
    /// A container's identifier: 64 hexadecimal digits, or the beginning of them.
    ContainerId: "a container identifier";
    parsed: is_hexadecimal, "up to 64 hexadecimal digits";
    printed: is_hexadecimal;
}

identifier! {
    /// An image's identifier: the digest of its configuration, `sha256:` and 64 hexadecimal digits,
    /// or the beginning of them.
    ImageId: "an image identifier";
    parsed: is_image_id, "up to 64 hexadecimal digits, with or without `sha256:`";
    printed: is_image_id;
}

identifier! {
    /// A network's identifier: 64 hexadecimal digits, or 25 letters and digits in a swarm.
    NetworkId: "a network identifier";
    parsed: is_alphanumeric, "letters and digits";
    printed: is_alphanumeric;
}

identifier! {
    /// A volume's name. A name from docker may be any text, as volume plugins have their own rules.
    /// Parsing accepts what Docker's `local` driver accepts: at least two letters, digits, `_`, `.`
    /// and `-`, the first one a letter or digit (moby, `volume/names`:
    /// `[a-zA-Z0-9][a-zA-Z0-9_.-]`).
    VolumeName: "a volume name";
    parsed: is_volume_name,
        "at least two letters, digits, `_`, `.` and `-`, the first one a letter or digit";
    printed: is_not_empty;
}

impl ContainerId {
    /// The first 12 digits, as in Docker's tables.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

fn is_hexadecimal(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_image_id(text: &str) -> bool {
    is_hexadecimal(text.strip_prefix("sha256:").unwrap_or(text))
}

fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_not_empty(text: &str) -> bool {
    !text.is_empty()
}

fn is_volume_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    text.len() >= 2 && text.as_bytes()[0].is_ascii_alphanumeric() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_docker_refuses_are_refused() {
        for name in ["data", "a1", "my_db.v-2"] {
            assert!(name.parse::<VolumeName>().is_ok(), "{name}");
        }
        for name in ["", "a", "-f", ".x", "a/b", "a b", "/data"] {
            assert!(name.parse::<VolumeName>().is_err(), "{name}");
        }
    }

    #[test]
    fn an_invalid_name_says_what_is_valid() {
        let error = "a b".parse::<NetworkId>().unwrap_err();
        assert_eq!(error.to_string(), "`a b` is not a network identifier: use letters and digits");
    }

    #[test]
    fn what_a_program_printed_is_not_an_identifier() {
        for text in ["hello world", "", &"a".repeat(65)] {
            assert!(text.parse::<ContainerId>().is_err(), "{text}");
        }
        assert!("a".repeat(64).parse::<ContainerId>().is_ok());
        assert_eq!("0123456789abcdef".parse::<ContainerId>().unwrap().short(), "0123456789ab");
        assert!("sha256:2cf291174d13".parse::<ImageId>().is_ok());
    }
}
