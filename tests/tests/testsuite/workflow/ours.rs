//! The workflows of this repository.

use std::fs;
use std::process::Command;

use tempfile::TempDir;
use testsuite::{Program, program, workspace};

use super::Workflow;

#[test]
fn each_action_is_pinned_to_a_commit_with_its_version() {
    let names = |name: &str| -> Vec<String> {
        let workflow = Workflow::ours(name);
        workflow.actions().into_iter().map(|(action, _)| action.to_owned()).collect()
    };
    let pages = ["checkout", "cache", "cache", "upload-pages-artifact", "checkout", "deploy-pages"];
    assert_eq!(names("pages.yml"), pages.map(|name| format!("actions/{name}")));
    let release = [
        "checkout",
        "upload-artifact",
        "checkout",
        "download-artifact",
        "upload-artifact",
        "download-artifact",
    ];
    assert_eq!(names("release.yml"), release.map(|name| format!("actions/{name}")));
}

#[test]
fn all_commands_exist() {
    let workflow = Workflow::ours("pages.yml");
    let scripts = workflow.scripts("build");
    let lines: Vec<&str> = scripts.iter().flat_map(|script| script.text.lines()).collect();
    let after = |word: &str| -> Vec<&str> {
        lines.iter().filter_map(|line| Some(line.split_once(word)?.1)).collect()
    };
    let commands = after("target/release/mdbook-docktest ");
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        Program::new(command.split_whitespace()).arg("--help").run().exits(0);
    }
    assert_eq!(after("cargo xtask "), ["book"]);
}

/// Its commands work for whoever can use Docker.
#[test]
fn nothing_runs_as_root_but_the_package_manager() {
    for (name, job) in [("pages.yml", "build"), ("release.yml", "build"), ("release.yml", "macos")]
    {
        for script in Workflow::ours(name).scripts(job) {
            let as_root = script.text.lines().filter(|line| line.contains("sudo"));
            let mut others = as_root.filter(|line| !line.starts_with("sudo apt-get "));
            assert_eq!(others.next(), None, "{name}");
        }
    }
}

#[test]
fn only_the_publishing_job_can_write() {
    let pages = Workflow::ours("pages.yml");
    assert_eq!(pages.writing(), [("publish", vec!["pages", "id-token"])]);
    let release = Workflow::ours("release.yml");
    assert_eq!(release.writing(), [("publish", vec!["contents", "packages"])]);
    for workflow in [pages, release] {
        assert_eq!(workflow.value["permissions"], serde_json::json!({ "contents": "read" }));
    }
}

/// In place of the repository's address, which is not known yet.
const REPOSITORY: &str = "https://host.example/owner/repository";

/// The addresses of a release's archives begin with that of the repository, which cargo-binstall takes from the manifest.
#[test]
fn nothing_is_released_before_the_address_of_the_repository_is_known() {
    let check = Workflow::ours("release.yml").scripts("build");
    let check = check.iter().find(|script| script.text.contains("repository")).unwrap();
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let manifests = ["Cargo.toml", "crates/mdbook-docktest/Cargo.toml"];
    let write = |added: [&str; 2]| {
        for ((file, section), added) in
            manifests.into_iter().zip(["[workspace.package]\n", "[package]\n"]).zip(added)
        {
            let text = fs::read_to_string(workspace().join(file)).unwrap();
            let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("repository"));
            let text = lines.collect::<String>();
            assert!(text.contains(section), "{file}");
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replacen(section, &format!("{section}{added}"), 1)).unwrap();
        }
        Program::through(["bash", "-e", "-c", &check.text], [""; 0]).directory(&directory).run()
    };
    let address = format!("repository = \"{REPOSITORY}\"\n");
    let address = address.as_str();
    let inherited = "repository.workspace = true\n";
    for added in [["", ""], [address, ""], ["", inherited], ["repository = \"\"\n", inherited]] {
        let outcome = write(added);
        outcome.exits(1);
        let message = "cargo binstall needs the address of the repository: set 'repository' in ";
        assert!(outcome.stdout().contains(message), "{outcome}");
    }
    write([address, inherited]).exits(0);
}

/// cargo-binstall computes the name of an archive, and the path in it, from the manifest.
#[test]
fn an_archive_is_as_the_manifest_says() {
    let manifest = workspace().join("crates/mdbook-docktest/Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let fill = |key: &str, table: &toml::Value| {
        let text = table[key].as_str().unwrap();
        let values =
            [("name", "mdbook-docktest"), ("version", "1.2.3"), ("bin", "mdbook-docktest")];
        let target = ("target", "x86_64-unknown-linux-musl");
        let values = [&values[..], &[target, ("repo", REPOSITORY)]].concat();
        values.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{ {name} }}"), value)
        })
    };
    let gnu = &binstall["overrides"]["x86_64-unknown-linux-gnu"];
    assert_eq!(fill("pkg-url", binstall), fill("pkg-url", gnu));
    assert_eq!(fill("bin-dir", binstall), fill("bin-dir", gnu));

    // What the workflow passes.
    let release = Workflow::ours("release.yml");
    let targets = |job: &str| -> Vec<&str> {
        let builds = &release.value["jobs"][job]["strategy"]["matrix"]["include"];
        builds.as_array().unwrap().iter().map(|build| build["target"].as_str().unwrap()).collect()
    };
    for target in targets("build") {
        assert!(
            target == "x86_64-unknown-linux-musl"
                || binstall["overrides"].get(target.replace("musl", "gnu")).is_some()
        );
    }
    // Those of a Mac have the names of the manifest without an exception.
    assert_eq!(targets("macos"), ["aarch64-apple-darwin", "x86_64-apple-darwin"]);
    let name = "mdbook-docktest-1.2.3-x86_64-unknown-linux-musl";
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    for file in ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md"] {
        fs::copy(workspace().join(file), directory.path().join(file)).unwrap();
    }
    // As for macOS.
    fs::write(directory.path().join("mdbook-docktest-linux-arm64"), "").unwrap();
    let mut pack = Command::new(workspace().join(".github/pack"));
    pack.arg(program()).args([name, "mdbook-docktest-linux-arm64"]);
    let status = pack.current_dir(&directory).status();
    assert!(status.unwrap().success());
    let url = fill("pkg-url", binstall);
    assert_eq!(url, format!("{REPOSITORY}/releases/download/v1.2.3/{name}.tar.gz"));
    let list = ["--list", "--file", &format!("{name}.tar.gz")];
    let list = Command::new("tar").args(list).current_dir(&directory).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let files: Vec<&str> = list.lines().collect();
    for file in [
        fill("bin-dir", binstall),
        format!("{name}/mdbook-docktest-linux-arm64"),
        format!("{name}/LICENSE-MIT"),
        format!("{name}/man/mdbook-docktest.1"),
        format!("{name}/man/mdbook-docktest-engine-prepare.1"),
        format!("{name}/completions/mdbook-docktest.bash"),
    ] {
        assert!(files.contains(&file.as_str()), "no {file} in\n{list}");
    }
}
