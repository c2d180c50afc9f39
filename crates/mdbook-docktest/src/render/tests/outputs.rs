//! What stands in the place of expected outputs, and how a command ended.

use super::*;

#[test]
fn output_replaces_the_pattern() {
    let text = "> ```bash\n> ls\n> ```\n>\n> ```output\n> [..]\n> ```\n> text\n";
    assert_eq!(
        html(text, vec![printed("a")]),
        format!("> {BEFORE}a{AFTER}\n>\n> <!--docktest-->\n> text")
    );
    assert_eq!(html(text, vec![printed("")]), format!("> {SILENT}\n>\n> <!--docktest-->\n> text"));
    assert_eq!(
        html(text, vec![StepRecording::Skipped]).trim_end(),
        format!("> <!--docktest-->{LS}\n>\n> <!--docktest-->\n> text")
    );
}

#[test]
fn output_replaces_the_expectations_of_both_streams() {
    let text = "- ```bash\n  ls\n  ```\n\n  ```output stdout\n  [..]\n  ```\n\n  ```output stderr\n  e\n  ```\n  text\n";
    let both = || {
        let chunks = [(Stream::Stderr, "e\n"), (Stream::Stdout, "o\n")];
        vec![ran(command(&chunks, End::Exited { status: 0 }))]
    };
    assert_eq!(
        markdown(text, both()),
        "- ```bash\n  ls\n  ```\n\n  ```text\n  e\n  o\n  ```\n\n  [docktest]: # \"\"\n  text"
    );
    let html = html(text, both());
    let (step, rest) = html.split_once('\n').expect("the step is one line");
    assert!(step.starts_with("- <!--docktest--><div") && step.contains("o&#10;</samp>"), "{step}");
    assert_eq!(rest, "\n  <!--docktest-->\n\n  <!--docktest-->\n  text");
}

#[test]
fn typed_text_standard_error_and_status_are_marked() {
    let chunks =
        [(Stream::Stdout, "sure? "), (Stream::Typed, "y\n"), (Stream::Stderr, "\x1b[31mno")];
    let rendered =
        html("```bash exit=3\nls\n```\n", vec![ran(command(&chunks, End::Exited { status: 3 }))]);
    let expected = "<samp>sure? <kbd>y&#10;</kbd><span class=\"err\">\
        <span class=\"c1\">no</span></span></samp></pre>\
        <p class=\"docktest-note\"><strong>code de sortie\u{a0}: 3</strong></p></figure>";
    assert!(rendered.contains(expected), "{rendered}");
}

#[test]
fn an_interruption_and_a_timeout_are_noted() {
    let shown = |chunks: &[(Stream, &str)], end| {
        html("```bash\nls\n```\n", vec![ran(command(chunks, end))])
    };
    let stopped = shown(&[(Stream::Stdout, "a\n")], End::Stopped);
    assert!(stopped.contains("a&#10;<kbd>^C</kbd></samp>"), "{stopped}");
    assert!(stopped.contains("interrompu par Ctrl-C"), "{stopped}");
    let typed = shown(&[(Stream::Stdout, "a\n"), (Stream::Typed, "^C\n")], End::Stopped);
    assert_eq!(typed.matches("^C").count(), 1, "{typed}");
    let timed_out = shown(&[], End::TimedOut { limit_ms: 30_000 });
    assert!(timed_out.contains("délai dépassé\u{a0}: arrêté au bout de 30\u{a0}s"), "{timed_out}");
}

#[test]
fn durations_of_a_second_or_more_are_shown() {
    let notes = |text: &str, end, duration_ms| {
        let command = CommandRecording { duration_ms, ..command(&[(Stream::Stdout, text)], end) };
        let rendered = html("```bash\nls\n```\n", vec![ran(command)]);
        let note = rendered.split_once("<p class=\"docktest-note\">");
        let note = note.and_then(|(_, note)| note.split_once("</p>"));
        note.map(|(note, _)| note.replace("<strong>", "").replace("</strong>", ""))
    };
    let exited = |status| End::Exited { status };
    let shown = |text: &str| Some(text.to_owned());
    assert_eq!(notes("a", exited(0), 999), None);
    assert_eq!(notes("a", exited(0), 1_540), shown("durée\u{a0}: 1,5\u{a0}s"));
    assert_eq!(notes("", exited(0), 1_540), shown("aucune sortie · durée\u{a0}: 1,5\u{a0}s"));
    assert_eq!(
        notes("a", exited(2), 123_000),
        shown("code de sortie\u{a0}: 2 · durée\u{a0}: 2\u{a0}min 3\u{a0}s")
    );
    assert_eq!(
        notes("a", End::Stopped, 2_000),
        shown("interrompu par Ctrl-C · durée\u{a0}: 2\u{a0}s")
    );
    let limit = End::TimedOut { limit_ms: 30_000 };
    let timed_out = notes("a", limit, 30_100).unwrap();
    assert!(!timed_out.contains("durée"), "only the limit is shown: {timed_out}");
}
