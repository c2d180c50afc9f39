//! Digests in hexadecimal, to detect changes.

use sha2::{Digest, Sha256};

/// The first 64 bits of the SHA-256 digest, as 16 hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes)[..8])
}

/// Lower-case hexadecimal, two digits for each byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
    bytes.iter().flat_map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_hexadecimal() {
        assert_eq!(hexadecimal(&[0x00, 0x1f, 0xa0, 0xff]), "001fa0ff");
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea", "the first test vector of FIPS 180-2");
    }
}
