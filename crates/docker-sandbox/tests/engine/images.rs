//! Engines that start with the images of another.

use std::fs;
use std::path::{Path, PathBuf};

use docker_cli::Canceller;
use docker_sandbox::{EngineRoot, ProcessEngine};

use crate::{LIMIT, import_image, inside, start};

fn start_with(images: &Path) -> ProcessEngine {
    let root = EngineRoot::find();
    ProcessEngine::start_with_images(&Canceller::new(), &root, Some(images), LIMIT).unwrap()
}

/// The images of an engine with `room`, in a directory that is removed with this.
struct Images(PathBuf);

impl Images {
    fn new(name: &str) -> Self {
        let file = format!("docker-sandbox-{name}-{}", std::process::id());
        let images = Self(std::env::temp_dir().join(file));
        let engine = start();
        import_image(&engine);
        engine.keep_images(&images.0).unwrap();
        images
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        // Missing, if a test has removed it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_starts_with_the_images_of_another() {
    let images = Images::new("images");
    let engine = start_with(&images.0);
    assert_eq!(inside(&engine, "docker run --rm room cat /proc/1/comm"), "cat");
    inside(&engine, "docker image rm room");
    drop(engine);
    // The directory was only read.
    let again = start_with(&images.0);
    assert_eq!(inside(&again, "docker image ls --format '{{.Repository}}'"), "room");
}

/// An engine starts with this directory of images, but without the images in it.
#[track_caller]
fn starts_without(images: &Path) {
    let engine = start_with(images);
    assert_eq!(inside(&engine, "docker image ls --quiet"), "");
    import_image(&engine);
    assert_eq!(inside(&engine, "docker run --rm room cat /proc/1/comm"), "cat");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_starts_without_images_that_are_missing() {
    starts_without(Path::new("/nonexistent"));
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_starts_without_images_that_cannot_be_copied() {
    // It contains a file that not even root can read.
    let images = Path::new("/proc/sys/net/ipv4/route");
    assert!(fs::read(images.join("flush")).is_err());
    starts_without(images);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_starts_without_images_that_the_daemon_refuses() {
    let images = Images::new("damaged");
    let names = images.0.join("image/overlay2/repositories.json");
    assert!(fs::read_to_string(&names).unwrap().contains("room"));
    // As after a crash of the machine: the file exists, its content was not written.
    fs::write(&names, "").unwrap();
    starts_without(&images.0);
}
