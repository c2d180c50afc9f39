//! Under `sudo`, what the program writes belongs to the user who has called it, except the cache.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use tempfile::TempDir;
use testsuite::{Book, Program};

/// The IDs of a user and a group that own nothing else.
const USER: u32 = 47_110;
const GROUP: u32 = 47_111;

/// A program as sudo starts it.
fn by_sudo(program: Program) -> Program {
    program.env("SUDO_UID", USER.to_string()).env("SUDO_GID", GROUP.to_string())
}

#[track_caller]
fn belongs_to_the_author(path: &Path) {
    let about = fs::metadata(path).unwrap();
    assert_eq!((about.uid(), about.gid()), (USER, GROUP), "{}", path.display());
}

#[test]
fn recordings_sources_and_reports_belong_to_the_author() {
    let book = Book::new()
        .chapter("part/lab.md", "# Lab\n\n")
        .step("echo one")
        .output("two\n")
        .step("docker volume create data");
    let accept = book.command(["accept", "--output", "report.txt"]);
    by_sudo(accept).run().exits(0);
    let recording = book.recording("part/lab.md");
    let directories = recording.ancestors().skip(1).take(2);
    for path in [&recording, &book.path().join("report.txt"), &book.path().join("src/part/lab.md")]
    {
        belongs_to_the_author(path);
    }
    directories.for_each(belongs_to_the_author);
    // What the program did not write stays as it was.
    assert_eq!(fs::metadata(book.path().join("src/part")).unwrap().uid(), 0);
    assert_eq!(fs::metadata(book.path()).unwrap().uid(), 0);

    let cast = ["cast", "src/part/lab.md", "--output", "lab.cast"];
    by_sudo(book.command(cast)).run().exits(0);
    belongs_to_the_author(&book.path().join("lab.cast"));
    // A device stays that of the machine.
    by_sudo(book.command(["record", "--check", "--output", "/dev/null"])).run().exits(0);
    assert_eq!(fs::metadata("/dev/null").unwrap().uid(), 0);
    // Without sudo, everything is root's.
    fs::remove_dir_all(book.path().join("recordings")).unwrap();
    book.command(["accept"]).run().exits(0);
    assert_eq!(fs::metadata(&recording).unwrap().uid(), 0);
}

#[test]
fn the_cache_of_another_user_is_refused() {
    let caches = TempDir::new().unwrap();
    let cache = caches.path().join("mdbook-docktest");
    fs::create_dir(&cache).unwrap();
    chown(&cache, Some(USER), None).unwrap();
    let book = Book::new().step("true");
    for words in [["verify", "--fail-fast"], ["engine", "images"], ["engine", "prepare"]] {
        let outcome = book.command(words).env("XDG_CACHE_HOME", caches.path()).run();
        outcome.exits(2).fails_saying(&[
            &format!("the cache `{}` belongs to another user, whose ID is {USER}", cache.display()),
            "set `XDG_CACHE_HOME` to a directory of your own",
        ]);
    }
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 0);
}

#[test]
fn installed_files_and_completed_pages_belong_to_the_author() {
    let config = "[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n[output.html]\n\
                  site-url = \"https://book.example/\"";
    let book = Book::new().config(config).prose("# Lab\n\nText.\n");
    by_sudo(book.command(["install"])).run().exits(0);
    for path in ["book.toml", "docktest", "docktest/docktest.css"] {
        belongs_to_the_author(&book.path().join(path));
    }
    book.build().unwrap();
    by_sudo(book.command(["finish"])).run().exits(0);
    for path in ["html/lab.html", "html/sitemap.xml"] {
        belongs_to_the_author(&book.path().join(path));
    }
}

#[test]
fn the_cache_is_not_in_the_home_of_the_author() {
    let home = TempDir::with_prefix("testsuite-").unwrap();
    chown(home.path(), Some(USER), Some(GROUP)).unwrap();
    let book = Book::new().step("true");
    // It is empty: the engine is that of root's cache, and the one of the author is not looked for.
    let clean = || book.command(["engine", "clean", "--dry-run"]).env("HOME", home.path());
    let clean = || clean().env("XDG_CACHE_HOME", home.path().join("caches"));
    let cached = home.path().join("caches/mdbook-docktest/engines/old");
    fs::create_dir_all(&cached).unwrap();
    chown(home.path().join("caches"), Some(USER), Some(GROUP)).unwrap();
    let found = "would remove 1 prepared root file system, 0 B\n";
    assert!(clean().run().exits(0).stdout().contains(found));
    assert!(!by_sudo(clean()).run().exits(0).stdout().contains(found));
    assert!(cached.exists());
}
