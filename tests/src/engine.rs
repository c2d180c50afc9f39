//! An engine in place of the author's own.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Once;

use docker_cli::{Canceller, DockerCommand};
use docker_images::Index;
use docker_sandbox::{
    EngineImage, EngineOptions, EngineRoot, ImageStore, ProcessEngine, cache_directory,
};

use crate::book::Book;
use crate::machine::{PATIENCE, eventually};

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
            ..EngineOptions::new(&root, PATIENCE)
        };
        Self(ProcessEngine::start(&options, &Canceller::new()).unwrap())
    }

    /// Starts an engine with objects like an author's: containers in each state, volumes with and without a container, a
    /// network and an image.
    pub fn with_objects() -> Self {
        let engine = Self::start();
        engine.docker(["volume", "create", "data"]);
        engine.docker(["volume", "create", "unused"]);
        engine.docker(["network", "create", "web"]);
        engine.docker(["tag", "alpine", "mine:1"]);
        let run = ["run", "-d", "--name", "app", "--network", "web", "-v", "data:/data", "alpine"];
        engine.docker(run.into_iter().chain(["sh", "-c", "echo precious >/data/file; sleep 6000"]));
        engine.docker(["run", "--name", "stopped", "alpine", "true"]);
        engine.docker(["run", "-d", "--name", "paused", "alpine", "sleep", "6000"]);
        engine.docker(["pause", "paused"]);
        eventually("a file in the volume", || {
            engine.docker(["exec", "app", "ls", "/data"]) == "file"
        });
        engine
    }

    /// All objects, and what [`Self::with_objects`] has in them that a change would affect; sorted, as the order of
    /// images of the same age is not defined.
    pub fn inventory(&self) -> Vec<String> {
        let state = "{{.ID}} {{.Name}} {{.State.StartedAt}} {{.State.Status}} {{.RestartCount}}";
        let image = "{{.ID}} {{.Repository}}:{{.Tag}}";
        let answers = [
            self.docker(["inspect", "--format", state, "app", "stopped", "paused"]),
            self.docker(["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.Image}}"]),
            self.docker(["volume", "ls", "--format", "volume {{.Name}} {{.Driver}}"]),
            self.docker(["network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"]),
            self.docker(["image", "ls", "--no-trunc", "--format", image]),
            self.docker(["exec", "app", "cat", "/data/file"]),
        ];
        let lines = answers.iter().flat_map(|answer| answer.lines());
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// The address of its daemon, for `DOCKER_HOST`.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The socket of its daemon, which only root can reach.
    pub(crate) fn socket(&self) -> PathBuf {
        format!("/proc/{}/root/run/docker.sock", self.0.init_pid()).into()
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
        let command = self.0.docker().command(words).timeout(PATIENCE);
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
