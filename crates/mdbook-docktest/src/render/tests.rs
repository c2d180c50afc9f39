//! Chapters and recordings, and the expected pages.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use scraper::{ElementRef, Html, Selector};

use super::*;
use crate::extract::{Extensions, extract};
use crate::model::finding::{Code, Severity};
use crate::model::recording::{
    Chunk, CommandRecording, End, Engine, Image, ImageOrigin, Origin, Transcript,
};
use crate::model::stream::Stream;
use crate::render::labels::Labels;
use crate::render::labels::Language;

/// The timestamp of the recordings in these tests.
const RECORDED_AT: &str = "2026-11-24T23:02:12Z";

fn command(chunks: &[(Stream, &str)], end: End) -> CommandRecording {
    let chunk = |(stream, text): &(Stream, &str)| Chunk {
        stream: *stream,
        at_ms: 0,
        text: (*text).to_owned(),
    };
    let transcript =
        Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() };
    CommandRecording { duration_ms: 1, ..CommandRecording::new("cmd", end, transcript) }
}

fn printed(text: &str) -> StepRecording {
    ran(command(&[(Stream::Stdout, text)], End::Exited { status: 0 }))
}

fn ran(command: CommandRecording) -> StepRecording {
    StepRecording::Ran { commands: vec![command], effects: Vec::new() }
}

/// Renders without the provenance at the end.
fn rendered(renderer: Renderer, text: &str, steps: Vec<StepRecording>) -> String {
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let recording = Recording { steps, recorded_at: RECORDED_AT.into(), ..Recording::default() };
    let rendered =
        render(text, &scenario, Some(&recording), &[], &self::page(Language::Fr, renderer));
    let end = match renderer {
        Renderer::Html => "<!--docktest--><details class=\"docktest-provenance\">",
        Renderer::Markdown => "*Vérifié le 24",
    };
    match rendered.rsplit_once(end) {
        Some((chapter, _)) => chapter.trim_end_matches(['\r', '\n']).to_owned(),
        None => rendered,
    }
}

fn page(language: Language, renderer: Renderer) -> Page {
    let labels = Arc::new(Labels::new(language));
    Page { labels, renderer, slug: "c".into(), verifications: None }
}

mod engine;
mod files;

fn html(text: &str, steps: Vec<StepRecording>) -> String {
    rendered(Renderer::Html, text, steps)
}

fn markdown(text: &str, steps: Vec<StepRecording>) -> String {
    rendered(Renderer::Markdown, text, steps)
}

/// The block of the command `ls`.
const LS: &str =
    "<pre class=\"docktest-code\"><code class=\"nohighlight\"><span>ls</span>&#10;</code></pre>";
const BEFORE: &str = "<!--docktest--><div class=\"docktest-step\" id=\"docktest-c-1\">\
    <pre class=\"docktest-code\"><code class=\"nohighlight\"><span>ls</span>&#10;</code></pre>\
    <figure class=\"docktest\"><figcaption>Sortie</figcaption>\
    <pre role=\"group\" aria-label=\"Sortie\u{a0}: ls\" dir=\"ltr\" translate=\"no\"><samp>";
const AFTER: &str = "</samp></pre></figure></div>";
const SILENT: &str = "<!--docktest--><div class=\"docktest-step\" id=\"docktest-c-1\">\
    <pre class=\"docktest-code\"><code class=\"nohighlight\"><span>ls</span>&#10;</code></pre>\
    <figure class=\"docktest\"><p class=\"docktest-note\">aucune sortie</p></figure></div>";

#[test]
fn a_step_and_its_output_are_one_line() {
    assert_eq!(
        html("~~~~ bash  exit=0 \r\nls\r\n~~~~  \r\ntext", vec![printed("a\n\n<b>&\n")]),
        format!("{BEFORE}a&#10;&#10;&lt;b&gt;&amp;&#10;{AFTER}  \r\ntext")
    );
}

#[test]
fn output_belongs_to_the_containers_of_its_step() {
    assert_eq!(
        html("> - ```sh cleanup\n>   ls\n>   ```\n> - b\n", vec![printed("a")]),
        format!("> - {BEFORE}a{AFTER}\n> - b")
    );
}

/// mdBook and other tools may do something with these.
#[test]
fn a_block_with_attributes_of_other_tools_stays_a_fence() {
    let rendered = html("> - ```sh exit=0 linenos\n>   ls\n>   ```\n", vec![printed("a")]);
    let expected = "> - ```sh linenos\n>   ls\n>   ```\n>   <!--docktest--><figure class=\"docktest\" id=\"docktest-c-1\">\
        <figcaption>Sortie</figcaption><pre role=\"group\" aria-label=\"Sortie\"";
    assert!(rendered.starts_with(expected), "{rendered}");
}

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

/// The commands of a page, and what is below each block of them.
fn cells(html: &str) -> Vec<(String, String)> {
    let page = Html::parse_fragment(html);
    let selector = |text| Selector::parse(text).expect("the selector is valid");
    let text = |element: ElementRef<'_>| element.text().collect::<String>();
    let (block, shown) = (selector("pre.docktest-code"), selector("samp, .docktest-note"));
    let blocks = page.select(&block).map(|block| {
        let below = block.next_siblings().find_map(ElementRef::wrap);
        let below = below
            .filter(|below| below.value().name() == "figure")
            .map(|figure| figure.select(&shown).map(text).collect::<Vec<_>>().join("|"));
        (text(block), below.unwrap_or_default())
    });
    blocks.collect()
}

fn ran_all(printed: &[(&str, i32)]) -> Vec<StepRecording> {
    let commands = printed.iter().map(|(text, status)| {
        let chunk = [(Stream::Stdout, *text)];
        let chunks: &[_] = if text.is_empty() { &[] } else { &chunk };
        command(chunks, End::Exited { status: *status })
    });
    vec![StepRecording::Ran { commands: commands.collect(), effects: Vec::new() }]
}

#[test]
fn each_command_is_above_what_it_printed() {
    let text = "```bash\n# first\na \\\n  -x\n\n# second\nb; b\nc\nd\ne\nf\n```\n";
    let ran = ran_all(&[("1\n", 0), ("2\n", 0), ("", 0), ("", 0), ("", 1)]);
    let shown = |code: &str, below: &str| (code.to_owned(), below.to_owned());
    assert_eq!(
        cells(&html(text, ran)),
        [
            shown("# first\na \\\n  -x\n", "1\n"),
            shown("# second\nb; b\n", "2\n"),
            // Those that print nothing are together, unless there is more to say.
            shown("c\nd\n", "aucune sortie"),
            shown("e\n", "aucune sortie · code de sortie\u{a0}: 1"),
            shown("f\n", ""),
        ]
    );
}

#[test]
fn commands_are_coloured_for_what_bash_does_with_them() {
    let text = "```bash\ndocker run -v \"$d:/x\" alpine sh -c 'log $d' # exec\n```\n";
    let rendered = html(text, vec![printed("a")]);
    let expected = "<span>docker run <span class=\"o\">-v</span> <span class=\"q\">\"</span>\
        <span class=\"x\">$d</span><span class=\"q\">:/x\"</span> <span class=\"m\">alpine</span> sh \
        <span class=\"o\">-c</span> <span class=\"r\">'log $d'</span> <span class=\"h\"># exec</span></span>";
    assert!(rendered.contains(expected), "{rendered}");

    let text = "```bash\nx=$(\n    docker ps -q\n) && cat <<E\n$x $(date)\nE\n```\n";
    let rendered = html(text, vec![printed("a")]);
    let expected = "<span>x=<span class=\"x\">$(</span></span>&#10;\
        <span style=\"--i:4\">    docker ps <span class=\"o\">-q</span></span>&#10;\
        <span><span class=\"x\">)</span> &amp;&amp; cat &lt;&lt;E</span>&#10;\
        <span><span class=\"x\">$x</span><span class=\"q\"> </span><span class=\"x\">$(date)</span></span>";
    assert!(rendered.contains(expected), "{rendered}");
}

#[test]
fn a_session_becomes_a_script_and_its_real_output() {
    let text = "> ```console\n> $ ls \\\n> > -a\n> pattern\n>\n> $ ps\n> ```\n> text\n";
    let rendered = html(text, vec![printed("real")]);
    assert!(rendered.starts_with("> <!--") && rendered.ends_with("</div>\n> text"), "{rendered}");
    let shown = |code: &str, below: &str| (code.to_owned(), below.to_owned());
    assert_eq!(cells(&rendered), [shown("ls \\\n-a\n", "real"), shown("ps\n", "")]);
    let not_run = html(text, vec![StepRecording::Skipped]);
    assert_eq!(cells(&not_run), [shown("$ ls \\\n> -a\npattern\n\n$ ps\n", "")]);
    assert_eq!(
        html(&text.replace("console", "console hidden"), vec![printed("real")]),
        "> <!--docktest-->\n> text"
    );
}

#[test]
fn hidden_steps_and_outputs_are_not_shown() {
    assert_eq!(
        html("- ```bash hidden\n  ls\n  ```\n  ```output\n  a\n  ```\n", vec![printed("a")]),
        "- <!--docktest-->\n  <!--docktest-->"
    );
    assert_eq!(
        html("```bash no-output\nls\n```\n```output\na\n```\n", vec![printed("a")]),
        format!("<!--docktest-->{LS}\n<!--docktest-->")
    );
    assert_eq!(
        html("```bash ignore\nls\n```\n", vec![StepRecording::Ignored]).trim_end(),
        format!("<!--docktest-->{LS}")
    );
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

#[test]
fn each_of_several_commands_has_its_own_output() {
    let text = "```bash\necho '<1>'\ntrue\necho 2 \\\n  >&2\n```\n";
    let mut first = command(&[(Stream::Stdout, "1\n")], End::Exited { status: 0 });
    let second = command(&[(Stream::Stderr, "2\n")], End::Exited { status: 0 });
    let silent = command(&[], End::Exited { status: 0 });
    first.command = "a forged command".into();
    let commands = vec![first, silent, second];
    let rendered =
        html(text, vec![StepRecording::Ran { commands: commands.clone(), effects: Vec::new() }]);
    let shown = |code: &str, below: &str| (code.to_owned(), below.to_owned());
    assert_eq!(
        cells(&rendered),
        [
            shown("echo '<1>'\n", "1\n"),
            shown("true\n", "aucune sortie"),
            shown("echo 2 \\\n  >&2\n", "2\n")
        ]
    );
    assert!(!rendered.contains("forged"), "{rendered}");
    assert_eq!(
        markdown(text, vec![StepRecording::Ran { commands, effects: Vec::new() }]),
        format!(
            "{text}```text\n$ echo '<1>'\n1\n$ true\n[aucune sortie]\n$ echo 2 \\\n  >&2\n2\n```"
        )
    );
}

#[test]
fn other_renderers_get_plain_fences() {
    assert_eq!(
        markdown("> 1. ```bash timeout=1s\n>    ls\n>    ```\n", vec![printed("a\n\n````\n")]),
        "> 1. ```bash\n>    ls\n>    ```\n>    `````text\n>    a\n>    \n>    ````\n>    `````"
    );
    let failed = ran(command(&[], End::Exited { status: 1 }));
    assert_eq!(
        markdown(
            "```bash hidden\nls\n```\n\n```bash\nls\n```\n```output\n...\n```\n",
            vec![printed("a"), failed]
        ),
        "[docktest]: # \"\"\n\n```bash\nls\n```\n```text\n[aucune sortie]\n[code de sortie\u{a0}: 1]\n```"
    );
}

#[test]
fn a_hidden_step_leaves_nothing_in_markdown() {
    let step = "```bash hidden\nls\n```\n";
    for (text, expected) in [
        (format!("{step}\"a\"\n"), "<p>“a”</p>\n"),
        (format!("text\n{step}after\n"), "<p>text</p>\n<p>after</p>\n"),
        (format!("{step}{step}# a\n"), "<h1>a</h1>\n"),
        (
            "- a\n\n".to_owned() + step + "\n- b\n",
            "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>\n",
        ),
        (
            "- ```bash hidden\n  ls\n  ```\n  a\n- b\n".to_owned(),
            "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
        ),
    ] {
        let steps = vec![printed("a"); text.matches("hidden").count()];
        let rendered = markdown(&text, steps);
        let mut html = String::new();
        let options = mdbook_markdown::MarkdownOptions::default();
        let parser = mdbook_markdown::new_cmark_parser(&rendered, &options);
        mdbook_markdown::pulldown_cmark::html::push_html(&mut html, parser);
        assert_eq!(html, expected, "{rendered}");
        assert!(!rendered.contains("<!--"), "{rendered}");
    }
}

#[test]
fn a_chapter_ends_with_its_provenance() {
    let text = "- ```bash\n  ls\n  ```";
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let image = |reference: &str, repo_digest: Option<&str>, origin| Image {
        reference: reference.into(),
        id: "sha256:1d".into(),
        repo_digest: repo_digest.map(str::to_owned),
        origin,
        is_pulled_by_step: false,
    };
    let engine = Engine {
        kind: "process".into(),
        version: "26.1.5".into(),
        client_version: "26.1.4".into(),
        api_version: "1.45".into(),
        storage_driver: "overlay2".into(),
        kernel: "6.1.0".into(),
        architecture: "amd64".into(),
    };
    let mut recording = Recording {
        engine,
        images: vec![
            image("alpine", None, ImageOrigin::Recipe),
            image("nginx", Some("nginx@sha256:d1"), ImageOrigin::Pulled),
        ],
        steps: vec![printed("")],
        recorded_at: RECORDED_AT.into(),
        ..Recording::default()
    };
    let mut page = self::page(Language::Fr, Renderer::Html);
    page.verifications = Some("../verifications.html".into());
    let html = render(text, &scenario, Some(&recording), &[], &page);
    let expected = "\n\n<!--docktest--><details class=\"docktest-provenance\"><summary>\
        Vérifié le 24\u{a0}novembre 2026 · Docker Engine 26.1.5 · \
        alpine (reconstruite pour ce livre) · nginx</summary><dl>\
        <dt>Sorties</dt><dd>d’une exécution pendant la construction de cette page \
        (2026-11-24T23:02:12Z)</dd>\
        <dt>Moteur</dt><dd>Docker Engine 26.1.5 · client 26.1.4 · API 1.45 · overlay2 · process</dd>\
        <dt>Machine</dt><dd>Linux 6.1.0 · amd64</dd>\
        <dt>Image</dt><dd>alpine sha256:1d</dd>\
        <dt>Image</dt><dd>nginx nginx@sha256:d1</dd>\
        </dl><p><a href=\"../verifications.html\">Vérifications</a></p></details>\n";
    assert!(html.ends_with(expected), "{html}");

    recording.origin = Origin::EarlierRun;
    let html = render(text, &scenario, Some(&recording), &[], &page);
    assert!(html.contains("<dd>d’une exécution précédente\u{202f}; le chapitre n’a pas"), "{html}");

    recording.origin = Origin::File;
    let html = render(text, &scenario, Some(&recording), &[], &page);
    assert!(
        html.contains("<dd>tirées d’un enregistrement\u{202f}; rien n’a été exécuté"),
        "{html}"
    );

    page.renderer = Renderer::Markdown;
    let markdown = render(text, &scenario, Some(&recording), &[], &page);
    let expected = "\n\n*Vérifié le 24\u{a0}novembre 2026 · Docker Engine 26\\.1\\.5 · \
        alpine \\(reconstruite pour ce livre\\) · nginx*\n";
    assert!(markdown.ends_with(expected), "{markdown}");
}

#[test]
fn a_chapter_that_could_not_run_says_so() {
    let text = "# Lab\n\n```bash\none\n```\n\n```bash\ntwo\n```\n\n```bash hidden\nthree\n```\n";
    let scenario = extract(Path::new("src/a&b.md"), text, Extensions::default());
    let skipped = StepRecording::Skipped;
    let mut recording = Recording {
        steps: vec![printed("old\n"), skipped.clone(), skipped.clone()],
        recorded_at: RECORDED_AT.into(),
        origin: Origin::NotRun,
        ..Recording::default()
    };
    let render = |recording: &Recording, language, renderer| {
        render(text, &scenario, Some(recording), &[], &self::page(language, renderer))
    };
    let html = render(&recording, Language::Fr, Renderer::Html);
    let notice = "<!--docktest--><div class=\"docktest-notice\" role=\"note\"><p><strong>Cette page n’est \
        plus à jour\u{a0}: ses commandes ou leurs réglages ont changé depuis leur exécution du \
        24\u{a0}novembre 2026, et aucun moteur Docker n’était disponible pour les exécuter de \
        nouveau.</strong></p><p>Pour les exécuter\u{a0}: <code translate=\"no\">mdbook-docktest record \
        src/a&amp;b.md</code></p></div>\n\n# Lab\n";
    assert!(html.starts_with(notice), "{html}");
    assert!(html.contains(">old&#10;</samp>"), "{html}");
    let mark = "<strong>pas encore exécuté depuis sa modification</strong>";
    assert_eq!(html.matches(mark).count(), 1, "the hidden step is not marked: {html}");
    assert!(
        html.contains("<summary>Exécuté le 24\u{a0}novembre 2026, avant modification · "),
        "{html}"
    );
    assert!(html.contains("<dd>tirées d’un enregistrement qui n’est plus à jour"), "{html}");
    assert!(!html.contains("Vérifié"), "{html}");

    let markdown = render(&recording, Language::En, Renderer::Markdown);
    let notice = "```text\nThis page is out of date: its commands or their settings have changed since they \
        ran on 24 November 2026, and no Docker engine was available to run them again.\nTo run them: \
        mdbook-docktest record src/a&b.md\n```\n\n# Lab\n";
    assert!(markdown.starts_with(notice), "{markdown}");
    assert!(
        markdown.contains("two\n```\n```text\n[not run since it was changed]\n```\n"),
        "{markdown}"
    );

    recording.steps = vec![skipped; 3];
    let html = render(&recording, Language::En, Renderer::Html);
    let notice = "<!--docktest--><div class=\"docktest-notice\" role=\"note\"><p><strong>The commands on this \
        page have not been run, and their outputs are missing: no Docker engine was available.</strong>";
    assert!(html.starts_with(notice), "{html}");
    assert!(!html.contains("not run since") && !html.contains("docktest-provenance"), "{html}");

    recording.origin = Origin::File;
    assert!(!render(&recording, Language::En, Renderer::Html).contains("docktest-notice"));
}

#[test]
fn a_failed_chapter_is_not_called_verified() {
    let text = "```bash\nls\n```\n";
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let mut recording = Recording {
        steps: vec![printed("")],
        recorded_at: RECORDED_AT.into(),
        ..Recording::default()
    };
    let finding = Finding {
        code: Code::ExitStatus,
        severity: Severity::Error,
        path: "c.md".into(),
        span: 0..3,
        message: "it exited with 1".into(),
        help: None,
        remedies: Vec::new(),
        line: 1,
        column: 1,
    };
    let page = self::page(Language::Fr, Renderer::Html);
    let html = render(text, &scenario, Some(&recording), &[finding], &page);
    assert!(html.contains("<summary>Exécuté le 24\u{a0}novembre 2026, non conforme · "), "{html}");
    assert!(!html.contains("Vérifié"), "{html}");

    recording.recorded_at = "<b>".into();
    let html = render(text, &scenario, Some(&recording), &[], &page);
    assert!(html.contains("<summary>Docker Engine "), "{html}");
    assert!(!html.contains("<b>"), "{html}");
}

#[test]
fn findings_are_shown_with_their_step_or_at_the_top() {
    let text = "```bash\nls\n```\n\ntext\n";
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let finding = |span: Range<usize>| Finding {
        code: Code::ExitStatus,
        severity: Severity::Error,
        path: "c.md".into(),
        span,
        line: 1,
        column: 1,
        message: "it ended with <1>".into(),
        help: Some("add `exit=1`".into()),
        remedies: Vec::new(),
    };
    let page = self::page(Language::En, Renderer::Html);
    let with_step = render(text, &scenario, None, &[finding(8..10)], &page);
    assert_eq!(
        with_step,
        format!("<!--docktest-->{LS}")
            + "<div class=\"docktest-findings\" role=\"note\">\
         <p><strong>This block failed</strong></p><p lang=\"en\">\
         <code>error[exit-status]</code> it ended with &lt;1&gt;<br>help: add `exit=1`</p></div>\
         \n\ntext\n"
    );
    let in_markdown = Page { renderer: Renderer::Markdown, ..page.clone() };
    let with_step = render(text, &scenario, None, &[finding(8..10)], &in_markdown);
    let expected =
        "```text\nerror[exit-status]: it ended with <1>\nhelp: add `exit=1`\n```\n\ntext\n";
    assert!(with_step.ends_with(expected), "{with_step}");
    let at_top = render(text, &scenario, None, &[finding(16..20)], &page);
    assert!(at_top.starts_with("<!--docktest--><div class=\"docktest-findings\""), "{at_top}");
    let below = format!("</div>\n\n<!--docktest-->{LS}\n\ntext\n");
    assert!(at_top.ends_with(&below), "{at_top}");
}

/// Lines, fences and whole steps, in and out of containers.
const PIECES: &str = "(```bash\n|```bash hidden\n|~~~~sh\n|```output\n|```\n|~~~~\n|> |- |1\\. |  |   |\t|\n|\r\n|ls|text\n|\\{\\{#docktest diagram}}|\\{\\{#docktest diagram}}\n|\\[\\^long\\]: |# h\n|<div>\n|<!-- |-->\n|ls\n```\n\n|> ```bash\n> ls\n>  ```\n|- ```bash\n\n  ls\n  ```\n|-\t```sh\n\tls\n\t ```\n|> - ```sh\r\n>   ls\r\n>   ```\r\n|  ```output\n  x\n  ```\n){0,40}";

#[test]
fn text_below_a_hidden_step_that_ends_a_list_is_outside_of_the_item() {
    assert_eq!(
        markdown(
            "- text\n```bash hidden\nls\n  ```\n  ```bash\npwd\n  ```\n",
            vec![printed(""), printed("a")]
        ),
        "- text\n\n[docktest]: # \"\"\n  ```bash\npwd\n  ```\n  ```text\n  a\n  ```"
    );
    assert_eq!(
        markdown("> text\n> ```bash hidden\n> ls\n> ```\n> more", vec![printed("")]),
        "> text\n> \n> [docktest]: # \"\"\n> more"
    );
}

proptest! {
    /// Inserted text is not extracted as a step, and does not affect the steps around it.
    #[test]
    fn a_rendered_chapter_has_the_same_visible_steps(text in PIECES, markdown: bool) {
        let scenario = extract(Path::new("c.md"), &text, Extensions::default());
        let steps = scenario.steps.iter().map(|_| {
            engine::printed_and_made("```\n\n- a\n> ```bash\n", "```\n```bash\n")
        });
        let steps = steps.collect();
        let recording = Recording { steps, ..Recording::default() };
        let renderer = if markdown { Renderer::Markdown } else { Renderer::Html };
        let page = self::page(Language::En, renderer);
        let rendered = render(&text, &scenario, Some(&recording), &[], &page);

        let visible = scenario.steps.iter().filter(|step| !step.attributes.hidden);
        // In HTML, only what is no closed fence stays Markdown.
        let is_kept = |step: &&Step| {
            markdown || step.fence.marks.is_empty() || step.fence.closing.is_none()
        };
        let kept: Vec<_> = visible.clone().filter(is_kept).map(|step| step.script.clone()).collect();
        let again = extract(Path::new("c.md"), &rendered, Extensions::default());
        let again: Vec<_> = again.steps.iter().map(|step| step.script.clone()).collect();
        // Others stay, too, if their lines are not found in the chapter.
        let mut rest = again.iter();
        prop_assert!(kept.iter().all(|script| rest.any(|other| other == script)), "{}", rendered);

        let sorted = |texts: Vec<String>| {
            let lines = texts.iter().flat_map(|text| text.lines());
            let mut lines: Vec<String> =
                lines.filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let markup = cells(&rendered).into_iter().map(|(code, _)| code);
        let shown = sorted(markup.chain(again).collect());
        let written = sorted(visible.map(|step| step.script.clone()).collect());
        prop_assert_eq!(shown, written, "{}", rendered);
    }
}

#[test]
fn the_page_says_for_which_versions_a_step_or_its_output_is() {
    let text = "```bash engine=\">=23\"\nls\n```\n\n```bash engine=\"<23\"\nls\n```\n\n\
        ```bash\nls\n```\n\n```output engine=\"<23\"\nold\n```\n\n```output engine=\">=23 <28\"\nnew\n```\n\n\
        ```bash hidden engine=\"<23\"\nls\n```\n\nEnd.\n";
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let engine = Engine { version: "26.1.5+dfsg1".into(), ..Engine::default() };
    let other = || StepRecording::OtherEngine;
    let steps = vec![printed("a\n"), other(), printed("new\n"), other()];
    let recording =
        Recording { engine, steps, recorded_at: RECORDED_AT.into(), ..Recording::default() };
    let rendered = |language, renderer| {
        render(text, &scenario, Some(&recording), &[], &page(language, renderer))
    };
    let html = rendered(Language::Fr, Renderer::Html);
    let notes: Vec<String> = Html::parse_fragment(&html)
        .select(&Selector::parse(".docktest-values").unwrap())
        .map(|note| note.text().collect())
        .collect();
    assert_eq!(
        notes,
        [
            "pour Docker Engine 23 et versions suivantes",
            "pour Docker Engine avant la version 23\u{a0}: non exécuté pour cette page",
            "sortie de Docker Engine 23 et versions suivantes, avant la version 28",
        ]
    );
    assert!(!html.contains("old") && !html.contains("engine="), "{html}");
    let markdown = rendered(Language::En, Renderer::Markdown);
    let not_run =
        "```bash\nls\n```\n```text\n[for Docker Engine before 23: not run for this page]\n```\n";
    assert!(markdown.contains(not_run), "{markdown}");
    assert!(!markdown.contains("old") && !markdown.contains("engine="), "{markdown}");
}
