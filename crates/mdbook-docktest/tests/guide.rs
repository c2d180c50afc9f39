//! The author's guide is complete, it renders without warnings, and its links are not broken. Its
//! examples need an engine and are tested in the `testsuite` package.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use clap::CommandFactory;
use mdbook_docktest::Cli;
use mdbook_docktest::internal::{BUILTINS, Code, Settings, names_for_outputs, names_for_steps};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use scraper::{ElementRef, Html, Selector};
use tempfile::TempDir;

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guide")
}

fn chapter(name: &str) -> String {
    let path = guide().join("src").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the text below the heading `name`.
#[track_caller]
fn section<'a>(chapter: &'a str, name: &str) -> &'a str {
    let heading = format!("\n## `{name}`\n");
    let (_, rest) = chapter.split_once(&heading).unwrap_or_else(|| panic!("no section `{name}`"));
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The examples in a text, each with the text after it.
fn examples(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\n````markdown\n").skip(1).filter_map(|rest| rest.split_once("\n````\n"))
}

#[test]
fn each_attribute_has_a_section_with_an_example() {
    let chapter = chapter("attributes.md");
    for name in names_for_steps().iter().chain(names_for_outputs()) {
        let uses = |line: &str| {
            let mut words = line.split([' ', ',', '=']);
            words.next().is_some_and(|first| first.starts_with("```"))
                && words.any(|word| word == *name)
        };
        let mut found = examples(section(&chapter, name));
        assert!(found.any(|(example, _)| example.lines().any(uses)), "`{name}`");
    }
}

#[test]
fn each_finding_has_a_section_with_an_example_and_its_report() {
    let chapter = chapter("findings.md");
    for code in Code::ALL {
        let mut found = examples(section(&chapter, code.name()));
        let reports = |(_, after): (&str, &str)| {
            let report = after.trim_start().strip_prefix("```text report");
            report.is_some_and(|report| report.contains(&format!("[{code}]: ")))
        };
        assert!(found.any(reports), "`{code}`");
    }
}

#[test]
fn each_placeholder_has_an_example() {
    let chapter = chapter("placeholders.md");
    for builtin in BUILTINS {
        let word = format!("[{}", builtin.name);
        assert!(examples(&chapter).any(|(example, _)| example.contains(&word)), "`{word}]`");
    }
}

#[test]
fn each_command_and_option_is_documented() {
    let chapter = chapter("command-line.md");
    let mut commands: Vec<_> = Cli::command()
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(|command| (command.get_name().to_owned(), command.clone()))
        .collect();
    while let Some((name, command)) = commands.pop() {
        if command.has_subcommands() {
            let below = command.get_subcommands();
            commands
                .extend(below.map(|below| (format!("{name} {}", below.get_name()), below.clone())));
            continue;
        }
        section(&chapter, &name);
        for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(chapter.contains(&format!("`--{option}")), "--{option}");
        }
    }
}

#[test]
fn each_setting_is_documented() {
    // serde's error for an unknown key lists all keys.
    let wrong: Config =
        "[preprocessor.docktest]\nnosuch = 1".parse().expect("the text is valid TOML");
    let error = Settings::from_config(&wrong, Path::new("/book")).expect_err("the key is unknown");
    let (_, keys) = error.message.split_once("expected one of ").expect("serde lists the keys");
    let keys: Vec<&str> = keys.split('`').skip(1).step_by(2).collect();
    assert!(keys.contains(&"timeout"), "{keys:?}");
    let chapter = chapter("settings.md");
    for key in keys {
        assert!(chapter.contains(&format!("`{key}`")), "`{key}`");
    }
}

#[test]
fn the_table_of_settings_has_those_of_the_sections() {
    let chapter = chapter("settings.md");
    let rows = chapter.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once('`'));
    let in_table: Vec<&str> = rows.map(|(name, _)| name).collect();
    let titles = chapter.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'));
    assert_eq!(in_table, titles.collect::<Vec<_>>());
}

/// The guide, rendered by mdBook.
struct Site {
    html: TempDir,
    warnings: String,
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let html = TempDir::new().expect("a temporary directory can be created");
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let mut config =
            Config::from_disk(guide().join("book.toml")).expect("the guide has a book.toml");
        config.build.build_dir = html.path().to_owned();
        let book = MDBook::load_with_config(guide(), config).expect("the guide loads");
        book.build().expect("the guide builds");
    });
    let log = log.0.lock().expect("no writer panics").clone();
    Site { html, warnings: String::from_utf8_lossy(&log).into_owned() }
});

impl Site {
    fn page(&self, name: &str) -> Html {
        let text = fs::read_to_string(self.html.path().join(name)).expect("the page exists");
        Html::parse_document(&text)
    }
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("the selector is valid")).collect()
}

#[test]
fn mdbook_prints_no_warnings() {
    assert_eq!(SITE.warnings, "");
}

#[test]
fn links_within_the_guide_are_not_broken() {
    let names = fs::read_dir(SITE.html.path()).expect("the guide is built").flatten();
    let names: BTreeSet<String> =
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let mut links = 0;
    for name in names.iter().filter(|name| name.ends_with(".html") && *name != "print.html") {
        let page = SITE.page(name);
        for link in select(&page, "main a[href]") {
            let href = link.value().attr("href").expect("the selector requires it");
            if href.contains("://") {
                continue;
            }
            links += 1;
            let (file, fragment) = href.split_once('#').unwrap_or((href, ""));
            let file = if file.is_empty() { name } else { file };
            assert!(names.contains(file), "{name}: {href}");
            let is_target = |id: ElementRef<'_>| id.value().id() == Some(fragment);
            let target = SITE.page(file);
            assert!(
                fragment.is_empty() || select(&target, "[id]").into_iter().any(is_target),
                "{name}: {href}"
            );
        }
    }
    assert!(links > 50, "only {links} links");
}

#[test]
fn the_table_of_placeholders_shows_each_regex_unchanged() {
    let page = SITE.page("placeholders.html");
    let code = Selector::parse("td code").expect("the selector is valid");
    let shown = |rows: &str| {
        let rows = select(&page, rows).into_iter();
        let rows = rows.map(|row| row.select(&code).map(|code| code.text().collect()).collect());
        rows.collect::<Vec<Vec<String>>>()
    };
    let regexes: Vec<_> = BUILTINS
        .iter()
        .map(|builtin| vec![format!("[{}]", builtin.name), builtin.regex.to_owned()])
        .collect();
    assert_eq!(shown(".placeholders details tbody tr"), regexes);

    let examples = shown(".placeholders > :not(details) tbody tr");
    assert_eq!(examples.len(), BUILTINS.len());
    for (row, builtin) in examples.iter().zip(BUILTINS) {
        assert_eq!(row[0], format!("[{}]", builtin.name));
        assert!((2..=5).contains(&row.len()), "{row:?}");
        assert!(row[1..].iter().all(|shown| builtin.examples.contains(&shown.as_str())), "{row:?}");
    }
}

#[test]
fn passwords_that_are_typed_in_examples_are_in_no_result_and_no_recording() {
    for (page, password) in [("input.md", "Corr3ct-horse"), ("secrets.md", "not-a-real-one")] {
        assert!(chapter(page).contains(password), "{page}");
        for directory in ["results", "recordings"] {
            for file in fs::read_dir(guide().join(directory)).expect("the directory exists") {
                let path = file.expect("the directory can be read").path();
                let text = fs::read_to_string(&path).expect("the file is text");
                assert!(!text.contains(password), "{}", path.display());
            }
        }
    }
}

#[test]
fn only_the_result_about_findings_has_one() {
    let mut failed = Vec::new();
    for file in fs::read_dir(guide().join("results")).expect("the directory exists") {
        let path = file.expect("the directory can be read").path();
        let text = fs::read_to_string(&path).expect("the file is text");
        assert!(text.contains("docktest"), "{} shows nothing", path.display());
        if text.contains("docktest-findings") {
            failed.push(path.file_name().expect("it is a file").to_owned());
        }
    }
    assert_eq!(failed, ["finding.md"]);
}
