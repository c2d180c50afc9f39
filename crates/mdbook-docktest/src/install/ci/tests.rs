use super::*;

fn config(text: &str) -> Config {
    text.parse().unwrap()
}

/// The line that contains a text, trimmed.
#[track_caller]
fn line<'a>(workflow: &'a str, text: &str) -> &'a str {
    let line = workflow.lines().find(|line| line.contains(text));
    line.unwrap_or_else(|| panic!("no `{text}` in\n{workflow}")).trim()
}

#[test]
fn nothing_of_a_template_is_left() {
    for host in [Host::Github, Host::Gitlab] {
        let workflow = host.workflow(Path::new("docs"), &config(""));
        let placeholders = ["@mdbook@", "@docktest@", "@site-url@", "@directory@", "@pages@"];
        for placeholder in [&placeholders[..], &["@enter@", "@publish@"]].concat() {
            assert!(!workflow.contains(placeholder), "{placeholder}\n{workflow}");
        }
        let install = format!("mdbook@{MDBOOK_VERSION} mdbook-docktest@{}", stamp::version());
        assert!(line(&workflow, "cargo install").ends_with(&install), "{workflow}");
    }
}

#[test]
fn it_works_in_the_directory_of_the_book() {
    let book = config("[build]\nbuild-dir = \"out\"\n[output.html]\n[output.epub]\n");
    let github = Host::Github.workflow(Path::new("my docs"), &book);
    assert_eq!(line(&github, "working-directory:"), r#"working-directory: "my docs""#);
    assert_eq!(line(&github, "path: \""), r#"path: "my docs/out/html""#);
    let gitlab = Host::Gitlab.workflow(Path::new("my docs"), &book);
    assert_eq!(line(&gitlab, "- cd "), "- cd 'my docs'");
    assert_eq!(line(&gitlab, "- mv "), r#"- mv out/html "$CI_PROJECT_DIR/public""#);

    let github = Host::Github.workflow(Path::new(""), &config(""));
    assert_eq!(line(&github, "working-directory:"), r#"working-directory: ".""#);
    assert_eq!(line(&github, "path: \""), r#"path: "book""#);
    assert_eq!(line(&Host::Gitlab.workflow(Path::new(""), &config("")), "- cd "), "- cd .");
    let gitlab = Host::Gitlab.workflow(Path::new("it's: #1"), &config(""));
    assert_eq!(line(&gitlab, "cd "), r#"- "cd 'it'\\''s: #1'""#);
}

#[test]
fn an_address_in_book_toml_is_kept() {
    let github = |text| Host::Github.workflow(Path::new(""), &config(text));
    assert!(line(&github(""), SITE_URL).ends_with(Host::Github.site_url()));
    for text in ["[output.html]\nsite-url = \"/x/\"\n", "[output.html]\ncname = \"x.example\"\n"] {
        assert!(!github(text).contains(SITE_URL), "{text}");
    }
}

#[test]
fn the_repository_is_the_nearest_one() {
    let directory = tempfile::tempdir().unwrap();
    let book = directory.path().join("a/b");
    fs::create_dir_all(&book).unwrap();
    assert_eq!(place(&book), (PathBuf::new(), PathBuf::new()), "there is none");
    fs::create_dir(directory.path().join(".git")).unwrap();
    assert_eq!(place(&book), ("../..".into(), "a/b".into()));
    // That of a work tree is a file.
    fs::write(directory.path().join("a/.git"), "").unwrap();
    assert_eq!(place(&book), ("..".into(), "b".into()));
}
