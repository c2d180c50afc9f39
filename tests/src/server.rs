//! `mdbook serve`, without its file watcher.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use docker_sandbox::cache_directory;

use crate::book::Book;
use crate::outcome::Outcome;

/// A process that builds a book repeatedly. It ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    orders: Option<ChildStdin>,
    results: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Server {
    /// Starts `mdbook-build serve` for the book. Its cache is removed with the book, except engines and
    /// images, which are this user's.
    pub fn start(mdbook: &str, book: &Book) -> Self {
        Self::start_with(mdbook, book, &[])
    }

    /// As [`Self::start`], with these environment variables.
    pub fn start_with(mdbook: &str, book: &Book, variables: &[(&str, &str)]) -> Self {
        let cache = book.path().join("cache");
        share_engines_and_images(&cache.join("mdbook-docktest"));
        let log = book.path().join("log");
        // In append mode, the log can be truncated while it is being written.
        let writing = File::options().create(true).append(true).open(&log).unwrap();
        let mut child = Command::new(mdbook)
            .arg("serve")
            .current_dir(book.path())
            .env("MDBOOK_OUTPUT__HTML__LIVE_RELOAD_ENDPOINT", "__livereload")
            .env("XDG_CACHE_HOME", cache)
            .env("TMPDIR", book.temporary())
            // In CI, a build without an engine is an error.
            .env_remove("CI")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(writing)
            .spawn()
            .unwrap();
        let orders = child.stdin.take();
        let results = BufReader::new(child.stdout.take().unwrap());
        Self { child, orders, results, log }
    }

    /// Writes the book and builds it. The result's standard error is that of this build only.
    pub fn build(&mut self, book: &Book) -> Outcome {
        book.write();
        File::options().write(true).open(&self.log).unwrap().set_len(0).unwrap();
        let start = Instant::now();
        writeln!(self.orders.as_ref().unwrap()).unwrap();
        let mut status = String::new();
        self.results.read_line(&mut status).unwrap();
        Outcome {
            status: status.trim().parse().ok(),
            time: start.elapsed(),
            stdout: String::new(),
            stderr: fs::read_to_string(&self.log).unwrap(),
            chapters: Vec::new(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.orders.take());
        // It exits at the end of its input.
        let _ = self.child.wait();
    }
}

fn share_engines_and_images(cache: &Path) {
    fs::create_dir_all(cache).unwrap();
    for name in ["engines", "images"] {
        let (shared, link) = (cache_directory().unwrap().join(name), cache.join(name));
        if !link.exists() {
            fs::create_dir_all(&shared).unwrap();
            symlink(shared, link).unwrap();
        }
    }
}
