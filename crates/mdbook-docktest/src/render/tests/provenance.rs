//! What a page says about its run.

use super::*;

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
