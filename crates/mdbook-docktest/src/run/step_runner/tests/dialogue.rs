//! Programs at a terminal that wait for what is typed.

use super::*;
use crate::model::scenario::{CommandKind, Scenario};
use crate::terminal;

/// Runs sessions. Each is a list of prompts and what is typed at them; `$` is the shell's. Lines below a
/// command, after a line feed, are expected.
fn sessions(steps: &[&[(&str, &str)]]) -> Vec<Vec<CommandRecording>> {
    let scenario = scenario(steps);
    let place = LocalPlace::new().expect("a temporary directory");
    let shell = Shell::new(&place, []).expect("a shell");
    let canceller = Canceller::new();
    let mut runner = StepRunner::new(&place, shell, PageIds::default(), LIMIT, &canceller);
    scenario.steps.iter().map(|step| runner.run(step, &[]).expect("the step runs").0).collect()
}

fn scenario(steps: &[&[(&str, &str)]]) -> Scenario {
    // An empty line would be no command.
    let line =
        |(_, text): &(&str, &str)| format!("$ {}\n", if text.is_empty() { "-" } else { text });
    let block = |commands: &&[(&str, &str)]| {
        let lines: String = commands.iter().map(line).collect();
        format!("```console tty\n{lines}```\n\n")
    };
    let chapter: String = steps.iter().map(block).collect();
    let mut scenario = extract(Path::new("c.md"), &chapter, Extensions::default());
    for (step, commands) in scenario.steps.iter_mut().zip(steps) {
        assert_eq!(step.commands.len(), commands.len());
        step.stays_open = true;
        for (command, (prompt, text)) in step.commands.iter_mut().zip(*commands) {
            (*text).clone_into(&mut command.text);
            if *prompt != "$" {
                let prompt = (*prompt).to_owned();
                command.kind = CommandKind::Typed { prompt };
            }
        }
    }
    scenario
}

/// What each command of a step has left on the screen, after the prompt at which it was typed.
fn shown(step: &[CommandRecording]) -> Vec<String> {
    let shown = |command: &CommandRecording| {
        let prompt = command.transcript.prompt.as_deref().unwrap_or_default();
        format!("{prompt}|{}", terminal::text(&command.transcript))
    };
    step.iter().map(shown).collect()
}

/// A shell whose prompt is `in> `.
const SHELL: &str = "PS1='in> ' sh";

#[test]
fn lines_are_typed_at_the_prompts_of_a_shell() {
    let steps = sessions(&[&[
        ("$", SHELL),
        ("in>", "echo hello"),
        ("in>", "printf unfinished"),
        ("in>", "sleep 0.5; echo late"),
        ("in>", "exit 3"),
        ("$", "echo outside $?"),
    ]]);
    let expected = ["|", "in> |hello\n", "in> |unfinished", "in> |late\n", "in> |", "|outside 3\n"];
    assert_eq!(shown(&steps[0]), expected);
    let [program, typed, .., outside] = &ends(&steps[0])[..] else { panic!("{steps:?}") };
    assert_eq!([*program, *typed, *outside], [End::Exited { status: 3 }, End::Typed, EXITED]);
}

#[test]
fn line_editors_are_typed_into() {
    let long = format!("echo {}", "wide ".repeat(30).trim_end());
    let steps = sessions(&[&[
        ("$", "PS1='in> ' bash --norc --noprofile -i"),
        ("in>", "echo one"),
        ("in>", &long),
        ("in>", "exit"),
    ]]);
    let wide = format!("in> |{}\n", &long[5..]);
    assert_eq!(shown(&steps[0]), ["|", "in> |one\n", &wide, "in> |exit\n"]);
    let steps = sessions(&[&[
        ("$", "python3 -q"),
        (">>>", "print(6 * 7)"),
        (">>>", "for i in range(2):"),
        ("...", "    print(i)"),
        ("...", ""),
        (">>>", "input('name? ')"),
    ]]);
    let shown = shown(&steps[0]);
    assert_eq!(&shown[1..4], [">>> |42\n", ">>> |", "... |"]);
    assert_eq!(shown[4], "... |0\n1\n");
    assert_eq!(ends(&steps[0])[0], End::Open);
}

#[test]
fn a_program_goes_on_in_later_steps() {
    let steps = sessions(&[
        &[("$", "cd /"), ("$", SHELL)],
        &[("in>", "a=kept")],
        &[("$", "echo beside"), ("$", "pwd")],
        &[("in>", "echo $a"), ("in>", "exit"), ("$", "pwd")],
    ]);
    assert_eq!(ends(&steps[0]), [EXITED, End::Open]);
    assert_eq!(shown(&steps[0]), ["|", "|"]);
    assert_eq!((shown(&steps[1]), ends(&steps[1])), (vec!["in> |".to_owned()], vec![End::Typed]));
    assert_eq!(shown(&steps[2]), ["|beside\n", "|/\n"]);
    assert_eq!(shown(&steps[3]), ["in> |kept\n", "in> |", "|/\n"]);
    assert_eq!(ends(&steps[3]), [End::Typed, EXITED, EXITED]);
}

#[test]
fn a_line_goes_to_the_program_with_the_prompt_that_it_stands_at() {
    let steps = sessions(&[
        &[("$", "PS1='one> ' sh")],
        &[("$", "PS1='two> ' sh")],
        &[("one>", "echo first"), ("one>", "exit")],
        &[("two>", "echo second")],
    ]);
    assert_eq!(shown(&steps[2]), ["one> |first\n", "one> |"]);
    assert_eq!(shown(&steps[3]), ["two> |second\n"]);
}

#[test]
fn what_the_shell_has_left_is_there_when_its_program_has_ended() {
    let steps = sessions(&[
        &[("$", "cd /tmp; a=1"), ("$", SHELL)],
        &[("in>", "exit")],
        &[("$", "echo $a $PWD")],
    ]);
    assert_eq!(shown(&steps[2]), ["|1 /tmp\n"]);
}

#[test]
fn lines_for_a_program_that_has_ended_are_not_typed() {
    let steps = sessions(&[&[("$", SHELL), ("in>", "exit"), ("in>", "rm x")]]);
    assert_eq!(ends(&steps[0]), [EXITED, End::Typed]);
    let steps = sessions(&[&[("in>", "echo nobody reads")]]);
    assert_eq!(steps[0], []);
}

#[test]
fn keys_are_pressed_and_not_typed_as_text() {
    let steps = sessions(&[&[("$", "cat"), ("", "one"), ("", "\x04"), ("$", "echo $?")]]);
    assert_eq!(shown(&steps[0]), ["|", "|one\n", "|", "|0\n"]);
    assert_eq!(ends(&steps[0]), [EXITED, End::Typed, End::Typed, EXITED]);
}

#[test]
fn control_c_is_pressed_when_what_is_expected_has_come() {
    let steps = sessions(&[&[
        ("$", "PS1='in> ' bash --norc --noprofile -i"),
        ("in>", "sleep 1000"),
        ("", "^C"),
        ("in>", "echo a; sleep 0.1; echo b; sleep 1000"),
        ("", "^C"),
        ("in>", "echo $?; exit 0"),
    ]]);
    assert_eq!(shown(&steps[0])[1..], ["in> |", "|", "in> |a\nb\n", "|", "in> |130\nexit\n"]);
    assert_eq!(ends(&steps[0])[0], EXITED);
}

#[test]
fn a_here_document_is_typed_line_by_line() {
    let steps = sessions(&[&[
        ("$", SHELL),
        ("in>", "cat <<EOF"),
        (">", "a"),
        ("", "b"),
        (">", "EOF"),
        ("in>", "exit"),
    ]]);
    assert_eq!(shown(&steps[0])[1..], ["in> |", "> |", "> |", "> |a\nb\n", "in> |"]);
}

#[test]
fn the_shell_goes_on_below_lines_that_are_not_typed() {
    let missing = End::Exited { status: 127 };
    let steps = sessions(&[&[
        ("$", "no-such-program"),
        (">>>", "1 + 1"),
        (">>>", "2"),
        ("$", "echo $?"),
        ("$", SHELL),
        ("in>", "exit"),
        ("in>", "rm x"),
        ("$", "echo b"),
    ]]);
    let missed = End::NotTyped;
    let expected = [missing, missed, missed, EXITED, EXITED, End::Typed, missed, EXITED];
    assert_eq!(ends(&steps[0]), expected);
    assert_eq!([&shown(&steps[0])[3], &shown(&steps[0])[7]], ["|127\n", "|b\n"]);
}
