//! Durations in attributes and settings.

use std::time::Duration;

/// Parses a whole number followed by `ms`, `s` or `m`. Returns `None` for anything else.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_with_a_unit() {
        for (text, expected) in [
            ("250ms", Some(Duration::from_millis(250))),
            ("30s", Some(Duration::from_secs(30))),
            ("2m", Some(Duration::from_secs(120))),
            ("0s", Some(Duration::ZERO)),
            ("30", None),
            ("s", None),
            ("1.5s", None),
            ("-1s", None),
            ("1h", None),
            ("1 s", None),
            ("18446744073709551615m", None),
            ("18446744073709551616s", None),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }
}
