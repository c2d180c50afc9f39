//! An engine in place of the author's own.

use std::ffi::OsStr;
use std::sync::Once;
use std::time::Duration;

use docker_cli::{Canceller, Command};
use docker_images::Index;
use docker_sandbox::{
    EngineImage, EngineOptions, EngineRoot, ImageStore, ProcessEngine, cache_directory,
};

use crate::book::Book;

/// A Docker Engine with the image `alpine`. It ends when it is dropped.
#[derive(Debug)]
pub struct Engine(ProcessEngine);

impl Engine {
    /// Starts an engine.
    pub fn start() -> Self {
        let (store, image) = alpine();
        let root = EngineRoot::find();
        let options = EngineOptions {
            images: Some((&store, &[image])),
            ..EngineOptions::new(&root, Duration::from_secs(60))
        };
        Self(ProcessEngine::start(&options, &Canceller::new()).unwrap())
    }

    /// The address of its daemon, for `DOCKER_HOST`.
    pub fn host(&self) -> String {
        format!("unix:///proc/{}/root/run/docker.sock", self.0.init_pid())
    }

    /// The words to put in front of a command to run it in the engine's network.
    pub fn entering_network(&self) -> [String; 3] {
        let network = format!("--net=/proc/{}/ns/net", self.0.init_pid());
        ["nsenter".to_owned(), network, "--".to_owned()]
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

/// The image `alpine` in the program's cache, which the program makes if it is missing.
fn alpine() -> (ImageStore, EngineImage) {
    static IS_MADE: Once = Once::new();
    IS_MADE.call_once(|| {
        Book::new().with_alpine().step("docker image inspect --format ok alpine").verify().exits(0);
    });
    let images = cache_directory().unwrap().join("images");
    let kept = Index::new(images.join("references")).latest(&"alpine".parse().unwrap());
    let id = kept.expect("the program keeps each image").id.to_string().parse().unwrap();
    let names = vec!["alpine:latest".to_owned()];
    (ImageStore::new(images.join("unpacked")), EngineImage { id, names })
}
