//! GitLab's workflow, in a container like that of a job: only the directory of the builds is a volume.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use testsuite::{Cache, Engine, Program, program};

use super::super::Workflow;
use super::super::installed::{install, repository};
use super::{docker, image_of_engines, in_book};
use crate::MDBOOK;

/// Where GitLab's runner puts a repository.
const PROJECT: &str = "/builds/group/book";

/// Stand-ins for what a job downloads. The programs come from the directory `/programs`; the root file system of the
/// engine is a copy of the container's, which has the same packages.
const DOWNLOADS: [(&str, &str); 3] = [
    ("cargo", "install -D -t \"$4/bin\" /programs/mdbook /programs/mdbook-docktest"),
    ("apt-get", "install -D /dev/null /usr/share/keyrings/debian-archive-keyring.gpg"),
    (
        "mmdebstrap",
        "while [ $# -gt 2 ]; do shift; done\n\
         mkdir \"$1\"\n\
         tar -C / --create --one-file-system --exclude=./root . | tar -C \"$1\" --extract",
    ),
];

pub(super) fn the_workflow_checks_and_builds_a_book_with_an_image(engine: &Engine) {
    let repository = repository();
    use_an_image(&repository, engine);
    let cache = Cache::new();
    let record = Program::new(["record"]).env("XDG_CACHE_HOME", cache.path());
    in_book(&repository, record).run().exits(0);
    install(&repository, "gitlab");
    let workflow = Workflow::read(&repository.path().join(".gitlab-ci.yml"));
    let script = format!(
        "set -e\nexport CI_BUILDS_DIR=/builds CI_PROJECT_DIR={PROJECT} CI_PAGES_URL=https://book.example\n\
         ({})\n({})\n",
        job(&workflow, "check"),
        job(&workflow, "pages")
    );
    let built = run(engine, repository.path(), &script);
    let report = fs::read_to_string(built.path().join("book/docktest.xml")).unwrap();
    assert!(report.contains("tests=\"3\"") && report.contains("failures=\"0\""), "{report}");
    let page = fs::read_to_string(built.path().join("book/public/lab.html")).unwrap();
    assert!(page.contains("https://book.example/lab.html"), "{page}");
    // What is not of the repository is not in its way.
    assert!(!built.path().join("book/.cache").exists());
}

/// Adds a step with the image `alpine`, and a recipe for it that needs no network.
fn use_an_image(repository: &TempDir, engine: &Engine) {
    let book = repository.path().join("docs");
    let recipe = book.join("alpine");
    fs::create_dir(&recipe).unwrap();
    fs::write(recipe.join("Dockerfile"), "FROM scratch\nADD rootfs.tar /\n").unwrap();
    let container = docker(engine, &["create", "alpine"]);
    let archive = recipe.join("rootfs.tar");
    docker(engine, &["export", "--output", archive.to_str().unwrap(), &container]);
    docker(engine, &["rm", &container]);
    let append = |file: &str, text: &str| {
        let old = fs::read_to_string(book.join(file)).unwrap();
        fs::write(book.join(file), format!("{old}{text}")).unwrap();
    };
    append("book.toml", "[preprocessor.docktest.images]\nalpine = \"alpine\"\n");
    append(
        "src/lab.md",
        "\n```bash\ndocker run --rm alpine echo hello\n```\n\n```output\nhello\n```\n",
    );
}

/// The script of a job, with its variables.
fn job(workflow: &Workflow, name: &str) -> String {
    let lines = |value: &Value| -> Vec<String> {
        let lines = value.as_array().unwrap().iter();
        lines.map(|line| line.as_str().unwrap().to_owned()).collect()
    };
    let job = &workflow.value[name];
    let variables = job["variables"].as_object().into_iter().flatten();
    let variables =
        variables.map(|(name, value)| format!("export {name}=\"{}\"", value.as_str().unwrap()));
    let script =
        [lines(&workflow.value["default"]["before_script"]), lines(&job["script"])].concat();
    variables.chain(script).collect::<Vec<_>>().join("\n")
}

/// Runs a script for a repository in a container. Returns the directory with the repository as it is afterwards.
#[track_caller]
fn run(engine: &Engine, repository: &Path, script: &str) -> TempDir {
    let image = image_of_engines(engine);
    let create = ["create", "--privileged", "--volume", "/builds", "--workdir", PROJECT, &image];
    let container = docker(engine, &[&create[..], &["bash", "-c", script]].concat());
    let copy = |from: &Path, to: &str| {
        docker(engine, &["cp", from.to_str().unwrap(), &format!("{container}:{to}")]);
    };
    let programs = TempDir::with_prefix("testsuite-").unwrap();
    for (name, script) in DOWNLOADS {
        let file = programs.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        copy(&file, "/usr/local/bin");
    }
    let installed = programs.path().join("programs");
    fs::create_dir(&installed).unwrap();
    fs::copy(MDBOOK, installed.join("mdbook")).unwrap();
    fs::copy(program(), installed.join("mdbook-docktest")).unwrap();
    copy(&installed, "/");
    copy(&repository.join("."), PROJECT);
    docker(engine, &["start", "--attach", &container]);
    let after = TempDir::with_prefix("testsuite-").unwrap();
    let copy = ["cp", &format!("{container}:{PROJECT}"), after.path().to_str().unwrap()];
    docker(engine, &copy);
    docker(engine, &["rm", "--volumes", &container]);
    after
}
