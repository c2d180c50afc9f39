use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::extract::{Extensions, extract, extract_with};
use crate::model::recording::{Chunk, End};
use crate::model::stream::Stream;
use crate::model::values::{Reading, Values};

const WHOLE: &str = "d4b0ac1b1b5e8f00d4b0ac1b1b5e8f00d4b0ac1b1b5e8f00d4b0ac1b1b5e8f00";
const ACTUAL: &str = "9f21c0de77aa41229f21c0de77aa41229f21c0de77aa41229f21c0de77aa4122";

fn page_ids(chapter: &str) -> (Scenario, PageIds) {
    let scenario = extract(Path::new("a.md"), chapter, Extensions::default());
    let ids = PageIds::new(&scenario, "", &Placeholders::default());
    (scenario, ids)
}

fn recorded(command: &str, output: &str) -> CommandRecording {
    let chunk = Chunk { at_ms: 0, stream: Stream::Stdout, text: output.to_owned() };
    let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
    CommandRecording::new(command, End::Exited { status: 0 }, transcript)
}

fn pairs(ids: &[PageId]) -> Vec<(&str, &str)> {
    ids.iter().map(|id| (id.page.as_str(), id.actual.as_str())).collect()
}

#[test]
fn a_part_of_an_id_stands_for_the_same_part_of_the_new_one() {
    let chapter = format!(
        "```bash\ndocker run -d alpine\n```\n\n```output\n{WHOLE}\n```\n\n\
         ```bash\ndocker stop d4b0\n```\n"
    );
    let (scenario, mut ids) = page_ids(&chapter);
    assert_eq!(ids.actual("docker stop d4b0"), "docker stop d4b0", "nothing has run yet");
    ids.learn_from_step(&scenario.steps[0], &[recorded("a", &format!("{ACTUAL}\n"))]);
    assert_eq!(ids.actual("docker stop d4b0"), "docker stop 9f21");
    assert_eq!(ids.actual(&format!("docker rm {WHOLE}")), format!("docker rm {ACTUAL}"));
    let stop = recorded("docker stop d4b0", "9f21\n");
    assert_eq!(pairs(&ids.concerning(&stop)), [("d4b0", "9f21")]);
    let list = recorded("docker ps", "9f21c0de77aa   alpine\n");
    assert_eq!(pairs(&ids.concerning(&list)), [("d4b0ac1b1b5e", "9f21c0de77aa")]);
    assert_eq!(pairs(&ids.concerning(&recorded("ls", "a\n"))), []);
}

#[test]
fn generated_names_and_ids_of_tables_are_known() {
    let table = |id, name| format!("CONTAINER ID   IMAGE     NAMES\n{id}   alpine    {name}\n");
    let page = table("d4b0ac1b1b5e", "happy_morse");
    let chapter = format!(
        "```console\n$ docker ps\n{page}$ docker stop happy_morse\nhappy_morse\n\
         $ docker rm d4b\nd4b\n```\n"
    );
    let (_, mut ids) = page_ids(&chapter);
    let printed = recorded("docker ps", &table("9f21c0de77aa", "sad_curie"));
    let expected: Vec<&str> = page.lines().collect();
    ids.learn_from_command(&expected, &printed.transcript);
    assert_eq!(ids.actual("docker stop happy_morse"), "docker stop sad_curie");
    assert_eq!(ids.actual("docker rm d4b"), "docker rm 9f2");
}

#[test]
fn what_no_later_command_names_is_not_learnt() {
    for chapter in [
        format!("```console\n$ docker run -d alpine\n{WHOLE}\n$ docker ps\n```\n"),
        // The author has chosen the name.
        format!("```console\n$ docker run -d --name d4b alpine\n{WHOLE}\n$ docker stop d4b\n```\n"),
        // Too short.
        format!("```console\n$ docker run -d alpine\n{WHOLE}\n$ docker stop d4\n```\n"),
    ] {
        let (_, mut ids) = page_ids(&chapter);
        ids.learn_from_command(&[WHOLE], &recorded("a", &format!("{ACTUAL}\n")).transcript);
        assert!(ids.known.is_empty(), "{chapter}");
    }
}

#[test]
fn the_first_value_counts() {
    let chapter = format!("```console\n$ docker run -d alpine\n{WHOLE}\n$ docker stop d4b0\n```\n");
    let (_, mut ids) = page_ids(&chapter);
    for actual in [ACTUAL, &ACTUAL.replace('9', "8")] {
        ids.learn_from_command(&[WHOLE], &recorded("a", &format!("{actual}\n")).transcript);
    }
    assert_eq!(ids.actual("docker stop d4b0"), "docker stop 9f21");
}

#[test]
fn a_placeholder_stands_for_the_only_container_of_the_chapter() {
    let run = "docker run -d alpine sleep 1h";
    let chapter = format!("```bash\n{run}\ndocker exec <container-id> ls\n```\n");
    let (scenario, mut ids) = page_ids(&chapter);
    assert!(scenario.findings.is_empty() && scenario.steps[0].runs());
    let exec = "docker exec <container-id> ls";
    let unknown = ids.actual(exec).into_owned();
    assert_eq!(unknown, "docker exec '<container-id>' ls", "docker says that it does not exist");
    assert_eq!(ids.actual(&unknown), unknown);
    ids.learn_container("docker run -d other", &recorded("", &format!("{WHOLE}\n")).transcript);
    assert_eq!(ids.actual(exec), unknown);
    let two = format!("{WHOLE}\n{ACTUAL}\n");
    ids.learn_container(run, &recorded(run, &two).transcript);
    assert_eq!(ids.actual(exec), unknown, "more than one");
    for id in [ACTUAL, WHOLE] {
        let output = format!("Status: Downloaded\n{id}\n");
        ids.learn_container(run, &recorded(run, &output).transcript);
    }
    assert_eq!(ids.actual(exec), format!("docker exec {ACTUAL} ls"));
    assert_eq!(ids.actual(&unknown), format!("docker exec {ACTUAL} ls"));
    assert_eq!(ids.actual("docker ps"), "docker ps");
}

#[test]
fn a_placeholder_in_capitals_is_replaced_as_a_whole_word() {
    let run = "docker run -d alpine sleep 1h";
    let chapter = format!("```bash\n{run}\ndocker stop CONTAINER_ID\n```\n");
    let (_, mut ids) = page_ids(&chapter);
    let stop = "docker stop CONTAINER_ID MY_CONTAINER_ID";
    assert_eq!(ids.actual(stop), stop);
    ids.learn_container(run, &recorded(run, &format!("{ACTUAL}\n")).transcript);
    assert_eq!(ids.actual(stop), format!("docker stop {ACTUAL} MY_CONTAINER_ID"));
}

#[test]
fn a_container_is_known_by_its_command_with_the_books_values() {
    let values = Values::new([("<image>".to_owned(), "alpine".to_owned())].into()).unwrap();
    let reading = Reading { values: Arc::new(values), ..Reading::default() };
    let chapter = "```bash\ndocker run -d <image> sleep 1h\ndocker rm <container-id>\n```\n";
    let scenario = extract_with(Path::new("a.md"), chapter, Extensions::default(), &reading);
    let run = scenario.own_container.map(|own| own.run);
    assert_eq!(run.as_deref(), Some("docker run -d alpine sleep 1h"));
}

#[test]
fn a_placeholder_that_can_mean_another_container_keeps_its_step_from_running() {
    let run = "docker run -d alpine sleep 1h";
    for before in ["docker run hello-world", &format!("{run}\n{run}"), &format!("{run} <name>")] {
        let chapter = format!("```bash\n{before}\n```\n\n```bash\ndocker rm <container-id>\n```\n");
        let (scenario, _) = page_ids(&chapter);
        assert!(!scenario.steps[1].runs(), "{before}");
        assert_eq!(scenario.own_container, None, "{before}");
    }
}
