//! Hostile output: every character is shown as text, and none is markup.

use std::collections::BTreeMap;

use mdbook_docktest::internal::{
    Change, Code, Columns, Effect, Finding, Image, ImageOrigin, ObjectKind, Severity,
    VerifiedChapter, verifications,
};

use super::*;

/// Output and the text expected on the page.
const HOSTILE: [(&str, &str); 11] = [
    (
        "{{#include /etc/passwd}} {{{#include c0.md}}}",
        "{{#include /etc/passwd}} {{{#include c0.md}}}",
    ),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("<b><figure><table>", "<b><figure><table>"),
    (
        "</samp></pre></figure></script></style></title>",
        "</samp></pre></figure></script></style></title>",
    ),
    ("<!-- <![CDATA[ ]]> --> <?php ?>", "<!-- <![CDATA[ ]]> --> <?php ?>"),
    ("& &amp; &lt &#0; &#x202e; &notin", "& &amp; &lt &#0; &#x202e; &notin"),
    ("\u{202e}fdp.exe\u{2069}\u{200f}\u{61c}", "<U+202E>fdp.exe<U+2069><U+200F><U+061C>"),
    ("a\0b\x07\x08\x0b\x0c\x7f\u{9b}", "a␀b␇␈␋␌␡<U+009B>"),
    ("\x1b[31mred\x1b[0m \x1b[9999A\x1b]0;t\x07.\x1b[", "red .␛["),
    (
        "\u{fffd}\u{feff}\u{2028}\u{2029}\u{e000}\u{10ffff}",
        "\u{fffd}\u{feff}\u{2028}\u{2029}\u{e000}\u{10ffff}",
    ),
    ("    # no code\n\n\n- no list\n```\n\n", "    # no code\n\n\n- no list\n```\n\n"),
];

/// Asserts that the page shows the text as the output of a step, and has no unexpected elements.
#[track_caller]
fn assert_shows(page: &Html, text: &str) {
    assert_eq!(texts(page, "main > div > figure samp").concat(), text);
    let strange = "samp :not(span, kbd), figure pre > :not(samp), \
                   figure.docktest > :not(figcaption, pre, details, p), .docktest-step > :not(pre, figure), \
                   main > :not(h1, pre, figure, p, details, div)";
    assert_eq!(count(page, strange), 0, "{text:.200?}");
    assert_eq!(texts(page, "main > p"), ["after"]);
}

#[test]
fn hostile_output_is_text() {
    const CHAPTER: &str = "```bash\nls\n```\n\nafter\n";
    let streams = [Stream::Stdout, Stream::Stderr, Stream::Typed];
    let all = HOSTILE.iter().flat_map(|case| streams.map(|stream| (stream, case)));
    let chapters: Vec<String> = all
        .clone()
        .map(|(stream, (printed, _))| {
            rendered_with(CHAPTER, std::iter::once(command(&[(stream, printed)])))
        })
        .collect();
    for (page, (_, (_, shown))) in build(&chapters).iter().zip(all) {
        assert_shows(page, shown);
    }
}

#[test]
fn a_line_of_ten_thousand_columns_is_not_split() {
    let line = "<é>\t".repeat(2_500) + "\n";
    assert_shows(&page("```bash\nls\n```\n\nafter\n", &[&line]), &line);
}

#[test]
fn hostile_output_of_a_terminal_is_text() {
    let text = "\x1b[1m</samp><script>\x1b[0m &amp; \u{202e}x \0y \x1b]0;";
    let mut command = command(&[(Stream::Stdout, text)]);
    command.transcript.terminal = Columns::new(80);
    let chapter = rendered_with("```bash tty\nls\n```\n\nafter\n", std::iter::once(command));
    assert_shows(&build(&[chapter])[0], "</samp><script> &amp; <U+202E>x y");
}

#[test]
fn a_hostile_command_is_text() {
    let chapter = "```bash\necho '</kbd></p><script>&lt;'\necho b\n```\n\nafter\n";
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    let commands = vec![command(&[(Stream::Stdout, "a\n")]), command(&[(Stream::Stdout, "b\n")])];
    let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    let labels = Arc::new(Labels::new(Language::Fr));
    let page = Page { labels, renderer: Renderer::Html, slug: "c".into(), verifications: None };
    let page = &build(&[render(chapter, &scenario, Some(&recording), &[], &page)])[0];
    assert_eq!(texts(page, "pre > code"), ["echo '</kbd></p><script>&lt;'\n", "echo b\n"]);
    assert_shows(page, "a\nb\n");
}

/// Names could contain commands of `links`.
#[test]
fn hostile_names_are_text() {
    const COMMAND: &str = "{{#include /etc/passwd}}";
    let chapter = "```bash diagram\nls\n```\n\nafter\n";
    let effect = |kind| Effect {
        command: 0,
        kind,
        name: COMMAND.into(),
        id: COMMAND.into(),
        change: Change::created(None),
    };
    let effects = [ObjectKind::Container, ObjectKind::Volume].map(effect).into();
    let image = Image {
        reference: COMMAND.into(),
        id: COMMAND.into(),
        repo_digest: None,
        origin: ImageOrigin::Pulled,
        is_pulled_by_step: false,
    };
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    let mut finding = Finding {
        code: Code::ExitStatus,
        severity: Severity::Error,
        path: "c.md".into(),
        span: 0..0,
        message: COMMAND.into(),
        help: Some(COMMAND.into()),
        remedies: Vec::new(),
        line: 1,
        column: 1,
    };
    finding.span = scenario.steps[0].command.clone();
    let recording = Recording {
        steps: vec![StepRecording::Ran { commands: Vec::new(), effects }],
        images: vec![image],
        ..Recording::default()
    };
    let labels = Arc::new(Labels::new(Language::Fr));
    let page = Page { labels, renderer: Renderer::Html, slug: "c".into(), verifications: None };
    let rendered = render(chapter, &scenario, Some(&recording), &[finding], &page);
    let listed = VerifiedChapter {
        name: COMMAND,
        path: Path::new("c.md"),
        statuses: Vec::new(),
        recording: Some(&recording),
        versions: BTreeMap::new(),
    };
    let pages = build(&[rendered, verifications(&[listed], &page)]);
    for (page, css) in [
        (&pages[0], "figure.docktest-effects ul"),
        (&pages[0], "svg desc"),
        (&pages[0], ".docktest-findings"),
        (&pages[0], ".docktest-provenance summary"),
        (&pages[1], ".docktest-verifications a"),
        (&pages[1], ".docktest-verifications code"),
    ] {
        let text = texts(page, css).concat();
        assert!(text.contains(COMMAND), "{css}: {text}");
    }
}
