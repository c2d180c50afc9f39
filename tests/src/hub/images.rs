//! The images of a hub: made and pushed by a real engine, once for this build of the tests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, io};

use docker_cli::{Canceller, DockerCommand};
use docker_sandbox::{EngineOptions, EngineRoot, PATH, ProcessEngine};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::world::{REGISTRY, registry_config};
use crate::machine::PATIENCE;
use crate::program::workspace;

const SCRIPT: &str = include_str!("images.sh");

/// Copies the storage of a registry that has all images to a new directory.
pub(crate) fn copy_to(storage: &Path) {
    let test = env::current_exe().unwrap();
    // target/PROFILE/deps/testsuite-0123456789abcdef
    let directory = test.ancestors().nth(2).unwrap().join("hub");
    fs::create_dir_all(&directory).unwrap();
    // A second process waits until the first has made the images.
    let lock = File::create(directory.join("lock")).unwrap();
    lock.lock().unwrap();
    let name = name();
    let images = directory.join(&name);
    if !images.exists() {
        remove_others(&directory);
        let new = TempDir::with_prefix_in("new-", &directory).unwrap();
        make(new.path());
        fs::rename(new.keep(), &images).unwrap();
    }
    succeed(Command::new("cp").arg("--archive").args([images.as_path(), storage]));
}

/// A name for what the images are made from.
fn name() -> String {
    let mut hash = Sha256::new();
    hash.update(SCRIPT);
    for file in ["Dockerfile", "prepare"] {
        hash.update(fs::read(recipe().join(file)).unwrap());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn recipe() -> PathBuf {
    workspace().join("book/images/alpine")
}

/// Removes older images, and those of a process that was killed.
fn remove_others(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
}

/// Fills the storage of a registry in an empty directory.
fn make(storage: &Path) {
    let engine =
        ProcessEngine::start(&EngineOptions::new(&EngineRoot::find(), PATIENCE), &Canceller::new())
            .unwrap();
    let scratch = engine.scratch();
    let alpine = engine.docker().image().build_from(context(&scratch).as_path()).tag("alpine");
    alpine.call().unwrap();

    let config = scratch.join("registry.yml");
    fs::write(&config, registry_config(storage)).unwrap();
    let _registry = Registry::start(&engine, &config);
    let mut words = engine.entering();
    words.extend(["env", "-i", "HOME=/root"].map(Into::into));
    words.push(format!("PATH={PATH}").into());
    words.extend(["bash", "-c", SCRIPT, "images", &REGISTRY.to_string()].map(Into::into));
    succeed(Command::new(&words[0]).args(&words[1..]));
}

/// An archive of what the image `alpine` is built from.
fn context(scratch: &Path) -> PathBuf {
    let (copy, archive) = (scratch.join("alpine"), scratch.join("alpine.tar"));
    succeed(Command::new("cp").arg("--recursive").args([recipe(), copy.clone()]));
    succeed(Command::new(copy.join("prepare")).current_dir(&copy));
    let tar = ["--create", "--file", archive.to_str().unwrap(), "--directory"];
    succeed(Command::new("tar").args(tar).arg(&copy).arg("."));
    archive
}

/// A registry in the network namespace of an engine.
struct Registry(Child);

impl Registry {
    fn start(engine: &ProcessEngine, config: &Path) -> Self {
        let namespace = format!("--net=/proc/{}/ns/net", engine.init_pid());
        let mut command = Command::new("nsenter");
        command.args([&namespace, "--", "docker-registry", "serve"]).arg(config);
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Runs a command, which must succeed. What it prints appears if it does not.
fn succeed(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error: io::Error| panic!("{command:?}: {error}"));
    let printed = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&printed));
}
