//! The sites of the course and of the guide: opened as files, at the root of a host, or in a sub-path, as
//! on GitHub Pages.

use std::fs;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use tempfile::TempDir;
use testsuite::{Book, Links, Site, program, workspace};

const GUIDE: &str = "crates/mdbook-docktest/guide";

/// Builds a book of the repository from its recordings, for this path of a host.
fn built(book: &str, path: &str) -> (TempDir, Site) {
    let root = workspace().join(book);
    let html = TempDir::with_prefix("testsuite-").unwrap();
    let mut config = Config::from_disk(root.join("book.toml")).unwrap();
    config.build.build_dir = html.path().to_owned();
    config.set("output.html.site-url", path).unwrap();
    if config.contains_key("preprocessor.docktest") {
        let command = shlex::try_quote(program().to_str().unwrap()).unwrap().into_owned();
        config.set("preprocessor.docktest.command", command).unwrap();
        config.set("preprocessor.docktest.run", "never").unwrap();
    }
    MDBook::load_with_config(&root, config).unwrap().build().unwrap();
    let site = Site::new(html.path().to_owned());
    (html, site)
}

#[track_caller]
fn are_sound(links: &Links) {
    assert_eq!(links.broken, [""; 0]);
    assert_eq!(links.loaded_from_elsewhere, [""; 0]);
}

#[test]
fn the_course_has_no_broken_links() {
    for path in ["/", "/cours/volumes/"] {
        let (_directory, site) = built("", path);
        let links = site.links(path);
        are_sound(&links);
        assert!(links.within > 300, "only {} references were followed", links.within);
    }
}

#[test]
fn the_guide_has_no_broken_links() {
    for path in ["/", "/cours/guide/"] {
        let (_directory, site) = built(GUIDE, path);
        let links = site.links(path);
        are_sound(&links);
        assert!(links.within > 300, "only {} references were followed", links.within);
    }
}

#[test]
fn the_course_links_to_known_sites_only() {
    let (_directory, site) = built("", "/");
    // The list is explicit so that a new host is added on purpose.
    let known = [
        "https://aws.amazon.com/",
        "https://docs.aws.amazon.com/",
        "https://docs.docker.com/",
        "https://github.com/",
        "https://kubernetes.io/",
        "https://man7.org/",
        "https://medium.com/",
        "https://opensource.org/",
        "https://www.apache.org/",
        "https://www.gnu.org/",
        "https://www.man7.org/",
        "https://www.msys2.org/",
        "https://www.postgresql.org/",
        "https://www.rfc-editor.org/",
    ];
    let elsewhere = site.links("/").elsewhere;
    assert!(!elsewhere.is_empty());
    for url in elsewhere {
        assert!(known.iter().any(|host| url.starts_with(host)), "{url}");
    }
}

#[test]
fn the_page_for_missing_pages_works_in_a_sub_path() {
    let (directory, site) = built("", "/cours/volumes/");
    let links = site.links("/cours/");
    let broken: Vec<&String> = links.broken.iter().filter(|at| at.starts_with("404")).collect();
    assert!(!broken.is_empty(), "the page also works at /cours/");
    let page = fs::read_to_string(directory.path().join("404.html")).unwrap();
    assert!(page.contains("<base href=\"/cours/volumes/\">"), "{page}");
}

#[test]
fn installed_files_have_short_paths_with_hashes() {
    let (directory, _) = built("", "/");
    let names = fs::read_dir(directory.path().join("docktest")).unwrap().flatten();
    let names: Vec<String> =
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().any(|name| name.starts_with("docktest-") && name.ends_with(".css")));
    assert!(!directory.path().join("crates").exists());
}

#[test]
fn broken_links_are_found() {
    let chapter = "# A

[nowhere](nowhere.md) [no anchor](b.md#none) [itself](#none) [root](/b.html) [directory](sub/)
![no image](images/none.png) <img src=\"https://images.example/x.png\" alt=\"\">
<script src=\"//cdn.example/x.js\"></script>
[outside](https://docs.example/page#anchor) [mail](mailto:me@example.org)
[there](b.md#étape-1) [there, too](b.md)
";
    let config = "[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n\
                  [output.html]\nadditional-css = [\"own.css\"]\nadditional-js = [\"own.js\"]";
    let style = "@import 'https://fonts.example/a.css'; p { background: url(none.svg) }\n";
    let site = Book::new()
        .config(config)
        .file("own.css", style)
        .file("own.js", "fetch('https://spy.example/')\n")
        .chapter("a.md", chapter)
        .chapter("b.md", "# B\n\n## Étape 1\n")
        .build()
        .unwrap();
    let links = site.links("/");
    let in_file = |list: &[String], file: &str| -> Vec<String> {
        let is_in_file = |link: &&String| link.starts_with(file);
        let target = |link: &String| link.split_once(": ").unwrap().1.to_owned();
        let mut targets: Vec<String> = list.iter().filter(is_in_file).map(target).collect();
        targets.sort();
        targets.dedup();
        targets
    };
    let broken =
        ["#none", "/b.html (absolute)", "b.html#none", "images/none.png", "nowhere.html", "sub/"];
    assert_eq!(in_file(&links.broken, "a.html"), broken);
    assert_eq!(in_file(&links.broken, "own"), ["none.svg"]);
    let loaded = ["//cdn.example/x.js", "https://images.example/x.png"];
    assert_eq!(in_file(&links.loaded_from_elsewhere, "a.html"), loaded);
    let loaded = ["https://fonts.example/a.css", "https://spy.example/"];
    assert_eq!(in_file(&links.loaded_from_elsewhere, "own"), loaded);
    let elsewhere = ["https://docs.example/page#anchor", "mailto:me@example.org"];
    assert_eq!(links.elsewhere.iter().map(String::as_str).collect::<Vec<_>>(), elsewhere);
}
