//! Names and identifiers that obey Docker's rules.

use std::ffi::OsStr;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::read::Expected;

/// A text that cannot be the identifier or name that it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct InvalidName {
    text: String,
    expected: &'static str,
}

macro_rules! identifier {
    ($(#[$documentation:meta])* $name:ident, $expected:literal, $rule:path) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Expected for $name {
            const EXPECTED: &'static str = $expected;
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                if $rule(&text) {
                    Ok(Self(text))
                } else {
                    Err(InvalidName { text, expected: $expected })
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
    ContainerId, "a container identifier", is_hexadecimal
}

identifier! {
    /// An image's identifier: the digest of its configuration, `sha256:` and 64 hexadecimal digits,
    /// or the beginning of them.
    ImageId, "an image identifier", is_image_id
}

identifier! {
    /// A network's identifier: 64 hexadecimal digits, or 25 letters and digits in a swarm.
    NetworkId, "a network identifier", is_alphanumeric
}

identifier! {
    /// A volume's name: letters, digits, `_`, `.` and `-`, at least two of them, the first one a
    /// letter or digit (moby, `volume/names`: `[a-zA-Z0-9][a-zA-Z0-9_.-]`).
    VolumeName, "a volume name", is_volume_name
}

impl ContainerId {
    /// The 12 digits that Docker shows in its tables.
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
    fn what_a_program_printed_is_not_taken_for_an_identifier() {
        assert!("hello world".parse::<ContainerId>().is_err());
        assert_eq!("0123456789abcdef".parse::<ContainerId>().unwrap().short(), "0123456789ab");
        assert!("sha256:2cf291174d13".parse::<ImageId>().is_ok());
    }
}
