use std::path::Path;

use super::*;
use crate::extract::extract;
use crate::model::recording::{Chunk, Transcript};
use crate::model::stream::Stream;
use crate::render::labels::{Labels, Language};
use crate::render::page::Renderer;

const TEXT: &str = "# Le  premier\n\n<!-- not one -->\n\nTrois `docker ps`\u{a0}: mots.\n\n\
    ```bash\ndocker volume create data\ndocker run -d -v data:/x alpine sleep 9\n```\n\n\
    ```bash hidden\ndocker ps\n```\n\n```bash exit=1\ndocker volume rm data\n```\n";

fn command(command: &str, status: i32, error: &str) -> CommandRecording {
    let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: error.to_owned() };
    let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
    let (command, end) = (command.to_owned(), End::Exited { status });
    CommandRecording { duration_ms: 700, ..CommandRecording::new(command, end, transcript) }
}

fn facts(name: &str, path: &str) -> ChapterFacts {
    let scenario = extract(Path::new(path), TEXT, Extensions::default());
    let ran = |commands| StepRecording::Ran { commands, effects: Vec::new() };
    let steps = vec![
        ran(vec![command("a", 0, ""), command("b", 0, "")]),
        ran(vec![command("c", 0, "")]),
        ran(vec![command("d", 1, "volume <data> is in use\n")]),
    ];
    let recording = Recording { steps, ..Recording::default() };
    ChapterFacts::new((name, Path::new(path), "c", false), TEXT, &scenario, Some(&recording), &[])
}

#[test]
fn only_prose_and_commands_that_readers_see_count() {
    let ChapterFacts { facts, .. } = facts("A", "a.md");
    assert_eq!((facts.words, facts.commands, facts.run_ms), (6, 3, 2100));
    // 25, 39 and 21 characters; `volume <data> is in use`.
    assert_eq!((facts.typed_characters, facts.printed_words), (85, 5));
    let used: Vec<_> = facts.uses.iter().map(|(step, used)| (*step, used.name.as_str())).collect();
    assert_eq!(used, [(0, "docker volume create"), (0, "docker run"), (2, "docker volume rm")]);
    let failure = Failure {
        step: 2,
        command: "docker volume rm data".to_owned(),
        status: 1,
        message: "volume <data> is in use".to_owned(),
    };
    assert_eq!(facts.failures, [failure]);
}

#[test]
fn a_book_takes_as_long_as_its_numbered_chapters() {
    let numbered = |name, is_numbered| ChapterFacts { is_numbered, ..facts(name, "c.md") };
    let count = |chapters: &[ChapterFacts]| {
        let whole = Whole { chapters: chapters.iter().collect(), from: Path::new("c.md") };
        whole.facts_in_order().count()
    };
    let introduction = numbered("Avant", false);
    assert_eq!(count(&[introduction.clone(), numbered("Un", true), numbered("Deux", true)]), 2);
    assert_eq!(count(&[introduction.clone(), introduction]), 2);
}

#[test]
fn links_lead_to_the_steps_of_all_chapters() {
    let chapters = [facts("Un <b>", "un.md"), facts("Deux", "sous/deux.md")];
    let whole = Whole { chapters: chapters.iter().collect(), from: Path::new("annexes/aide.md") };
    let labels = Labels::new(Language::Fr);
    let table = commands(&whole, Renderer::Html, &labels);
    assert_eq!(table.lines().count(), 1);
    let row = "<tr><th scope=\"row\"><code translate=\"no\">docker run</code></th><td>\
        <a href=\"../un.html#docktest-c-1-step\"><code translate=\"no\">-d</code></a> \
        <a href=\"../un.html#docktest-c-1-step\"><code translate=\"no\">-v</code></a></td><td>\
        <a href=\"../un.html#docktest-c-1-step\">Un &lt;b&gt;</a>, \
        <a href=\"../sous/deux.html#docktest-c-1-step\">Deux</a></td></tr>";
    assert!(table.contains(row), "{table}");
    assert_eq!(
        commands(&whole, Renderer::Markdown, &labels).lines().nth(2),
        Some(r"| docker run | \-d \-v | Un \<b\>, Deux |")
    );
}

#[test]
fn the_same_failure_is_listed_once() {
    let chapters = [facts("Un", "un.md"), facts("Deux", "deux.md")];
    let whole = Whole { chapters: chapters.iter().collect(), from: Path::new("aide.md") };
    let labels = Labels::new(Language::Fr);
    assert_eq!(
        errors(&whole, Renderer::Html, &labels, "\n"),
        "<!--docktest--><figure class=\"docktest docktest-error\"><figcaption>\
         <a href=\"un.html#docktest-c-3-step\">Un</a></figcaption>\
         <p class=\"docktest-command\"><kbd>docker volume rm data</kbd></p>\
         <pre tabindex=\"0\" role=\"group\" aria-label=\"Sortie d’erreur\" dir=\"ltr\" translate=\"no\">\
         <samp><span class=\"err\">volume &lt;data&gt; is in use</span></samp></pre>\
         <p class=\"docktest-note\">code de sortie\u{a0}: 1</p></figure>"
    );
    assert_eq!(
        errors(&whole, Renderer::Markdown, &labels, "\n"),
        "Un\n\n```text\n$ docker volume rm data\nvolume <data> is in use\n[code de sortie\u{a0}: 1]\n```"
    );
}

#[test]
fn steps_for_another_engine_do_not_count() {
    let text = "```bash engine=\">=23\"\ndocker volume prune --all --force\n```\n\n\
        ```bash engine=\"<23\"\ndocker volume prune --force\ntrue\n```\n";
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    let ran = StepRecording::Ran { commands: vec![command("a", 0, "")], effects: Vec::new() };
    let steps = vec![ran, StepRecording::OtherEngine];
    let recording = Recording { steps, ..Recording::default() };
    let facts = Facts::new(text, &scenario, Some(&recording), &[]);
    assert_eq!((facts.commands, facts.uses.len()), (1, 1));
}
