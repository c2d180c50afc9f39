use proptest::prelude::*;

use super::*;

fn drawn(columns: u16, chunks: &[(Stream, &str)]) -> Vec<Piece> {
    let chunk = |(stream, text): &(Stream, &str)| Chunk {
        stream: *stream,
        at_ms: 0,
        text: (*text).to_owned(),
    };
    let chunks: Vec<Chunk> = chunks.iter().map(chunk).collect();
    screen(&chunks, Columns::new(columns).unwrap())
}

/// The text that output leaves on a terminal of 80 columns.
fn left(output: &str) -> String {
    drawn(80, &[(Stream::Stdout, output)]).into_iter().map(|piece| piece.text).collect()
}

#[test]
fn a_progress_bar_has_its_last_state() {
    assert_eq!(left("\r[>   ]  1%\r[==> ] 70%\r[===] ok\x1b[K\r\ndone\r\n"), "[===] ok\ndone\n");
    assert_eq!(left("\x1b[32m50%\x1b[0m\r"), "50%\n");
    assert_eq!(left("Sure? [y/N] "), "Sure? [y/N]");
}

#[test]
fn lines_above_are_redrawn_as_docker_pull_does() {
    let output = "latest: Pulling from library/app\r\n\
        4abcf2066143: Pulling fs layer \r\n\
        9bb86f9ad1a1: Pulling fs layer \r\n\
        \x1b[2A\x1b[2K\r4abcf2066143: Downloading [====>    ]  1.2MB/3.4MB\r\x1b[2B\
        \x1b[1A\x1b[2K\r9bb86f9ad1a1: Pull complete \r\x1b[1B\
        \x1b[2A\x1b[2K\r4abcf2066143: Pull complete \r\x1b[2B\
        Status: Downloaded newer image\r\n";
    assert_eq!(
        left(output),
        "latest: Pulling from library/app\n\
         4abcf2066143: Pull complete\n\
         9bb86f9ad1a1: Pull complete\n\
         Status: Downloaded newer image\n"
    );
}

#[test]
fn a_wrapped_line_stays_one_line() {
    let line = "0123456789".repeat(9);
    assert_eq!(left(&format!("{line}\r\nnext")), format!("{line}\nnext"));
    let exactly = "x".repeat(80);
    assert_eq!(left(&format!("{exactly}\r\nnext\r\n")), format!("{exactly}\nnext\n"));
}

#[test]
fn colours_titles_and_queries_are_not_shown() {
    assert_eq!(left("\x1b]0;title\x07\x1b[1;34mbin\x1b[m  etc\r\n/ # \x1b[6n"), "bin  etc\n/ #");
    assert_eq!(left("\x1b[?2004hbash# \x1b[?2004l\r\r\na\tb\r\n"), "bash#\na       b\n");
}

#[test]
fn an_alternate_screen_leaves_nothing() {
    let output = "before\r\n\x1b[?1049h\x1b[Hpage 1\r\npage 2\x1b[?1049lafter\r\n";
    assert_eq!(left(output), "before\nafter\n");
    assert_eq!(left("before\r\n\x1b[?1049h\x1b[Hpage 1"), "before\n");
}

#[test]
fn lines_that_scrolled_out_are_kept() {
    let numbers = |end: &str| (1..=1000).map(|n| format!("{n}{end}")).collect::<String>();
    assert_eq!(left(&numbers("\r\n")), numbers("\n"));
}

#[test]
fn typed_text_is_distinguished_from_output() {
    let (out, typed) = (Stream::Stdout, Stream::Typed);
    let piece = |stream, text: &str| Piece { stream, style: Style::default(), text: text.into() };
    assert_eq!(
        drawn(80, &[(out, "\x1b[1mSure?\x1b[0m "), (typed, "yes é"), (out, "\r\ngone\r\n")]),
        [
            Piece { style: Style { bold: true, ..Style::default() }, ..piece(out, "Sure?") },
            piece(out, " "),
            piece(typed, "yes é"),
            piece(out, "\ngone\n")
        ]
    );
    assert_eq!(
        drawn(20, &[(out, "a question of 20: ? "), (typed, "yes"), (out, "\r\n")]),
        [piece(out, "a question of 20: ? "), piece(typed, "yes"), piece(out, "\n")]
    );
    assert_eq!(
        drawn(80, &[(out, "> "), (typed, "abc"), (out, "\r\x1b[2Kgone")]),
        [piece(out, "gone")]
    );
    assert_eq!(drawn(80, &[(out, "\u{100079}")]), [piece(out, "\u{fffd}")]);
}

#[test]
fn colours_stay_with_their_text() {
    let drawn = drawn(80, &[(Stream::Stdout, "\x1b[1;34mbin\x1b[m  \x1b[38;5;9metc\r\n\u{202e}")]);
    let drawn: Vec<_> = drawn.iter().map(|piece| (piece.text.as_str(), piece.style)).collect();
    let plain = Style::default();
    let colour = |parameters| plain.select(parameters);
    let symbol = Style { symbol: true, ..colour("91") };
    assert_eq!(
        drawn,
        [("bin", colour("1;34")), ("  ", plain), ("etc\n", colour("91")), ("<U+202E>", symbol)]
    );
}

#[test]
fn characters_keep_their_accents_and_their_width() {
    assert_eq!(left("é e\u{301} 日本語 ✓ 🐳\r\n"), "é e\u{301} 日本語 ✓ 🐳\n");
}

#[test]
fn no_output_leaves_nothing() {
    assert_eq!(drawn(80, &[]), []);
    assert_eq!(left("\x1b[2J\r\n\r\n"), "");
}

#[test]
fn repetitions_cannot_exhaust_memory() {
    let asked = "x\x1b[65535b\x1b[65535S\x1b[65535L\x1b[8;65535;65535t\r\n";
    // Each repetition is limited to a row.
    let rows = |count: usize| left(&asked.repeat(count)).trim_end().len();
    assert_eq!(rows(2000) - rows(1000), 1000 * (rows(1001) - rows(1000)));
    assert!(rows(2000) < 2000 * 200);
}

proptest! {
    #[test]
    fn lines_of_plain_text_are_unchanged(lines in prop::collection::vec("[!-~]([ -~]{0,200}[!-~])?", 1..60)) {
        prop_assert_eq!(left(&lines.join("\r\n")), lines.join("\n"));
    }

    #[test]
    fn any_input_is_rendered_without_control_characters(
        pieces in prop::collection::vec(
            prop_oneof![
                any::<String>(),
                "\x1b[\\[\\]()#?PX^_78=>cDEHM]{0,3}[0-9;]{0,6}[@-~]{0,2}",
                "[\r\n\x08\t\x0b\u{80}-\u{9f}]{1,3}",
            ],
            0..40,
        ),
        columns in Columns::MIN..=Columns::MAX,
    ) {
        let chunks: Vec<_> = pieces.iter().map(|text| (Stream::Stdout, text.as_str())).collect();
        for piece in drawn(columns, &chunks) {
            prop_assert!(!piece.text.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!piece.text.is_empty());
        }
    }
}
