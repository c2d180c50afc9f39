//! An engine in place of the author's own.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use docker_cli::{Canceller, Command};
use docker_sandbox::{EngineOptions, EngineRoot, ProcessEngine, cache_directory};

use crate::book::Book;

/// A Docker Engine with the image `alpine`. It ends when it is dropped.
#[derive(Debug)]
pub struct Engine(ProcessEngine);

impl Engine {
    /// Starts an engine.
    pub fn start() -> Self {
        let root = EngineRoot::find();
        let options = EngineOptions::new(&root, Duration::from_secs(60));
        let engine = ProcessEngine::start(&options, &Canceller::new()).unwrap();
        engine.docker().image().load(alpine_archive()).call().unwrap();
        Self(engine)
    }

    /// The address of its daemon, for `DOCKER_HOST`.
    pub fn host(&self) -> String {
        format!("unix:///proc/{}/root/run/docker.sock", self.0.init_pid())
    }

    /// The output of a docker command, which must succeed.
    #[track_caller]
    pub fn docker<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> String {
        let words = words.into_iter().map(|word| word.as_ref().to_owned());
        let command = self.0.docker().command(words).timeout(Duration::from_secs(60));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", output.stderr_text());
        output.stdout_text().trim_end().to_owned()
    }
}

/// An archive of the image `alpine` in the program's cache, which the program creates if it is missing.
pub fn alpine_archive() -> &'static PathBuf {
    static ARCHIVE: OnceLock<PathBuf> = OnceLock::new();
    ARCHIVE.get_or_init(|| {
        Book::new().with_alpine().step("docker image inspect --format ok alpine").verify().exits(0);
        let images = cache_directory().unwrap().join("images");
        let mut archives: Vec<PathBuf> = fs::read_dir(images)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let name = path.file_name().unwrap().to_string_lossy();
                name.starts_with("alpine-") && name.ends_with(".tar")
            })
            .collect();
        archives.pop().expect("the program keeps an archive of each image")
    })
}
