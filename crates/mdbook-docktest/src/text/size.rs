//! Sizes in settings, in bytes.

/// Parses a size as Docker does in `--memory`: a number followed by `b`, `k`, `m`, `g`, `t` or `p`, in
/// powers of 1024, of which `kb` and `KiB` are other forms. Without a unit, it is in bytes. Returns `None` for
/// anything else. (<https://pkg.go.dev/github.com/docker/go-units#RAMInBytes>)
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at(digits);
    let whole: u64 = whole.parse().ok()?;
    let (fraction, unit) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())),
        None => ("0", rest),
    };
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
    let shift = match unit.as_str() {
        "" | "b" => 0,
        unit => {
            let (prefix, bytes) = unit.split_at_checked(1)?;
            let power = "kmgtp".find(prefix).filter(|_| ["", "b", "ib"].contains(&bytes))?;
            10 * (power + 1)
        }
    };
    let fraction: u128 = scaled(fraction, shift)?;
    let bytes = (u128::from(whole) << shift) + fraction;
    bytes.try_into().ok()
}

/// Formats a size so that [`parse_size`] reads it back: in the largest unit of which it is a whole number.
pub(crate) fn shown_size(bytes: u64) -> String {
    let units = [(30, "g"), (20, "m"), (10, "k")];
    let unit = units.into_iter().find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift);
    unit.map_or_else(|| format!("{bytes}b"), |(shift, unit)| format!("{}{unit}", bytes >> shift))
}

/// The digits after a decimal point times 2 to the power of `shift`, rounded down. Digits after the
/// eighteenth are dropped.
fn scaled(digits: &str, shift: usize) -> Option<u128> {
    let digits = &digits[..digits.len().min(18)];
    let numerator: u128 = digits.parse().ok()?;
    let denominator = 10_u128.pow(u32::try_from(digits.len()).ok()?);
    Some((numerator << shift) / denominator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_shown_as_it_can_be_written() {
        for (bytes, shown) in [
            (300 << 20, "300m"),
            (3 << 29, "1536m"),
            (2 << 30, "2g"),
            (1 << 40, "1024g"),
            (102, "102b"),
            (0, "0b"),
            (5 << 10, "5k"),
        ] {
            assert_eq!(shown_size(bytes), shown);
            assert_eq!(parse_size(shown), Some(bytes));
        }
    }

    #[test]
    fn a_size_is_a_number_with_a_binary_unit() {
        for (text, expected) in [
            ("512m", Some(512 << 20)),
            ("2g", Some(2 << 30)),
            ("2G", Some(2 << 30)),
            ("4 GiB", Some(4 << 30)),
            ("4gb", Some(4 << 30)),
            ("1.5g", Some(3 << 29)),
            ("0.1k", Some(102)),
            ("1.0000000000000000009k", Some(1024)),
            ("1t", Some(1 << 40)),
            ("1p", Some(1 << 50)),
            ("100", Some(100)),
            ("100b", Some(100)),
            ("0", Some(0)),
            ("", None),
            ("g", None),
            ("1.", None),
            (".5g", None),
            ("-1g", None),
            ("1e", None),
            ("1bb", None),
            ("1  g", None),
            ("1é", None),
            ("1gi", None),
            ("16384p", None),
            ("18446744073709551616", None),
        ] {
            assert_eq!(parse_size(text), expected, "{text}");
        }
    }
}
