//! Numbers, durations and dates in a book's language.

use std::time::Duration;

use chrono::{DateTime, Datelike};

use super::Labels;
use crate::model::engine_versions::EngineVersions;

impl Labels {
    /// Formats a number with separators between groups of thousands.
    pub(crate) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push_str(self.thousands_separator());
            }
            grouped.push(digit);
        }
        grouped
    }

    /// Formats a duration in seconds, or from a minute on in minutes and seconds.
    pub(crate) fn duration(&self, duration: Duration) -> String {
        // Tenths are precise enough for a reader. Shorter durations are limits set by an author, which
        // are shown unrounded.
        let tenths = (duration.as_secs_f64() * 10.0).round() / 10.0;
        if tenths >= 60.0 {
            let whole = duration.as_secs_f64().round() as u64;
            return self.minutes(self.number(whole / 60), whole % 60);
        }
        let shown = if duration.as_secs() == 0 { duration.as_secs_f64() } else { tenths };
        self.seconds(shown.to_string().replace('.', self.decimal_separator()))
    }

    /// A note that so many bytes of the output were left out.
    pub(crate) fn omitted(&self, bytes: u64) -> String {
        match bytes {
            1 => self.omitted_byte().to_owned(),
            _ => self.omitted_bytes(self.number(bytes)),
        }
    }

    /// Formats a range of versions of the engine.
    pub(crate) fn versions(&self, versions: &EngineVersions) -> String {
        match (versions.only(), versions.bounds()) {
            (Some(version), _) => self.engine_version(version),
            (None, (Some(from), Some(before))) => self.engine_between(from, before),
            (None, (Some(from), None)) => self.engine_from(from),
            (None, (None, Some(before))) => self.engine_before(before),
            // `parse` returns no such range.
            (None, (None, None)) => self.engine_version(""),
        }
    }

    /// Formats the date of an RFC 3339 timestamp. Returns `None` if the timestamp is invalid.
    pub(crate) fn day(&self, time: &str) -> Option<String> {
        let date = DateTime::parse_from_rfc3339(time).ok()?;
        let month = self.months().split_whitespace().nth(date.month0() as usize)?;
        let day = match date.day() {
            1 => self.first_day().to_owned(),
            day => day.to_string(),
        };
        Some(self.date(day, month, date.year()))
    }
}
