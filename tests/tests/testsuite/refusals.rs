//! Without an engine or an image: an error of one line that says what to do, and exit status 3.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;
use testsuite::{Book, Program, program};

/// A directory for the PATH with all programs except these.
fn path_without(missing: &[&str]) -> TempDir {
    let directory = TempDir::new().unwrap();
    let mut seen: BTreeSet<_> = missing.iter().map(Into::into).collect();
    for place in env::split_paths(&env::var_os("PATH").unwrap()) {
        let Ok(entries) = fs::read_dir(place) else { continue };
        for entry in entries.flatten() {
            if seen.insert(entry.file_name()) {
                symlink(entry.path(), directory.path().join(entry.file_name())).unwrap();
            }
        }
    }
    directory
}

fn book() -> Book {
    Book::new().step("true")
}

#[test]
fn no_dockerd_anywhere() {
    let path = path_without(&["dockerd"]);
    let empty = TempDir::new().unwrap();
    let program = book().to_verify().env("PATH", path.path()).env("XDG_CACHE_HOME", empty.path());
    program.run().exits(3).fails_saying(&[
        "no Docker Engine",
        "mdbook-docktest engine prepare",
        "apt-get install",
    ]);
}

#[test]
fn no_dockerd_in_the_engine_root() {
    let empty = TempDir::new().unwrap();
    let outcome = book().to_verify().arg("--engine-root").arg(empty.path()).run();
    outcome.exits(3).fails_saying(&[
        empty.path().to_str().unwrap(),
        "no `dockerd`",
        "mdbook-docktest engine prepare",
    ]);
}

#[test]
fn a_missing_system_program() {
    for missing in ["unshare", "nsenter", "setpriv", "pivot_root", "mount"] {
        let path = path_without(&[missing]);
        let outcome = book().to_verify().env("PATH", path.path()).run();
        outcome.exits(3).fails_saying(&[&format!("`{missing}` not found"), "apt-get install"]);
    }
}

#[test]
fn neither_root_nor_subordinate_ids() {
    let directory = TempDir::new().unwrap();
    let readable = |path: &Path| fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    let copy = directory.path().join("mdbook-docktest");
    fs::copy(program(), &copy).unwrap();
    fs::write(directory.path().join("lab.md"), "```bash\ntrue\n```\n").unwrap();
    readable(directory.path());
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    let words = nobody.map(Into::into).into_iter().chain([copy.into_os_string()]);
    let outcome = Program::through(words, ["verify", "lab.md"])
        .directory(directory.path())
        .env("HOME", directory.path())
        .run();
    outcome.exits(3).fails_saying(&[
        "no engine can start here: ",
        "`nobody` has no subordinate IDs in `/etc/subuid`",
        "`usermod --add-subuids ",
    ]);
}

#[test]
fn an_image_whose_recipe_fails() {
    let book = Book::new()
        .setting("images.\"testsuite/none:1\" = \"recipe\"")
        .file(
            "recipe/prepare",
            "#!/bin/sh\necho preparing\nprintf '\\377\\n'\necho 'install flour first' >&2\nexit 1\n",
        )
        .step("docker run testsuite/none:1 true");
    fs::set_permissions(book.path().join("recipe/prepare"), Permissions::from_mode(0o755)).unwrap();
    book.verify()
        .exits(3)
        .fails_saying(&[
            "image `testsuite/none:1` is not available",
            "its recipe",
            "install flour first",
        ])
        .tells("preparing");
    assert!(book.temporary().read_dir().unwrap().next().is_none());
}

#[test]
fn an_image_that_does_not_exist() {
    let outcome = Book::new().step("docker run testsuite/missing:1 true").verify();
    outcome
        .exits(3)
        .finds_only(&[("image-missing", "missing")])
        .says("[preprocessor.docktest.images]")
        .fails_saying(&["image `testsuite/missing:1` is not available", "book.toml"]);
}

#[test]
fn an_expected_failure_to_pull_is_not_an_error() {
    Book::new()
        .step_with("exit=125", "docker run testsuite/missing:1 true")
        .verify()
        .exits(0)
        .finds_nothing();
}

#[test]
fn the_preprocessor_has_the_same_errors() {
    let path = path_without(&["unshare"]);
    let book = book().setting("run = \"always\"");
    let outcome = book.to_preprocess("html").env("PATH", path.path()).run();
    outcome.exits(3).fails_saying(&["`unshare` not found"]);
    assert_eq!(outcome.stdout(), "");
}
