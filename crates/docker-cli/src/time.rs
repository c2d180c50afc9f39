//! Times in Docker's JSON.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Deserialize;

/// A time as docker writes it: RFC 3339, with up to nine digits behind the second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Time(String);

impl Time {
    /// The text from docker: `2026-11-24T02:09:55.123456789Z`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time for calculations, exact to the nanosecond. `None` if it has not come yet, for which
    /// Docker writes the year 1 or nothing, and if the text is not RFC 3339.
    #[must_use]
    pub fn system_time(&self) -> Option<SystemTime> {
        let (date, time) = self.0.split_once(['T', ' '])?;
        let clock_end = time.find(['Z', '+', '-'])?;
        let (clock, zone) = time.split_at(clock_end);
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let [year, month, day] = numbers(date, '-')?;
        let [hours, minutes, seconds] = numbers(clock, ':')?;
        let of_day = hours * 3600 + minutes * 60 + seconds;
        let seconds = days_since_1970(year, month, day)? * 86_400 + of_day - offset(zone)?;
        let since = Duration::new(u64::try_from(seconds).ok()?, nanoseconds(fraction)?);
        SystemTime::UNIX_EPOCH.checked_add(since)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Three numbers with a separator between them.
fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let numbers: Vec<i64> = text.split(separator).map_while(digits).collect();
    <[i64; 3]>::try_from(numbers).ok()
}

fn digits(text: &str) -> Option<i64> {
    let valid = text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten()
}

/// `5` behind the point is half a second.
fn nanoseconds(fraction: &str) -> Option<u32> {
    let digits = digits(&format!("{fraction:0<9}"))?;
    u32::try_from(digits).ok().filter(|nanos| *nanos < 1_000_000_000)
}

/// The seconds by which a time zone is ahead of UTC: `Z`, `+01:00`.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some(sign * (digits(hours)? * 3600 + digits(minutes)? * 60))
}

/// The number of days from 1970-01-01 to a date of the Gregorian calendar. (Howard Hinnant,
/// `days_from_civil`: a year begins in March, so that the leap day is its last.)
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    Some(era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<u128> {
        let time = Time(text.to_owned()).system_time()?;
        Some(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos())
    }

    #[test]
    fn times_are_exact() {
        // From GNU date.
        for (text, seconds, fraction) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("2000-02-29T23:59:59Z", 951_868_799, 0),
            ("2000-03-01T00:00:00Z", 951_868_800, 0),
            ("2026-11-24T02:09:55.123456789Z", 1_795_486_195, 123_456_789),
            ("2026-11-24T03:09:55.5+01:00", 1_795_486_195, 500_000_000),
            ("2026-11-23 23:39:55-02:30", 1_795_486_195, 0),
            ("2100-12-31T00:00:00Z", 4_133_894_400, 0),
        ] {
            let expected = seconds * 1_000_000_000_u128 + fraction;
            assert_eq!(nanos(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_has_not_come_or_is_not_a_time_is_none() {
        for text in [
            "0001-01-01T00:00:00Z",
            "",
            "yesterday",
            "2026-11-24",
            "2026-13-24T00:00:00Z",
            "2026-11-24T02:09Z",
            "2026-11-24T02:09:55",
            "2026-11-24T02:09:55.1234567891Z",
            "2026-11-24T02:09:55+0100",
        ] {
            assert_eq!(nanos(text), None, "{text}");
        }
    }
}
