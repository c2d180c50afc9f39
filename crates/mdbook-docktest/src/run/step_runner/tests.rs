//! The runner with a bash of this machine: no engine and no privileges.

mod alone;
mod dialogue;
mod files;
mod generated;
mod page_ids;
mod secrets;
mod stopping;
mod truth;
mod watched;

use std::path::Path;

use super::*;
use crate::extract::{Extensions, extract};
use crate::model::stream::{Stream, Streams};
use crate::run::local_place::LocalPlace;
use crate::run::witness::now;

/// Far more than any step of these tests takes: what hangs ends, and fails.
const LIMIT: Duration = Duration::from_secs(120);

const EXITED: End = End::Exited { status: 0 };

/// Runs steps in one shell. Each has attributes, as in a chapter, and a script.
fn try_run(
    steps: &[(&str, &str)],
    canceller: &Canceller,
) -> Result<Vec<Vec<CommandRecording>>, RunError> {
    let block =
        |(attributes, script): &(&str, &str)| format!("```bash {attributes}\n{script}\n```\n\n");
    let chapter: String = steps.iter().map(block).collect();
    let scenario = extract(Path::new("c.md"), &chapter, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    assert_eq!(scenario.steps.len(), steps.len());
    let place = LocalPlace::new().expect("a temporary directory");
    let shell = Shell::new(&place, []).map_err(RunError::io("creating a shell"))?;
    let mut runner = StepRunner::new(&place, shell, PageIds::default(), LIMIT, canceller);
    scenario.steps.iter().map(|step| Ok(runner.run(step, &[])?.0)).collect()
}

fn run(steps: &[(&str, &str)]) -> Vec<Vec<CommandRecording>> {
    try_run(steps, &Canceller::new()).expect("the steps run")
}

/// The output of a step's commands, both streams.
fn printed(step: &[CommandRecording]) -> String {
    step.iter().map(|command| command.transcript.output()).collect()
}

fn ends(step: &[CommandRecording]) -> Vec<End> {
    step.iter().map(|command| command.end).collect()
}

/// A command's transcript. How many pieces a text comes in is chance.
fn transcript(command: &CommandRecording) -> Vec<(Stream, String)> {
    let mut pieces: Vec<(Stream, String)> = Vec::new();
    for chunk in &command.transcript.chunks {
        match pieces.last_mut() {
            Some((stream, text)) if *stream == chunk.stream => text.push_str(&chunk.text),
            _ => pieces.push((chunk.stream, chunk.text.clone())),
        }
    }
    pieces
}

fn stdout(text: &str) -> (Stream, String) {
    (Stream::Stdout, text.to_owned())
}

fn typed(text: &str) -> (Stream, String) {
    (Stream::Typed, text.to_owned())
}

#[test]
fn each_command_has_its_own_output_per_stream_and_its_own_status() {
    let steps =
        run(&[("", "echo one; echo two >&2; echo three; echo four >&2\n(exit 3)\necho after $?")]);
    let of_stream = |stream| -> Vec<String> {
        steps[0].iter().map(|command| command.transcript.output_of(stream)).collect()
    };
    assert_eq!(of_stream(Streams::Stdout), ["one\nthree\n", "", "after 3\n"]);
    assert_eq!(of_stream(Streams::Stderr), ["two\nfour\n", "", ""]);
    assert_eq!(ends(&steps[0]), [EXITED, End::Exited { status: 3 }, EXITED]);
    assert_eq!(steps[0][1].command, "(exit 3)");
}

/// If it counted the lines of a chapter instead, a line that is added would change the error messages below it.
#[test]
fn lines_are_counted_from_the_beginning_of_each_command() {
    let steps = run(&[
        ("", "echo $LINENO\necho $LINENO; {\n  echo $LINENO\n  nosuch\n}"),
        ("", "trap 'echo \"failed on line $LINENO\"' ERR\ntrue\nfalse"),
    ]);
    // The order between the streams is chance.
    let of_stream = |stream| -> String {
        steps[0].iter().map(|command| command.transcript.output_of(stream)).collect()
    };
    assert_eq!(of_stream(Streams::Stdout), "1\n1\n2\n");
    assert_eq!(of_stream(Streams::Stderr), "bash: line 3: nosuch: command not found\n");
    assert_eq!(printed(&steps[1]), "failed on line 1\n");
}

/// What docker still does belongs to no command, and the time limit of the step does not count it.
#[test]
fn the_next_command_begins_when_docker_is_done() {
    const SETTLING: Duration = Duration::from_secs(8);
    let mut place = LocalPlace::new().expect("a temporary directory");
    place.settling = SETTLING;
    let shell = Shell::new(&place, []).expect("a shell");
    let canceller = Canceller::new();
    let mut runner = StepRunner::new(&place, shell, PageIds::default(), LIMIT, &canceller);
    let chapter = "```bash timeout=6s\ntrue\ntrue\n```\n";
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    let (commands, starts) = runner.run(&scenario.steps[0], &[]).expect("the step runs");
    assert_eq!(ends(&commands), [EXITED, EXITED]);
    assert!(starts[1] >= starts[0] + SETTLING, "{starts:?}");
    for command in commands {
        assert!(Duration::from_millis(command.duration_ms) < SETTLING, "{command:?}");
    }
}

#[test]
fn a_command_begins_when_the_one_before_has_ended() {
    let place = LocalPlace::new().expect("a temporary directory");
    let shell = Shell::new(&place, []).expect("a shell");
    let canceller = Canceller::new();
    let mut runner = StepRunner::new(&place, shell, PageIds::default(), LIMIT, &canceller);
    let chapter = "```bash\nsleep 0.2\nsleep 0.1\ntrue\n```\n";
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    let before = now();
    let (commands, starts) = runner.run(&scenario.steps[0], &[]).expect("the step runs");
    let after = now();
    assert_eq!(starts.len(), 3);
    assert!(before <= starts[0] && starts[2] <= after, "{before:?} {starts:?} {after:?}");
    assert!(starts[1] >= starts[0] + Duration::from_millis(200), "{starts:?}");
    assert!(starts[2] >= starts[1] + Duration::from_millis(100), "{starts:?}");
    assert!(commands[0].duration_ms >= 200 && commands[1].duration_ms >= 100);
}

#[test]
fn one_bash_runs_all_steps_also_with_input() {
    let steps =
        run(&[("", "echo $$"), ("stdin=\"x\\n\"", "cat >/dev/null; echo $$"), ("", "echo $$")]);
    assert_eq!(printed(&steps[0]), printed(&steps[1]));
    assert_eq!(printed(&steps[0]), printed(&steps[2]));
}

/// What a step leaves behind, and how a later one looks at it.
const SET_STATE: &str = "text=$'two\\nlines'; list=(a 'b c'); export TEXT=exported\n\
     declare -A map=([key]=value); greet() { echo \"hello $1\"; }\n\
     shopt -s expand_aliases nullglob; alias hi='echo aliased'\n\
     set -o noclobber; umask 027; mkdir below; cd below";
const SHOW_STATE: &str = "echo \"$text|${list[1]}|${map[key]}\"; greet you; env | grep TEXT\n\
     hi; echo none*; umask; pwd | grep -o '[^/]*$'; [[ -o noclobber ]] && echo noclobber";
const STATE: &str = "two\nlines|b c|value\nhello you\nTEXT=exported\naliased\n\n0027\nbelow\n\
     noclobber\n";

#[test]
fn a_step_sees_the_state_that_the_one_before_has_left() {
    let steps = run(&[("", SET_STATE), ("", SHOW_STATE), ("", "set -- argument"), ("", "echo $1")]);
    assert_eq!(printed(&steps[0]), "");
    assert_eq!(printed(&steps[1]), STATE);
    assert_eq!(printed(&steps[3]), "argument\n");
}

#[test]
fn aliases_work_as_where_a_reader_types() {
    let steps = run(&[
        ("", "alias say='echo said' here=\nsay one"),
        ("", "say two; alias later=say\nlater three"),
        ("", "exit 0"),
        ("", "say four; shopt -u expand_aliases\nsay five 2>/dev/null"),
        ("", "exit 0"),
        ("", "say six"),
    ]);
    let printed: Vec<String> = steps.iter().map(|step| printed(step)).collect();
    assert_eq!(
        printed[..4],
        ["said one\n", "said two\nsaid three\n", "", "said four\n"].map(str::to_owned)
    );
    let missing = End::Exited { status: 127 };
    assert_eq!([ends(&steps[3])[1], ends(&steps[5])[0]], [missing, missing]);
}

#[test]
fn a_new_bash_takes_the_state_over_whatever_has_ended_the_one_before() {
    for (end, status) in [("exit 4", 4), ("exec sh -c 'exit 5'", 5), ("kill -KILL $$", 137)] {
        let steps = run(&[("", SET_STATE), ("", end), ("", SHOW_STATE)]);
        assert_eq!(ends(&steps[1]), [End::Exited { status }], "{end}");
        assert_eq!(printed(&steps[2]), STATE, "{end}");
    }
}

#[test]
fn what_a_step_sets_before_it_exits_is_kept_but_not_before_it_is_killed() {
    let steps = run(&[
        ("", "a=1"),
        ("", "a=2; exit 0"),
        ("", "echo $a"),
        ("", "a=3\nkill -KILL $$"),
        ("", "echo $a"),
    ]);
    assert_eq!(printed(&steps[2]), "2\n");
    assert_eq!(printed(&steps[4]), "2\n");
}

#[test]
fn commands_after_an_exit_do_not_run() {
    let steps = run(&[("", "echo one\nexit 3\necho two"), ("", "echo next")]);
    assert_eq!(printed(&steps[0]), "one\n");
    assert_eq!(ends(&steps[0]), [EXITED, End::Exited { status: 3 }]);
    assert_eq!(printed(&steps[1]), "next\n");
}

#[test]
fn an_exit_trap_runs_where_the_author_exits_and_not_at_the_end_of_a_step() {
    let steps =
        run(&[("", "trap 'echo \"bye $?\"' EXIT"), ("", "true"), ("", "exit 7"), ("", "exit 0")]);
    assert_eq!([printed(&steps[0]), printed(&steps[1])], ["", ""]);
    assert_eq!(printed(&steps[2]), "bye 7\n");
    assert_eq!(ends(&steps[2]), [End::Exited { status: 7 }]);
    assert_eq!(printed(&steps[3]), "");
}

#[test]
fn an_exit_trap_that_bash_cannot_parse_does_not_keep_the_state_from_being_saved() {
    let steps = run(&[("", "trap 'echo (' EXIT"), ("", "a=1; exit 4"), ("", "echo $a")]);
    assert_eq!(ends(&steps[1]), [End::Exited { status: 4 }]);
    assert_eq!(printed(&steps[2]), "1\n");
}

#[test]
fn a_line_of_input_is_typed_at_the_prompt() {
    let ask = "printf 'sure? '; read -r answer; echo \"got $answer\"";
    let steps =
        run(&[("stdin=\"yes\\n\"", ask), ("", "echo \"$answer\"; read -r late || echo end")]);
    let expected = [stdout("sure? "), typed("yes\n"), stdout("got yes\n")];
    assert_eq!(transcript(&steps[0][0]), expected);
    assert_eq!(printed(&steps[1]), "yes\nend\n");
}

#[test]
fn input_ends_after_its_last_line() {
    let steps = run(&[("stdin=\"one\\ntwo\"", "cat; echo; echo end")]);
    assert_eq!(printed(&steps[0]), "one\ntwo\nend\n");
    assert_eq!(ends(&steps[0]), [EXITED]);
}

#[test]
fn at_a_terminal_what_was_typed_is_found_by_its_echo() {
    let ask = "read -r -p 'name? ' name; echo \"hello $name\"; test -t 1 && stty size";
    let steps = run(&[("", "name=nobody"), ("tty=100 stdin=\"ada\\n\"", ask), ("", "echo $name")]);
    let expected = [stdout("name? "), typed("ada"), stdout("\r\nhello ada\r\n24 100\r\n")];
    assert_eq!(transcript(&steps[1][0]), expected);
    assert_eq!(printed(&steps[2]), "ada\n");
}

#[test]
fn an_exit_trap_does_not_run_when_the_terminal_of_a_step_is_closed() {
    let trap = "trap 'echo bye >>trap' EXIT; touch trap";
    let steps = run(&[("tty", trap), ("", "cat trap; exit 0"), ("", "cat trap")]);
    assert_eq!([printed(&steps[1]), printed(&steps[2])], ["", "bye\n"]);
}

#[test]
fn a_shell_looks_like_a_readers_in_a_list_of_processes() {
    let show = "tr '\\0' '|' </proc/$$/cmdline; echo \" $0 ${BASH_EXECUTION_STRING-none}\"; [[ $- != *i* ]]";
    let steps =
        run(&[("", show), ("tty", show), ("stdin=\"x\\n\"", show), ("", "exit 3"), ("", show)]);
    for step in [0, 2, 4] {
        assert_eq!(printed(&steps[step]), "bash| bash none\n");
    }
    assert_eq!(printed(&steps[1]), "bash| bash none\r\n");
}

/// What a shell reads when its turns are over is not the author's input.
#[test]
fn a_shell_runs_nothing_that_its_step_is_given_to_read() {
    let steps = run(&[
        ("tty stdin=\"echo never\\n\"", "true"),
        ("stdin=\"echo never\\n\" exit=0", "(exit 0); exit 0"),
        ("", "read -r x <&3 || echo closed"),
    ]);
    assert!(!printed(&steps[1]).contains("never"));
    assert!(printed(&steps[2]).contains("closed\n"), "{}", printed(&steps[2]));
}
