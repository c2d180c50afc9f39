use super::*;
use crate::model::recording::{Chunk, Transcript};
use crate::terminal::screen;

/// Renders chunks.
fn samp(chunks: &[(Stream, &str)], detail: Detail) -> Samp {
    let chunk = |(stream, text): &(Stream, &str)| Chunk {
        stream: *stream,
        at_ms: 0,
        text: (*text).to_owned(),
    };
    let transcript =
        Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() };
    Samp::new(&screen(&transcript), detail)
}

fn coloured(text: &str) -> String {
    samp(&[(Stream::Stdout, text)], Detail::Full).html
}

#[test]
fn text_is_escaped() {
    assert_eq!(coloured("a <b>&amp;</samp>\n"), "a &lt;b&gt;&amp;amp;&lt;/samp&gt;\n");
    assert_eq!(samp(&[(Stream::Stdout, "<é>\n")], Detail::Full).text, "&lt;é&gt;\n".len());
}

#[test]
fn colours_and_attributes_are_classes() {
    assert_eq!(coloured("\x1b[1;34mbin\x1b[0m"), "<span class=\"b c4\">bin</span>");
    assert_eq!(coloured("\x1b[2;3;4;9mx"), "<span class=\"d i u s\">x</span>");
    assert_eq!(coloured("\0"), "<span class=\"sym\">␀</span>");
    assert_eq!(
        samp(&[(Stream::Stdout, "\x1b[31mred")], Detail::Streams).html,
        "red",
        "no colours at this level of detail"
    );
}

#[test]
fn text_on_a_coloured_background_has_the_colour_of_the_block() {
    assert_eq!(coloured("\x1b[97;41mx"), "<span class=\"g c1\">x</span>");
    assert_eq!(coloured("\x1b[32;7mx"), "<span class=\"g c2\">x</span>");
    assert_eq!(coloured("\x1b[7mx"), "<span class=\"g\">x</span>");
    assert_eq!(coloured("\x1b[7;43mx"), "<span class=\"g\">x</span>");
}

#[test]
fn streams_have_their_own_elements() {
    let (out, err, typed) = (Stream::Stdout, Stream::Stderr, Stream::Typed);
    let html = |chunks: &[(Stream, &str)]| samp(chunks, Detail::Streams).html;
    assert_eq!(
        html(&[(out, "a\n"), (err, "b\n"), (out, "c\n")]),
        "a\n<span class=\"err\">b\n</span>c\n"
    );
    assert_eq!(html(&[(err, "b")]), "<span class=\"err\">b</span>");
    assert_eq!(
        html(&[(out, "a: "), (err, "b\n")]),
        "a: <span class=\"err in\">b\n</span>",
        "a line that starts with standard output"
    );
    assert_eq!(html(&[(err, "b: "), (out, "a")]), "<span class=\"err in\">b: </span>a");
    assert_eq!(html(&[(out, "? "), (typed, "<y>\n")]), "? <kbd>&lt;y&gt;\n</kbd>");
}

#[test]
fn colours_stay_within_their_stream() {
    let chunks = [(Stream::Stderr, "\x1b[31mbad\x1b[0m worse\n"), (Stream::Stdout, "fine\n")];
    assert_eq!(
        samp(&chunks, Detail::Full).html,
        "<span class=\"err\"><span class=\"c1\">bad</span> worse\n</span>fine\n"
    );
}
