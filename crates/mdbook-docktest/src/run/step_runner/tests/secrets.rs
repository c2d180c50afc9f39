//! Questions whose answers programs do not show, and questions without an answer.

use super::*;
use crate::terminal;

/// Runs the steps of a chapter in one shell.
fn run_chapter(chapter: &str) -> Vec<Vec<CommandRecording>> {
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let place = LocalPlace::new().expect("a temporary directory");
    let shell = Shell::new(&place, []).expect("a shell");
    let canceller = Canceller::new();
    let mut runner = StepRunner::new(&place, shell, PageIds::default(), LIMIT, &canceller);
    scenario.steps.iter().map(|step| runner.run(step, &[]).expect("the step runs").0).collect()
}

fn shown(step: &[CommandRecording]) -> Vec<String> {
    step.iter().map(|command| terminal::text(&command.transcript)).collect()
}

/// Whether a recording contains a text, also as something that was typed.
fn has(steps: &[Vec<CommandRecording>], text: &str) -> bool {
    let transcripts = steps.iter().flatten().map(|command| command.transcript.to_string());
    transcripts.into_iter().any(|transcript| transcript.contains(text))
}

const ASK: &str =
    "ask() { read -rsp \"$1\" answer </dev/tty; echo; echo \"${#answer} characters\"; }\n";

#[test]
fn a_password_is_typed_and_not_shown() {
    let getpass = "python3 -c 'import getpass; print(len(getpass.getpass()), \"characters\")'";
    for ask in ["ask 'Password: '", getpass] {
        let chapter = format!(
            "```bash\n{ASK}```\n\n\
             ```console stdin=\"hunter2\\n\"\n$ {ask}\nPassword: \n7 characters\n$ echo next\nnext\n```\n"
        );
        let steps = run_chapter(&chapter);
        assert_eq!(shown(&steps[1]), ["Password:\n7 characters\n", "next\n"], "{ask}");
        assert!(!has(&steps, "hunter2"), "{ask}");
    }
}

#[test]
fn a_password_can_be_typed_twice_and_behind_a_name_that_the_chapter_shows() {
    let steps = run_chapter(&format!(
        "```bash\n{ASK}login() {{ read -rp 'Username: ' name; ask 'New password: '; ask 'Retype new password: '; }}\n```\n\n\
         ```console stdin=\"one\\nthree\\n\"\n$ login\nUsername: moby\nNew password:\nRetype new password:\n```\n\n\
         ```console stdin=\"moby\\none\\nthree\\n\"\n$ login\nUsername: moby\nNew password:\nRetype new password:\n```\n"
    ));
    let expected =
        "Username: moby\nNew password:\n3 characters\nRetype new password:\n5 characters\n";
    assert_eq!([shown(&steps[1]), shown(&steps[2])], [[expected], [expected]]);
}

#[test]
fn a_password_is_not_shown_from_a_pipe_either() {
    let ask = "printf 'Password: '; read -r answer; echo \"${#answer} characters\"";
    let steps = run_chapter(&format!("```bash stdin=\"hunter2\\n\"\n{ask}\n```\n"));
    assert_eq!(
        transcript(&steps[0][0]),
        [stdout("Password: "), typed("\n"), stdout("7 characters\n")]
    );
}

#[test]
fn what_stdin_has_is_for_the_questions_of_what_is_typed_at_prompts() {
    let steps = run_chapter(&format!(
        "```bash\n{ASK}export -f ask\n```\n\n\
         ```console stdin=\"hunter2\\nhunter22\\n\"\n\
         $ PS1=$'in>\\x20' bash --norc --noprofile -i\n\
         in> ask 'Password: '\nPassword:\n7 characters\n\
         in> ask 'Retype password: '\nRetype password:\n8 characters\n\
         in> exit\n```\n"
    ));
    let expected = ["", "Password:\n7 characters\n", "Retype password:\n8 characters\n", "exit\n"];
    assert_eq!(shown(&steps[1]), expected);
    assert!(!has(&steps, "hunter2"));
}

#[test]
fn a_question_without_an_answer_stops_its_step() {
    let steps = run_chapter(&format!(
        "```bash\n{ASK}a=1\n```\n\n\
         ```console\n$ a=2\n$ ask 'Password: '\nPassword: \n7 characters\n$ echo never\nnever\n```\n\n\
         ```bash\necho $a\n```\n"
    ));
    assert_eq!(ends(&steps[1]), [EXITED, End::Unanswered]);
    assert_eq!(shown(&steps[1]), ["", "Password:"]);
    assert_eq!(shown(&steps[2]), ["2\n"], "the shell has saved its state");
}

#[test]
fn a_question_that_goes_on_without_an_answer_is_waited_for() {
    let steps = run_chapter(
        "```bash tty\nread -rt 2 -p 'Continue? [Y/n] ' answer || echo \"timed out: $?\"\n```\n",
    );
    assert_eq!(ends(&steps[0]), [EXITED]);
    assert_eq!(shown(&steps[0]), ["Continue? [Y/n] timed out: 142\n"]);
}

#[test]
fn lines_that_nothing_reads_are_counted() {
    let steps = run(&[
        ("stdin=\"a\\nb\\nc\\n\"", "read -r x\ntrue"),
        ("stdin=\"a\\n\"", "true"),
        ("stdin=\"a\\n\"", "cat"),
        ("tty stdin=\"a\\nb\\n\"", "read -r x"),
        ("", "true"),
    ]);
    let unread = |step: &Vec<CommandRecording>| step.last().unwrap().transcript.unread_lines;
    assert_eq!(steps.iter().map(unread).collect::<Vec<_>>(), [2, 1, 0, 1, 0]);
}
