//! SHA-256 digests, which name images and layers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// A SHA-256 digest, such as an image ID. Displayed as `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest {
    hex: String,
}

/// A text that is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid digest `{0}`: use `sha256:` and 64 hexadecimal digits")]
pub struct InvalidDigest(String);

impl Digest {
    /// The digest of some data.
    pub fn of(data: impl AsRef<[u8]>) -> Self {
        let digest = <Sha256 as sha2::Digest>::digest(data);
        Self { hex: digest.iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    /// The 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.hex
    }

    pub(super) fn from_hex(hex: &str) -> Result<Self, InvalidDigest> {
        // Digests become names of files, so nothing else may pass.
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match hex.len() == 64 && hex.bytes().all(is_digit) {
            true => Ok(Self { hex: hex.to_owned() }),
            false => Err(InvalidDigest(hex.to_owned())),
        }
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let hex = text.strip_prefix("sha256:").and_then(|hex| Self::from_hex(hex).ok());
        hex.ok_or_else(|| InvalidDigest(text.to_owned()))
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_lower_case_digits_are_a_digest() {
        let text = format!("sha256:{}", "0f".repeat(32));
        assert_eq!(text.parse::<Digest>().unwrap().to_string(), text);
        for wrong in ["", "sha256:", &text[7..], &text[..70], &text.to_uppercase(), "sha512:00"] {
            assert_eq!(wrong.parse::<Digest>(), Err(InvalidDigest(wrong.to_owned())));
        }
        let slashes = format!("sha256:{}", "/".repeat(64));
        let message = slashes.parse::<Digest>().unwrap_err().to_string();
        assert_eq!(
            message,
            format!("invalid digest `{slashes}`: use `sha256:` and 64 hexadecimal digits")
        );
    }

    #[test]
    fn the_digest_of_data_is_its_sha256() {
        // The example of FIPS 180-2, appendix B.1.
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of("abc").to_string(), abc);
    }
}
