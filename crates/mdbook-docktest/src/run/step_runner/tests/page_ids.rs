//! Commands that name an object by the ID that the page shows.

use super::*;
use crate::expect::Placeholders;
use crate::model::page_id::PageId;

/// Runs a chapter's steps.
fn run_chapter(chapter: &str) -> Vec<Vec<CommandRecording>> {
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    let place = LocalPlace::new().expect("a temporary directory");
    let shell = Shell::new(&place, []).expect("a shell");
    let page_ids = PageIds::new(&scenario, "", &Placeholders::default());
    let canceller = Canceller::new();
    let mut runner = StepRunner::new(&place, shell, page_ids, LIMIT, &canceller);
    scenario.steps.iter().map(|step| runner.run(step, &[]).expect("the step runs").0).collect()
}

fn id(page: &str, actual: &str) -> PageId {
    PageId { page: page.to_owned(), actual: actual.to_owned() }
}

#[test]
fn commands_of_a_session_run_with_the_new_id() {
    let steps = run_chapter(
        "```console\n$ echo 9f21c0de77aa\nd4b0ac1b1b5e\n$ echo d4b0 && true\nd4b0\n$ echo d4b\nd4b\n```\n",
    );
    assert_eq!(printed(&steps[0]), "9f21c0de77aa\n9f21\n9f2\n");
    let [first, second, _] = &steps[0][..] else { panic!("{steps:?}") };
    assert_eq!(first.page_ids, [id("d4b0ac1b1b5e", "9f21c0de77aa")]);
    assert_eq!(second.page_ids, [id("d4b0", "9f21")]);
    assert_eq!(second.command, "echo d4b0 && true");
}

#[test]
fn later_steps_run_with_the_new_id() {
    let steps = run_chapter(
        "```bash\necho 9f21c0de77aa\n```\n\n```output\nd4b0ac1b1b5e\n```\n\n```bash\necho d4b0\n```\n",
    );
    assert_eq!(printed(&steps[1]), "9f21\n");
}
