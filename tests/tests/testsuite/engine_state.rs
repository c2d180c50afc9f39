//! The engine on the page: the changes by steps, and the state.

use std::fs;

use testsuite::{Book, Page};

const FRENCH: &str = "[book]\nlanguage = \"fr\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"";

const WEB: &str = "docker network create front
docker volume create data
mkdir site
docker run -d --name web --network front -p 8080:80 -v \"$PWD/site\":/srv:ro -v data:/data alpine sleep 600
docker run -d --name reader -v data:/data:ro alpine sleep 600";

/// The entries of lists, with no-break spaces as spaces.
fn entries(page: &Page) -> Vec<String> {
    let items = page.texts("main .docktest-effects li").into_iter();
    items.map(|text| text.replace('\u{a0}', " ")).collect()
}

#[test]
fn mounts_ports_and_networks_are_on_the_page() {
    let site = Book::new()
        .with_alpine()
        .config(FRENCH)
        .step_with("diagram", WEB)
        .step_with("no-output", "docker rm -f web reader; docker network rm front")
        .step("docker volume rm data")
        .prose("> {{#docktest diagram}}\n")
        .build()
        .unwrap();
    let page = site.page("lab.html");
    assert_eq!(
        entries(&page),
        [
            "+ réseau front",
            "+ volume data",
            "+ conteneur web, /lab/site → /srv (lecture seule), data → /data, port 8080 → 80, réseau front",
            "+ conteneur reader, data → /data (lecture seule)",
            "− volume data",
        ]
    );
    let mut texts = page.texts("main .docktest-diagram svg text");
    texts.sort_unstable();
    let mut expected = [
        "web",
        "● en marche · alpine",
        "port 8080 → 80",
        "/srv",
        "lecture seule",
        "/data",
        "réseau",
        "reader",
        "● en marche · alpine",
        "/data",
        "lecture seule",
        "réseau",
        "front",
        "volume",
        "data",
        "chemin de l’hôte",
        "/lab/site",
    ];
    expected.sort_unstable();
    assert_eq!(texts, expected);
    // Two of three mounts are read-only.
    let dashed = page.attributes("main .docktest-diagram svg path[stroke-dasharray]", "d");
    assert_eq!(dashed.iter().map(|path| path.matches('M').count()).sum::<usize>(), 2);
    assert!(page.texts("main .docktest-diagram svg desc")[0].contains("port 8080 de l’hôte"));
    let empty = page.texts("main blockquote .docktest-diagram p");
    assert_eq!(empty.len(), 1);
    assert!(empty[0].starts_with("Aucun conteneur"), "{empty:?}");
}

#[test]
fn a_container_is_followed_through_the_chapter() {
    let site = Book::new()
        .with_alpine()
        .config(FRENCH)
        .step("docker create --name app -v data:/data alpine sleep 600")
        .prose("{{#docktest diagram}}\n\n")
        .step("docker start app")
        .step("docker pause app")
        .step("docker unpause app; docker rename app web")
        .step("docker stop -t 0 web")
        .step(
            "docker run --rm -v data:/data alpine true; docker run --rm -v data:/data alpine true",
        )
        .prose("- {{#docktest diagram}}\n\n")
        .step("docker rm web; docker volume rm data")
        .build()
        .unwrap();
    let page = site.page("lab.html");
    assert_eq!(
        entries(&page),
        [
            "+ volume data",
            "+ conteneur app, data → /data, non démarré",
            "▸ conteneur app, démarré",
            "‖ conteneur app, en pause",
            "▸ conteneur web, repris, auparavant app",
            "■ conteneur web, arrêté (code 137)",
            "± conteneur éphémère alpine, data → /data ×2",
            "− conteneur web",
            "− volume data",
        ]
    );
    let described = page.texts("main .docktest-diagram svg desc");
    assert!(
        described[0].starts_with("Conteneur app, image alpine, non démarré\u{a0}: volume data")
    );
    assert!(described[1].starts_with("Conteneur web, image alpine, arrêté (code 137)"));
    assert_eq!(page.texts("main li .docktest-diagram").len(), 1);
}

#[test]
fn a_replayed_page_equals_the_original_and_writes_nothing() {
    let book = Book::new().with_alpine().step_with("diagram", WEB).step_with(
        "cleanup",
        "docker rm -f web reader; docker network rm front; docker volume rm data",
    );
    let page = || book.build().unwrap().page("lab.html").texts("main .docktest-effects, main svg");
    let live = page();
    let recording = fs::read_to_string(book.recording("lab.md")).unwrap();
    assert_eq!(page(), live, "replayed");
    book.command(["record"]).run().exits(0);
    assert_eq!(fs::read_to_string(book.recording("lab.md")).unwrap(), recording);
}

#[test]
fn other_renderers_get_text() {
    let chapters = Book::new()
        .with_alpine()
        .step_with("diagram", "docker volume create data")
        .step_with("cleanup", "docker volume rm data")
        .preprocess("markdown");
    let expected = "```text\n+ volume data\n```\n```text\nContainers, volumes and networks at this \
        point\n- Volume data, not mounted.\n```";
    assert!(chapters[0].contains(expected), "{}", chapters[0]);
}

#[test]
fn an_unknown_directive_prevents_the_chapter_from_running() {
    let outcome = Book::new().step("echo never").prose("{{#docktest diagramm}}\n").verify();
    outcome.exits(2).finds_only(&[("bad-directive", "{{#docktest diagramm}}")]);
}
