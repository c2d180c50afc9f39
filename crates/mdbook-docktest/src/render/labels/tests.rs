use std::time::Duration;

use super::*;

fn own(language: Language, labels: &[(&str, &str)]) -> Result<Labels, String> {
    let labels = labels.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
    Labels::with(language, labels.collect()).map_err(|error| error.to_string())
}

#[test]
fn french_numbers_have_no_break_spaces_and_a_decimal_comma() {
    let fr = Labels::new(Language::Fr);
    assert_eq!(fr.exit_status(1), "code de sortie\u{a0}: 1");
    assert_eq!(fr.omitted(1), "… 1 octet omis au milieu …");
    assert_eq!(fr.omitted(1_012_345), "… 1\u{202f}012\u{202f}345 octets omis au milieu …");
    assert_eq!(
        fr.timed_out(fr.duration(Duration::from_millis(1500))),
        "délai dépassé\u{a0}: arrêté au bout de 1,5\u{a0}s"
    );
    assert_eq!(fr.duration(Duration::from_millis(123_400)), "2\u{a0}min 3\u{a0}s");
}

#[test]
fn english_numbers_have_commas_and_a_decimal_point() {
    let en = Labels::new(Language::En);
    assert_eq!(en.exit_status(1), "exit status: 1");
    assert_eq!(en.omitted(123), "… 123 bytes omitted from the middle …");
    assert_eq!(en.omitted(1234), "… 1,234 bytes omitted from the middle …");
    assert_eq!(en.duration(Duration::from_secs(30)), "30 s");
    assert_eq!(en.duration(Duration::from_millis(250)), "0.25 s");
    assert_eq!(en.duration(Duration::from_millis(1049)), "1 s");
    assert_eq!(en.duration(Duration::from_millis(59_940)), "59.9 s");
    assert_eq!(en.duration(Duration::from_millis(59_960)), "1 min 0 s");
    assert_eq!(en.duration(Duration::from_millis(119_600)), "2 min 0 s");
}

#[test]
fn dates_have_the_name_of_the_month() {
    let day = |language, time| Labels::new(language).day(time);
    let time = "2026-11-24T23:02:12Z";
    assert_eq!(day(Language::Fr, time).as_deref(), Some("24\u{a0}novembre 2026"));
    assert_eq!(day(Language::En, time).as_deref(), Some("24 November 2026"));
    let first = day(Language::Fr, "2027-02-01T00:00:00Z");
    assert_eq!(first.as_deref(), Some("1er\u{a0}février 2027"));
    assert_eq!(day(Language::Fr, "<b>"), None);
}

#[test]
fn a_book_can_replace_labels() {
    let labels = own(
        Language::Fr,
        &[("output", "Résultat"), ("exit-status", "statut {status}, hélas"), ("error-output", "")],
    )
    .unwrap();
    assert_eq!(labels.output(), "Résultat");
    assert_eq!(labels.exit_status(3), "statut 3, hélas");
    assert_eq!(labels.error_output(), "");
    assert_eq!(labels.stopped(), "interrompu par Ctrl-C");
}

#[test]
fn a_book_can_translate_dates() {
    let labels = own(
        Language::En,
        &[
            ("months", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
            ("date", "{day}. {month} {year}"),
            ("decimal-separator", ","),
        ],
    )
    .unwrap();
    assert_eq!(labels.day("2026-03-05T00:00:00Z").as_deref(), Some("5. März 2026"));
    assert_eq!(labels.duration(Duration::from_millis(1500)), "1,5 s");
}

#[test]
fn an_invalid_label_is_an_error_with_a_remedy() {
    let error = |key, text| own(Language::Fr, &[(key, text)]).unwrap_err();
    assert_eq!(
        error("exit-staus", "x"),
        "`labels.exit-staus`: unknown label: did you mean `exit-status`?"
    );
    assert!(error("zzz", "x").ends_with("unknown label: see the chapter “Labels” of the guide"));
    assert_eq!(
        error("exit-status", "{state}"),
        "`labels.exit-status`: unknown parameter `{state}`: use `{status}`"
    );
    assert!(
        error("output", "{x}").ends_with("unknown parameter `{x}`: this label has no parameters")
    );
    assert!(error("output", "a\nb").contains("write it on one line"));
    assert!(error("months", "un deux").ends_with("separated by spaces, found 2"));
}

#[test]
fn each_label_has_the_same_parameters_in_both_languages() {
    for entry in TABLE {
        for text in [entry.en, entry.fr] {
            let mut names: Vec<&str> = template::names(text).collect();
            names.sort_unstable();
            let mut parameters = entry.parameters.to_vec();
            parameters.sort_unstable();
            assert_eq!(names, parameters, "{}: {text}", entry.key());
        }
    }
}

#[test]
fn braces_in_a_value_are_kept() {
    let labels = own(Language::En, &[("image-pulled", "{image} {image} } {")]);
    let labels = labels.unwrap();
    assert_eq!(labels.image_pulled("{image}"), "{image} {image} } {");
}

#[test]
fn french_punctuation_has_its_no_break_spaces() {
    let wanted = |sign| match sign {
        ':' | '»' => Some('\u{a0}'),
        ';' | '!' | '?' => Some('\u{202f}'),
        _ => None,
    };
    for entry in TABLE {
        let chars: Vec<char> = entry.fr.chars().collect();
        for pair in chars.windows(2) {
            let space = wanted(pair[1]);
            assert!(space.is_none_or(|space| pair[0] == space), "{}: {}", entry.key(), entry.fr);
        }
        assert!(!entry.fr.contains(['\'', '"']), "{}: {}", entry.key(), entry.fr);
    }
}
