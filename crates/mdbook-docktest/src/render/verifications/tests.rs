use std::sync::Arc;

use super::*;
use crate::model::recording::{Engine, Image, ImageOrigin};
use crate::render::labels::Labels;
use crate::render::labels::Language;

fn recording(version: &str, recorded_at: &str, images: &[(&str, ImageOrigin)]) -> Recording {
    let image = |(reference, origin): &(&str, ImageOrigin)| Image {
        reference: (*reference).into(),
        id: "sha256:1d".into(),
        repo_digest: None,
        origin: *origin,
        is_pulled_by_step: false,
    };
    let engine = Engine { kind: "process".into(), version: version.into(), ..Engine::default() };
    let images = images.iter().map(image).collect();
    Recording { engine, images, recorded_at: recorded_at.into(), ..Recording::default() }
}

fn page(renderer: Renderer) -> Page {
    let labels = Arc::new(Labels::new(Language::Fr));
    Page { labels, renderer, slug: "v".into(), verifications: None }
}

#[test]
fn each_chapter_is_listed_with_its_engine_and_images() {
    use StepStatus::{Ignored, Passed};

    let images = [("alpine", ImageOrigin::Recipe), ("nginx", ImageOrigin::Pulled)];
    let first = recording("26.1.5", "2026-11-24T23:02:12Z", &images);
    let second = recording("28.5.0", "2026-12-01T00:00:00Z", &images[..1]);
    let entries = [
        Entry {
            name: "Volumes & <co>",
            path: Path::new("a.md"),
            statuses: vec![Passed, Passed, Ignored],
            recording: Some(&first),
            versions: BTreeMap::new(),
        },
        Entry {
            name: "b|\nc",
            path: Path::new("d/b c.md"),
            statuses: vec![Passed],
            recording: Some(&second),
            versions: BTreeMap::new(),
        },
        Entry {
            name: "C",
            path: Path::new("c:d.md"),
            statuses: vec![StepStatus::Skipped],
            recording: None,
            versions: BTreeMap::new(),
        },
    ];

    let html = verifications(&entries, &page(Renderer::Html));
    assert!(html.starts_with("# Vérifications\n\n"), "{html}");
    let head = "<th scope=\"col\">Chapitre</th><th scope=\"col\">Étapes</th>\
        <th scope=\"col\">Conformes</th><th scope=\"col\">Non atteintes</th>\
        <th scope=\"col\">Non exécutées</th>\
        <th scope=\"col\">Moteur</th><th scope=\"col\">Dernière exécution</th>";
    assert!(html.contains(head), "{html}");
    let row = "<td><a href=\"a.html\">Volumes &amp; &lt;co&gt;</a></td><td>3</td><td>2</td>\
        <td>0</td><td>1</td><td>Docker Engine 26.1.5</td><td>24\u{a0}novembre 2026</td>";
    assert!(html.contains(row), "{html}");
    assert!(html.contains("<a href=\"d/b%20c.html\">b|&#10;c</a>"), "{html}");
    assert_eq!(html.matches(" · process</td>").count(), 2, "{html}");
    assert_eq!(html.matches("<td>alpine (reconstruite pour ce livre)</td>").count(), 1, "{html}");

    let row = "<td><a href=\"c%3Ad.html\">C</a></td><td>1</td><td>0</td><td>1</td><td>0</td>\
        <td></td><td>jamais</td>";
    assert!(html.contains(row), "{html}");

    let markdown = verifications(&entries, &page(Renderer::Markdown));
    assert!(
        markdown.contains(
            "\n| b\\| c | 1 | 1 | 0 | 0 | Docker Engine 28\\.5\\.0 | 1er\u{a0}décembre 2026 |\n"
        ),
        "{markdown}"
    );
    assert!(!markdown.contains("<td"), "{markdown}");
}

#[test]
fn links_are_relative_to_the_chapter() {
    assert_eq!(link_from(Path::new("a.md")), "verifications.html");
    assert_eq!(link_from(Path::new("a/b/c.md")), "../../verifications.html");
}

#[test]
fn chapters_are_listed_with_each_version_of_the_engine() {
    let first = recording("26.1.5", "2026-11-24T23:02:12Z", &[]);
    let current = |passed, steps, day: &str| VersionResult::Current {
        passed,
        steps,
        recorded_at: format!("2026-11-{day}T00:00:00Z"),
    };
    let entry = |name, versions: Vec<(&str, VersionResult)>| Entry {
        name,
        path: Path::new("a.md"),
        statuses: vec![StepStatus::Passed],
        recording: Some(&first),
        versions: versions
            .into_iter()
            .map(|(version, result)| (version.to_owned(), result))
            .collect(),
    };
    let entries = [
        entry("A", vec![("9.1", current(1, 2, "20")), ("20.10.24+dfsg1", current(3, 3, "21"))]),
        entry("B", vec![("20.10.24+dfsg1", VersionResult::OutOfDate)]),
    ];
    let markdown = verifications(&entries, &page(Renderer::Markdown));
    let table = "## Versions de Docker Engine\n\nPour chaque version\\, combien d’étapes sont conformes\\, \
        parmi celles qui la concernent\\.\n\n\
        | Chapitre | 9\\.1 | 20\\.10\\.24 | Dernière exécution |\n| --- | --- | --- | --- |\n\
        | A | 1 sur 2 | 3 sur 3 | 20\u{a0}novembre 2026 |\n\
        | B | jamais | n’est plus à jour |  |\n\n";
    assert!(markdown.contains(table), "{markdown}");
    let html = verifications(&entries, &page(Renderer::Html));
    assert!(html.contains("<th scope=\"col\">20.10.24</th>"), "{html}");
}
