//! `engine prepare` and `engine doctor`.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use docker_sandbox::EngineRoot;
use serde_json::{Value, json};
use tempfile::TempDir;
use testsuite::{Outcome, Program, is_running, marker};

/// The program with a cache of its own.
fn program<const N: usize>(cache: &Path, arguments: [&str; N]) -> Program {
    Program::new(arguments).env("XDG_CACHE_HOME", cache)
}

/// The list of engines, as JSON that is valid against the published schema.
#[track_caller]
fn engines(outcome: &Outcome) -> Value {
    let list =
        serde_json::from_str(outcome.stdout()).unwrap_or_else(|error| panic!("{error}\n{outcome}"));
    let schema = include_str!("../../../docs/engines.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    schema.validate(&list).unwrap_or_else(|error| panic!("{error}\n{outcome}"));
    list["engines"].clone()
}

#[test]
fn an_engine_is_prepared_from_another_suite_and_works() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    // It downloads packages, which takes as long as the mirror needs.
    let prepare = || {
        let mut command = Command::new(testsuite::program());
        command.args(["engine", "prepare", "--suite", "bookworm"]);
        let output = command.env("XDG_CACHE_HOME", cache.path()).output().unwrap();
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(output.status.success(), "{stdout}{stderr}");
        (stdout, stderr)
    };
    let (stdout, stderr) = prepare();
    let link = cache.path().join("mdbook-docktest/engines/suite-bookworm");
    let root = fs::canonicalize(&link).unwrap();
    let where_it_is = |state: &str| {
        let (root, link) = (root.display(), link.display());
        format!("{state}: Debian bookworm, in {root}\nto use it: --engine-root {link}\n")
    };
    assert_eq!(stdout, where_it_is("prepared"));
    for line in ["preparing an engine from Debian bookworm: ", "\n  extracting archives\n"] {
        assert!(stderr.contains(line), "{stderr}");
    }
    // The mirror is nobody's business: steps can read these files.
    assert!(!root.join("etc/apt/sources.list").exists());
    assert_eq!(prepare(), (where_it_is("up to date"), String::new()));

    let doctor = ["engine", "doctor", "--format", "json", "--engine-root"];
    let outcome = program(cache.path(), doctor).arg(&link).run();
    outcome.exits(0);
    let found = engines(&outcome);
    assert_eq!(found[0]["from"], json!(link));
    assert!(found[0]["version"].as_str().unwrap().starts_with("20.10."), "{found}");
    assert_eq!((&found[0]["works"], &found[0]["reason"]), (&json!(true), &json!(null)));
    // Beside that of these tests, a chapter runs on both.
    let own = fs::canonicalize(EngineRoot::find().directory()).unwrap();
    symlink(own, link.with_file_name("suite-trixie")).unwrap();
    let lab = cache.path().join("lab.md");
    let version = "docker version --format '{{.Server.Version}}' | cut -d. -f1,2";
    let chapter = format!(
        "```bash engine=20.10\n{version}\n```\n\n```bash engine=\">20.10\"\n{version}\n```\n\n\
         ```bash\ndocker volume create pruned\n```\n\n```bash stdin=\"y\\n\" engine=\">=23\"\ndocker volume prune --all\n```\n\n\
         ```bash stdin=\"y\\n\"\ndocker volume prune\n```\n\n\
         ```output engine=\"<23\"\nWARNING! This will remove all local volumes [..]\n...\n```\n\n\
         ```output engine=\">=23\"\nWARNING! This will remove anonymous local volumes [..]\n...\n```\n"
    );
    fs::write(&lab, chapter).unwrap();
    let verify = ["verify", "--engines", "20.10,trixie", "--format", "json"];
    let outcome = program(cache.path(), verify).arg(&lab).run();
    // Volumes that 20.10 has pruned are no leftovers, although it sends no event for them.
    let report = outcome.exits(0).finds_nothing().report();
    let steps = |chapter: usize| {
        let steps = report["chapters"][chapter]["steps"].as_array().unwrap();
        let status = |step: &Value| {
            (step["status"].clone(), step["commands"][0]["transcript"][0]["text"].clone())
        };
        steps[..2].iter().map(status).collect::<Vec<_>>()
    };
    assert_eq!(steps(0), [(json!("passed"), json!("20.10\n")), (json!("skipped"), json!(null))]);
    assert_eq!(steps(1)[0], (json!("skipped"), json!(null)));
    assert_eq!(steps(1)[1].0, json!("passed"));

    // It is kept, although `current` does not lead to it.
    let outcome = program(cache.path(), ["engine", "clean"]).run();
    assert!(outcome.exits(0).stdout().contains("kept 1 prepared root file system, "), "{outcome}");
    assert!(root.is_dir());
}

#[test]
fn nothing_is_left_where_an_engine_cannot_be_prepared() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    // A proxy that refuses all connections.
    let apt = cache.path().join("apt.conf");
    fs::write(&apt, "Acquire::http::Proxy \"http://127.0.0.1:9\";\n").unwrap();
    let prepare = program(cache.path(), ["engine", "prepare", "--suite", "sid"]);
    let outcome = prepare.env("APT_CONFIG", &apt).run();
    outcome.exits(3).fails_saying(&["cannot prepare an engine from Debian sid: "]);
    let left = fs::read_dir(cache.path().join("mdbook-docktest/engines")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".lock"]);
}

#[test]
fn preparing_an_engine_can_be_interrupted() {
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let marker = marker();
    let script = directory.path().join("mmdebstrap");
    let text = format!("#!/bin/sh\necho 'I: downloading...' >&2\nsetsid sleep {marker}\n");
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", directory.path().display(), std::env::var("PATH").unwrap());
    let running = program(directory.path(), ["engine", "prepare"]).env("PATH", path).start();
    running.until_process(&marker).interrupt();
    let outcome = running.wait();
    outcome.exits(130).tells("  downloading\n").fails_saying(&["interrupted"]);
    assert!(!is_running(&marker));
    let left = fs::read_dir(directory.path().join("mdbook-docktest/engines")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".lock"]);
}

#[test]
fn what_is_missing_for_preparing_an_engine_is_named() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    let outcome = program(cache.path(), ["engine", "prepare"]).env("PATH", "/nowhere").run();
    outcome.exits(3).fails_saying(&["`mmdebstrap` not found", "`apt-get install mmdebstrap`"]);
}

#[test]
fn the_doctor_says_why_no_engine_works() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    let doctor = |format| {
        let program = program(cache.path(), ["engine", "doctor", "--format", format]);
        program.env("PATH", "/nowhere").run()
    };
    let process = "`unshare` not found: install it, for example with `apt-get install util-linux`";
    let dind = "Docker: `docker` is not installed or not on the PATH: install it, for example with \
                `apt-get install docker-cli`";
    let outcome = doctor("json");
    outcome.exits(3).fails_saying(&["no engine works on this machine"]);
    let failed = |kind, from, reason| {
        json!({
            "kind": kind, "from": from, "works": false, "version": null, "start_seconds": null,
            "reason": reason,
        })
    };
    let expected = [failed("process", "/", process), failed("dind", "Docker", dind)];
    assert_eq!(engines(&outcome), json!(expected));
    let outcome = doctor("human");
    outcome.exits(3);
    let table = "ENGINE   WORKS  VERSION  START  FROM\n\
                 process  no     -        -      /\n\
                 dind     no     -        -      Docker\n";
    assert_eq!(outcome.stdout(), format!("{table}\nprocess: {process}\ndind: {dind}\n"));
}
