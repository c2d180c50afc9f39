//! Every word that the tool itself puts into a page.
//!
//! French typography: U+00A0 before a colon, U+202F between the thousands of a number.

use std::time::Duration;

use chrono::{DateTime, Datelike};

use crate::page::Language;
use crate::recording::{Image, ImageOrigin, Recording};

impl Language {
    pub(crate) fn output(self) -> &'static str {
        match self {
            Self::En => "Output",
            Self::Fr => "Sortie",
        }
    }

    pub(crate) fn error_output(self) -> &'static str {
        match self {
            Self::En => "Error output",
            Self::Fr => "Sortie d’erreur",
        }
    }

    pub(crate) fn exit_status(self, status: i32) -> String {
        match self {
            Self::En => format!("exit status: {status}"),
            Self::Fr => format!("code de sortie\u{a0}: {status}"),
        }
    }

    pub(crate) fn stopped(self) -> &'static str {
        match self {
            Self::En => "interrupted by Ctrl-C",
            Self::Fr => "interrompu par Ctrl-C",
        }
    }

    pub(crate) fn timed_out(self, limit: Duration) -> String {
        let limit = self.seconds(limit);
        match self {
            Self::En => format!("timed out: stopped after {limit}"),
            Self::Fr => format!("délai dépassé\u{a0}: arrêté au bout de {limit}"),
        }
    }

    pub(crate) fn engine_lost(self) -> &'static str {
        match self {
            Self::En => "the Docker engine went away",
            Self::Fr => "le moteur Docker a disparu",
        }
    }

    pub(crate) fn omitted(self, bytes: u64) -> String {
        let number = self.grouped(bytes);
        match (self, bytes) {
            (Self::En, 1) => "… 1 byte omitted from the middle …".to_owned(),
            (Self::En, _) => format!("… {number} bytes omitted from the middle …"),
            (Self::Fr, 1) => "… 1 octet omis au milieu …".to_owned(),
            (Self::Fr, _) => format!("… {number} octets omis au milieu …"),
        }
    }

    pub(crate) fn finding(self) -> &'static str {
        match self {
            Self::En => "This block does not hold",
            Self::Fr => "Ce bloc n’est pas conforme",
        }
    }

    /// What a recording ran on: at once, or when if it was read from a file.
    pub(crate) fn provenance(self, recording: &Recording) -> String {
        let date = Some(recording.recorded_at.as_str()).filter(|_| recording.replayed);
        let ran = match (self, date.map(|date| self.date(date))) {
            (Self::En, None) => "Run on".to_owned(),
            (Self::Fr, None) => "Exécuté sur".to_owned(),
            (Self::En, Some(None)) => "Recorded on".to_owned(),
            (Self::Fr, Some(None)) => "Enregistré sur".to_owned(),
            (Self::En, Some(Some(date))) => format!("Recorded on {date}, on"),
            (Self::Fr, Some(Some(date))) => format!("Enregistré le {date} sur"),
        };
        let mut parts = vec![format!("{ran} Docker Engine {}", recording.engine.version)];
        parts.extend(recording.images.iter().map(|image| self.image(image)));
        parts.join(" · ")
    }

    /// The day of a time in RFC 3339, in words.
    fn date(self, time: &str) -> Option<String> {
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        const FRENCH: [&str; 12] = [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ];
        let date = DateTime::parse_from_rfc3339(time).ok()?;
        let (day, month, year) = (date.day(), date.month0() as usize, date.year());
        Some(match (self, day) {
            (Self::En, _) => format!("{day} {} {year}", ENGLISH[month]),
            (Self::Fr, 1) => format!("1er\u{a0}{} {year}", FRENCH[month]),
            (Self::Fr, _) => format!("{day}\u{a0}{} {year}", FRENCH[month]),
        })
    }

    fn image(self, image: &Image) -> String {
        let Image { reference, origin, .. } = image;
        // Docker Hub's official images are those without a namespace.
        let is_official = !reference.contains('/');
        match self {
            Self::En => {
                let kind = if is_official { "official" } else { "published" };
                match origin {
                    ImageOrigin::Pulled => format!("{reference}: {kind} image"),
                    ImageOrigin::Recipe => {
                        format!("{reference}: rebuilt for this book ({kind} image out of reach)")
                    }
                }
            }
            Self::Fr => {
                let kind = if is_official { "officielle" } else { "publiée" };
                match origin {
                    ImageOrigin::Pulled => format!("{reference}\u{a0}: image {kind}"),
                    ImageOrigin::Recipe => format!(
                        "{reference}\u{a0}: reconstruite pour ce livre (image {kind} inaccessible)"
                    ),
                }
            }
        }
    }

    fn seconds(self, duration: Duration) -> String {
        let seconds = duration.as_secs_f64().to_string();
        match self {
            Self::En => format!("{seconds} s"),
            Self::Fr => format!("{}\u{a0}s", seconds.replace('.', ",")),
        }
    }

    fn grouped(self, number: u64) -> String {
        let separator = match self {
            Self::En => ',',
            Self::Fr => '\u{202f}',
        };
        let digits = number.to_string();
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Engine;

    #[test]
    fn french_has_its_spaces_and_its_comma() {
        let fr = Language::Fr;
        assert_eq!(fr.exit_status(1), "code de sortie\u{a0}: 1");
        assert_eq!(fr.omitted(1_012_345), "… 1\u{202f}012\u{202f}345 octets omis au milieu …");
        assert_eq!(
            fr.timed_out(Duration::from_millis(1500)),
            "délai dépassé\u{a0}: arrêté au bout de 1,5\u{a0}s"
        );
    }

    #[test]
    fn english_has_none() {
        let en = Language::En;
        assert_eq!(en.exit_status(1), "exit status: 1");
        assert_eq!(en.omitted(123), "… 123 bytes omitted from the middle …");
        assert_eq!(en.omitted(1234), "… 1,234 bytes omitted from the middle …");
        assert_eq!(en.timed_out(Duration::from_secs(30)), "timed out: stopped after 30 s");
    }

    #[test]
    fn what_was_recorded_says_when() {
        let said = |language: Language, time: &str| {
            let recorded_at = time.to_owned();
            let engine = Engine { version: "26".into(), ..Engine::default() };
            let recording =
                Recording { engine, recorded_at, replayed: true, ..Recording::default() };
            language.provenance(&recording)
        };
        let time = "2026-11-24T23:02:12Z";
        assert_eq!(
            said(Language::Fr, time),
            "Enregistré le 24\u{a0}novembre 2026 sur Docker Engine 26"
        );
        assert_eq!(said(Language::En, time), "Recorded on 24 November 2026, on Docker Engine 26");
        let first = said(Language::Fr, "2027-02-01T00:00:00Z");
        assert!(first.contains("le 1er\u{a0}février 2027 "), "{first}");
        assert_eq!(said(Language::Fr, "<b>"), "Enregistré sur Docker Engine 26");
    }

    #[test]
    fn provenance_says_which_images_a_reader_does_not_get() {
        let image = |reference: &str, origin| Image {
            reference: reference.into(),
            id: "sha256:0".into(),
            repo_digest: None,
            origin,
        };
        let images = [
            image("alpine", ImageOrigin::Recipe),
            image("nginx", ImageOrigin::Pulled),
            image("me/app", ImageOrigin::Pulled),
        ];
        let engine = Engine { version: "26.1.5".into(), ..Engine::default() };
        let recording = Recording { engine, images: images.into(), ..Recording::default() };
        assert_eq!(
            Language::Fr.provenance(&recording),
            "Exécuté sur Docker Engine 26.1.5 · alpine\u{a0}: reconstruite pour ce livre (image \
             officielle inaccessible) · nginx\u{a0}: image officielle · me/app\u{a0}: image publiée"
        );
    }
}
