use std::fs;

use super::*;
use crate::model::finding::Code;
use crate::model::finding::Level;

fn read(table: &str) -> Result<Settings, String> {
    let config = format!("[preprocessor.docktest]\n{table}").parse::<Config>().unwrap();
    Settings::from_config(&config, Path::new("/book")).map_err(|error| error.to_string())
}

#[test]
fn a_table_with_only_keys_of_mdbook_has_the_default_settings() {
    let settings = read("command = \"x\"\nrenderers = [\"html\"]").unwrap();
    let recordings = Some(PathBuf::from("/book/recordings"));
    let sources = Some(PathBuf::from("/book/src"));
    assert_eq!(settings, Settings { recordings, sources, ..Settings::default() });
}

#[test]
fn an_error_in_the_images_names_the_line_in_book_toml() {
    let text = "[preprocessor.docktest]\nimages = [\n\"alpine\",\n\"\"\n]";
    let book = tempfile::tempdir().unwrap();
    let error = || {
        let config = text.parse::<Config>().unwrap();
        Settings::from_config(&config, book.path()).unwrap_err().to_string()
    };
    let place = format!("[preprocessor.docktest] in {}/book.toml", book.path().display());
    let message = "`images` has an empty name: remove it, or write e.g. `alpine:3.20`";
    assert_eq!(error(), format!("{place}: {message}"));
    fs::write(book.path().join("book.toml"), text).unwrap();
    assert_eq!(error(), format!("{place}:4: {message}"));
}

#[test]
fn a_limit_of_processes_suffices_for_an_engine() {
    assert_eq!(read("processes = 500").unwrap().processes, Some(500));
    let error = read("processes = 10").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`processes` is too small for an engine, `10`: use `200` or more"),
        "{error}"
    );
}

#[test]
fn a_limit_of_memory_is_a_size_that_suffices_for_an_engine() {
    assert_eq!(read("memory = \"2g\"").unwrap().memory, Some(2 << 30));
    assert_eq!(read("memory = \"128m\"").unwrap().memory, Some(128 << 20));
    let error = read("memory = \"much\"").unwrap_err();
    assert!(error.contains("invalid size `much`: use e.g. `512m` or `2g`"), "{error}");
    let error = read("memory = \"4\"").unwrap_err();
    assert!(error.contains("too small for an engine, `4`: use `128m` or more"), "{error}");
}

#[test]
fn a_limit_of_file_systems_suffices_for_an_engine() {
    assert_eq!(read("").unwrap().disk, None);
    assert_eq!(read("disk = \"32m\"").unwrap().disk, Some(32 << 20));
    let error = read("disk = \"31m\"").unwrap_err();
    let expected = "`disk` is too small for an engine, `31m`: use `32m` or more";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn placeholders_of_the_book_are_added() {
    let settings = read("[preprocessor.docktest.placeholders]\nTICKET = 'T-\\d+'").unwrap();
    assert_eq!(settings.placeholders.regex("TICKET"), Some(r"T-\d+"));
    let error = read("placeholders.ticket = 'T'").unwrap_err();
    assert!(error.contains("/book/book.toml: invalid placeholder name `ticket`"), "{error}");
    let error = read("placeholders.TICKET = '('").unwrap_err();
    assert!(error.contains("invalid regex for placeholder `TICKET`"), "{error}");
}

#[test]
fn an_unknown_key_is_an_error() {
    let error = read("timeuot = \"5s\"").unwrap_err();
    assert!(error.contains("/book/book.toml"), "{error}");
    assert!(error.contains("timeuot"), "{error}");
}

#[test]
fn lints_are_read_and_a_mistyped_one_is_an_error() {
    let settings = read("lints.exit-status = \"warn\"").unwrap();
    assert_eq!(settings.lints.level(Code::ExitStatus), Level::Warn);
    let error = read("lints.exit-statsu = \"warn\"").unwrap_err();
    assert!(error.contains("did you mean `exit-status`?"), "{error}");
    let error = read("lints.exit-status = \"forbid\"").unwrap_err();
    assert!(error.contains("`allow`, `warn`, `deny`"), "{error}");
}

#[test]
fn failures_are_embedded_by_default_with_mdbook_serve() {
    let on_failure = |table: &str| read(table).unwrap().on_failure;
    let served = "[output.html]\nlive-reload-endpoint = \"__livereload\"";
    assert_eq!(on_failure(""), OnFailure::Abort);
    assert_eq!(on_failure("on-failure = \"embed\""), OnFailure::Embed);
    assert_eq!(on_failure(served), OnFailure::Embed);
    assert_eq!(on_failure(&format!("on-failure = \"abort\"\n{served}")), OnFailure::Abort);
    let error = read("on-failure = \"ignore\"").unwrap_err();
    assert!(error.contains("`abort`") && error.contains("`embed`"), "{error}");
}

#[test]
fn recordings_are_in_the_book() {
    let at = |table: &str| read(table).unwrap().recordings.unwrap();
    assert_eq!(at(""), Path::new("/book/recordings"));
    assert_eq!(at("recordings = \"proof\""), Path::new("/book/proof"));
    let error = read("recordings = \"src\"").unwrap_err();
    assert!(error.starts_with("[preprocessor.docktest] in /book/book.toml: `recordings`"));
    assert_eq!(read("run = \"never\"").unwrap().run, RunMode::Never);
    let served = "[output.html]\nlive-reload-endpoint = \"__livereload\"";
    let always = format!("run = \"always\"\n[book]\nsrc = \".\"\n{served}");
    let error = read(&always).unwrap_err();
    assert!(error.contains("set `run = \"stale\"`"), "{error}");
    read(&always.replace(served, "")).unwrap();
    read(&always.replace("always", "stale")).unwrap();
}

#[test]
fn an_invalid_duration_is_an_error_with_a_remedy() {
    assert_eq!(read("timeout = \"90s\"").unwrap().timeout, Duration::from_secs(90));
    let error = read("timeout = \"soon\"").unwrap_err();
    assert!(error.contains("invalid duration `soon`: use e.g. `30s`"), "{error}");
}

#[test]
fn an_unknown_value_for_unmarked_blocks_is_an_error() {
    read("unmarked = \"run\"").unwrap();
    read("unmarked = \"report\"").unwrap();
    let error = read("unmarked = \"skip\"").unwrap_err();
    assert!(error.starts_with("[preprocessor.docktest] in /book/book.toml"), "{error}");
    assert!(error.contains("unknown variant `skip`, expected `report` or `run`"), "{error}");
}
