//! What `install --ci` writes: once, in the repository's own place, and over nothing that is another's.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use testsuite::{Outcome, Program};

use super::Workflow;

const GITHUB: &str = ".github/workflows/book.yml";
const GITLAB: &str = ".gitlab-ci.yml";

/// A repository with a book in the directory `docs`.
pub(super) fn repository() -> TempDir {
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    fs::create_dir(directory.path().join(".git")).unwrap();
    let book = directory.path().join("docs");
    fs::create_dir_all(book.join("src")).unwrap();
    fs::write(book.join("book.toml"), "[book]\ntitle = \"Test\"\n[build]\nbuild-dir = \"html\"\n")
        .unwrap();
    fs::write(book.join("src/SUMMARY.md"), "# Summary\n\n- [Lab](lab.md)\n").unwrap();
    let chapter = "# Lab\n\n```bash\ndocker volume create data\n```\n\n```bash cleanup\ndocker volume rm data\n```\n";
    fs::write(book.join("src/lab.md"), chapter).unwrap();
    directory
}

/// `install --ci` for the book.
pub(super) fn install(repository: &TempDir, host: &str) -> Outcome {
    install_with(repository, &["--ci", host])
}

fn install_with(repository: &TempDir, options: &[&str]) -> Outcome {
    let words = ["install"].iter().chain(options);
    let outcome = Program::new(words).directory(repository.path().join("docs")).run();
    outcome.exits(0);
    outcome
}

#[test]
fn a_workflow_is_written_once_and_updated_only_if_it_was_not_edited() {
    for (host, file) in [("github", GITHUB), ("gitlab", GITLAB)] {
        let repository = repository();
        let path = repository.path().join(file);
        let outcome = install(&repository, host);
        assert!(outcome.stdout().contains(&format!("     added  ../{file}\n")), "{outcome}");
        let written = fs::read_to_string(&path).unwrap();
        let outcome = install(&repository, host);
        assert!(outcome.stdout().contains(&format!(" unchanged  ../{file}\n")), "{outcome}");
        assert_eq!(outcome.stderr(), "");

        // The book's pages are in another place now.
        let book_toml = repository.path().join("docs/book.toml");
        let other = fs::read_to_string(&book_toml).unwrap().replace("\"html\"", "\"pages\"");
        fs::write(&book_toml, other).unwrap();
        let outcome = install(&repository, host);
        assert!(outcome.stdout().contains(&format!("   updated  ../{file}\n")), "{outcome}");
        let updated = fs::read_to_string(&path).unwrap();
        assert_ne!(updated, written);

        fs::write(&path, format!("{updated}# mine\n")).unwrap();
        let outcome = install(&repository, host);
        let kept = format!("      kept  ../{file} (it was edited)\n");
        assert!(outcome.stdout().contains(&kept), "{outcome}");
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{updated}# mine\n"));
        let outcome = install_with(&repository, &["--ci", host, "--force"]);
        let overwritten = format!("overwritten  ../{file} (it was edited)\n");
        assert!(outcome.stdout().contains(&overwritten), "{outcome}");
        assert_eq!(fs::read_to_string(&path).unwrap(), updated);
    }
}

#[test]
fn a_file_that_is_not_from_this_program_stays_even_with_force() {
    let repository = repository();
    let path = repository.path().join(GITLAB);
    fs::write(&path, "test:\n  script: make\n").unwrap();
    let outcome = install_with(&repository, &["--ci", "gitlab", "--force"]);
    assert!(
        outcome.stdout().contains("kept  ../.gitlab-ci.yml (it is not from this program)\n"),
        "{outcome}"
    );
    assert!(
        outcome.stderr().contains("warning: ../.gitlab-ci.yml is not from this program: "),
        "{outcome}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "test:\n  script: make\n");
}

#[test]
fn actions_and_rights_are_those_of_this_repositorys_own_workflow() {
    let repository = repository();
    install(&repository, "github");
    let ours = Workflow::ours("pages.yml");
    let installed = Workflow::read(&repository.path().join(GITHUB));
    for action in installed.actions() {
        assert!(ours.actions().contains(&action), "{action:?}");
    }
    assert_eq!(installed.writing(), ours.writing());
    assert_eq!(installed.value["permissions"], ours.value["permissions"]);
}

/// Its scripts, and where it is.
#[test]
fn a_workflow_checks_each_proposed_change_and_publishes_the_default_branch() {
    let repository = repository();
    install(&repository, "github");
    let github = Workflow::read(&repository.path().join(GITHUB));
    // YAML 1.2 has no `on` that is true.
    assert!(github.value["on"].as_object().unwrap().contains_key("pull_request"));
    assert_eq!(github.value["jobs"]["check"]["defaults"]["run"]["working-directory"], "docs");
    let upload = github.steps("check").last().unwrap();
    assert_eq!(upload["with"]["path"], "docs/html");
    let condition = "github.ref_name == github.event.repository.default_branch";
    assert_eq!(upload["if"], condition);
    assert_eq!(github.value["jobs"]["publish"]["if"], condition);

    install(&repository, "gitlab");
    let gitlab = Workflow::read(&repository.path().join(GITLAB));
    let rules = |job: &str| gitlab.value[job]["rules"].as_array().unwrap().clone();
    let (check, pages) = (rules("check"), rules("pages"));
    assert_eq!(check[0]["if"], "$CI_PIPELINE_SOURCE == \"merge_request_event\"");
    assert_eq!(check[1..], pages[..]);
    assert!(
        Path::new(gitlab.value["pages"]["artifacts"]["paths"][0].as_str().unwrap()).is_relative()
    );
}

/// GitHub shows a finding at its line only if the path begins there. `record --check` finds that nothing is recorded.
#[test]
fn githubs_annotations_have_paths_from_the_root_of_the_repository() {
    let repository = repository();
    let check = |workspace: &Path| {
        Program::new(["record", "--check", "--format", "github"])
            .directory(repository.path().join("docs"))
            .env("GITHUB_WORKSPACE", workspace)
            .run()
    };
    let has_path = |outcome: &Outcome, path: &str| {
        outcome.exits(1);
        let annotation = format!("::error file={path},line=4,");
        assert!(outcome.stdout().starts_with(&annotation), "no {annotation}\n{outcome}");
    };
    let elsewhere = TempDir::with_prefix("testsuite-").unwrap();
    has_path(&check(elsewhere.path()), "docs/src/lab.md");
    fs::remove_dir(repository.path().join(".git")).unwrap();
    has_path(&check(repository.path()), "docs/src/lab.md");
    has_path(&check(elsewhere.path()), "src/lab.md");
}
