//! The examples of the author's guide.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use testsuite::{examples, workspace};

/// The number of examples at a time. Each has its own engine, and mostly waits for it.
const AT_ONCE: usize = 2;

#[test]
fn each_example_has_the_result_in_the_guide() {
    let examples = examples();
    assert!(!examples.is_empty(), "the guide has no examples");
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some(example) = examples.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(failure) = example.check() {
                failures.lock().unwrap().push(failure);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap();
    let count = failures.len();
    assert!(failures.is_empty(), "{count} of {}:\n{}", examples.len(), failures.join("\n\n"));
}

/// Its text without the annotations, and with the prompts and the output of an ordinary tutorial.
#[test]
fn the_tutorial_that_is_adopted_is_a_chapter_of_the_course() {
    let examples = examples();
    let tutorial = examples.iter().find(|example| example.place().starts_with("adopting.md"));
    let tutorial = tutorial.expect("the page has no example").chapter();
    let chapter = fs::read_to_string(workspace().join("book/src/sidecar.md")).unwrap();
    let (words, commands) = parts(tutorial);
    assert!(words.len() > 10 && commands.len() > 7, "{words:?}\n{commands:?}");
    let in_chapter = joined(&chapter);
    for paragraph in words {
        assert!(in_chapter.contains(&paragraph), "not in the chapter: {paragraph}");
    }
    for command in commands {
        let is_there = chapter.lines().any(|line| line.trim() == command);
        assert!(is_there, "not in the chapter: {command}");
    }
}

/// The paragraphs of a tutorial, and the commands of its blocks: what is at a prompt, or whole blocks without one.
fn parts(tutorial: &str) -> (Vec<String>, Vec<&str>) {
    let mut paragraphs = Vec::new();
    let mut commands = Vec::new();
    for (index, part) in tutorial.split("```").enumerate() {
        if index % 2 == 0 {
            let found = part.split("\n\n").map(joined);
            paragraphs.extend(found.filter(|text| !text.is_empty()));
            continue;
        }
        let lines: Vec<&str> = part.lines().skip(1).collect();
        let at_prompts: Vec<&str> =
            lines.iter().filter_map(|line| line.strip_prefix("$ ")).collect();
        commands.extend(if at_prompts.is_empty() { lines } else { at_prompts });
    }
    (paragraphs, commands)
}

/// A text on one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
