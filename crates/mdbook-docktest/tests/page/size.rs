//! The size of steps on a page: at most 3 times the text of commands and 1.6 times that of outputs and changes,
//! plus a kibibyte per step, and 320 bytes for each block of commands with an output of its own.
//!
//! Text is measured escaped, with `&lt;` for `<`.

use mdbook_docktest::internal::{
    Change, ContainerSpec, Effect, Mount, MountSource, ObjectKind, files,
};
use scraper::ElementRef;

use super::*;

/// The size of the escaped text in bytes.
fn escaped_len(text: &str) -> usize {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").len()
}

/// Asserts that each step stays within the limit. Returns the number of steps with a result.
#[track_caller]
fn assert_small(page: &Html) -> usize {
    let added = selector("div.docktest-step, figure.docktest-effects");
    let parts = selector("samp, .docktest-command, figure.docktest-effects li");
    let code = selector("pre.docktest-code");
    // The limit and the size of each step, and its HTML.
    let mut steps: Vec<(usize, usize, String)> = Vec::new();
    for element in page.select(&added) {
        let text = |part: ElementRef<'_>| escaped_len(&part.text().collect::<String>());
        let shown: usize = element.select(&parts).map(text).sum();
        let written: usize = element.select(&code).map(text).sum();
        let cells = element.select(&code).count();
        let html = element.html().replace("&nbsp;", "\u{a0}");
        // The changes of a step are directly below its output.
        let above = element.prev_siblings().find_map(ElementRef::wrap);
        let continues =
            element.value().name() == "figure" && above.is_some_and(|above| added.matches(&above));
        if !continues {
            steps.push((1024, 0, String::new()));
        }
        let step = steps.last_mut().expect("a step was pushed");
        step.0 += shown * 8 / 5 + written * 3 + cells * 320;
        step.1 += html.len() + "<!--docktest-->".len();
        step.2 += &html;
    }
    for (limit, size, html) in &steps {
        assert!(size <= limit, "{size} bytes for {limit}: {html:.2000}");
    }
    steps.len()
}

fn assert_step_is_small(name: &str, commands: Vec<CommandRecording>) {
    assert_step_is_small_with(name, commands, Vec::new());
}

/// Asserts that a step with these commands and effects stays within the limit. Returns the page.
fn assert_step_is_small_with(
    name: &str,
    commands: Vec<CommandRecording>,
    effects: Vec<Effect>,
) -> Html {
    let script: String = (0..commands.len()).map(|n| format!("echo {n}\n")).collect();
    let chapter = format!("```bash\n{script}```\n");
    let scenario = extract(Path::new("c.md"), &chapter, Extensions::default());
    let steps = vec![StepRecording::Ran { commands, effects }];
    let recording = Recording { steps, ..Recording::default() };
    let labels = Arc::new(Labels::new(Language::Fr));
    let page = Page { labels, renderer: Renderer::Html, slug: "c".into(), verifications: None };
    let rendered = render(&chapter, &scenario, Some(&recording), &[], &page);
    let page = build(&[rendered]).remove(0);
    assert_eq!(assert_small(&page), 1, "{name}");
    page
}

#[test]
fn a_long_list_of_changes_is_shortened() {
    let volume = |name: String| Effect {
        command: 0,
        kind: ObjectKind::Volume,
        id: name.clone(),
        name,
        change: Change::created(None),
    };
    let mount = |place: usize| Mount {
        source: MountSource::Bind("a".into()),
        destination: place.to_string(),
        read_only: false,
    };
    let spec = ContainerSpec { mounts: (0..2_000).map(mount).collect(), ports: Vec::new() };
    let container = Effect {
        kind: ObjectKind::Container,
        change: Change::Created { image: None, spec },
        ..volume("app".into())
    };
    let volumes = |name: &str| (0..500).map(|n| volume(format!("{name}{n}"))).collect::<Vec<_>>();
    let (out, err) = (Stream::Stdout, Stream::Stderr);
    let printed = vec![command(&[(out, "a\n"), (err, "b\n")]); 2];
    for (name, commands, effects) in [
        ("no output", Vec::new(), volumes("v")),
        ("long names", Vec::new(), volumes(&"<é>".repeat(40))),
        ("with output", printed.clone(), volumes("v")),
        ("many mounts", printed.clone(), vec![container]),
    ] {
        let count_of_effects = effects.len();
        let page = assert_step_is_small_with(name, commands, effects);
        let items = texts(&page, "figure.docktest-effects li");
        assert!(!items.is_empty(), "{name}");
        if items.len() < count_of_effects {
            let rest = format!("{} autres changements", count_of_effects + 1 - items.len());
            assert_eq!(items.last(), Some(&rest), "{name}");
            assert!(items.len() > 4, "{name}: {items:?}");
        }
    }
}

#[test]
fn the_worst_output_stays_within_the_limit() {
    let colours: String =
        (0..5_000).map(|n| format!("\x1b[{};3{}m{}", n % 10, n % 8, n % 7)).collect();
    let (out, err, typed) = (Stream::Stdout, Stream::Stderr, Stream::Typed);
    assert_step_is_small("each character in another colour", vec![command(&[(out, &colours)])]);
    assert_step_is_small(
        "each character a symbol",
        vec![command(&[(out, &"\0a\u{202e}".repeat(1_000))])],
    );
    let alternating = [(out, "a\n"), (err, "b\n"), (typed, "c")].repeat(1_000);
    assert_step_is_small("each line of another stream", vec![command(&alternating)]);
    assert_step_is_small("many short lines", vec![command(&[(out, &"\n".repeat(25))])]);
    assert_step_is_small("each character a brace", vec![command(&[(out, &"{".repeat(5_000))])]);
    assert_step_is_small(
        "many commands with little to say",
        (0..200).map(|_| command(&[(err, "a")])).collect(),
    );
    let mut stream = command(&[(out, "\n")].repeat(2_000));
    stream.end = End::Stopped;
    for (at, chunk) in stream.transcript.chunks.iter_mut().enumerate() {
        chunk.at_ms = at as u64 * 4_000;
    }
    assert_step_is_small("a stream of empty lines", vec![stream]);
}

#[test]
fn ordinary_colours_and_streams_are_kept() {
    let listing: String = (0..20)
        .map(|n| {
            format!("drwxr-xr-x 2 root root 4096 Nov 24 03:02 \x1b[1;34mdirectory-{n}\x1b[m\n")
        })
        .collect();
    let chunks = [(Stream::Stdout, listing.as_str()), (Stream::Stderr, "ls: x: No such file\n")];
    let chapter = rendered_with("```bash\nls\n```\n", std::iter::once(command(&chunks)));
    let page = &build(&[chapter])[0];
    assert_small(page);
    assert_eq!(count(page, "samp .b.c4"), 20);
    assert_eq!(count(page, "samp .err"), 1);
}

#[test]
fn the_course_stays_within_the_limit() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book");
    let mut chapters = Vec::new();
    for file in fs::read_dir(book.join("recordings")).expect("the course is recorded") {
        let file = file.expect("the entry can be read").path();
        // Beside them is the table of versions, `engines.json`.
        let name = file.file_stem().map(Path::new);
        let Some(name) = name.filter(|name| name.extension() == Some("md".as_ref())) else {
            continue;
        };
        let text = fs::read_to_string(book.join("src").join(name))
            .expect("the recording belongs to a chapter");
        let scenario = extract(name, &text, Extensions::default());
        let recording =
            files::read(&file).expect("the recording is valid").expect("the recording exists");
        let recording = recording.recording(&scenario);
        let labels = Arc::new(Labels::new(Language::Fr));
        let slug = mdbook_docktest::internal::slug(name);
        let page = Page { labels, renderer: Renderer::Html, slug, verifications: None };
        chapters.push(render(&text, &scenario, Some(&recording), &[], &page));
    }
    let figures: usize = build(&chapters).iter().map(assert_small).sum();
    assert!(figures > 30, "{figures}");
}
