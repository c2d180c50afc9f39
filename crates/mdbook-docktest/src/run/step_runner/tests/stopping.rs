//! Steps that are stopped, and what outlives a step.

use super::*;

use docker_sandbox::ProcessStat;

const TIMED_OUT: End = End::TimedOut { limit_ms: 1000 };

/// Whether the process with the PID that was printed last still runs.
fn is_alive(step: &[CommandRecording]) -> bool {
    let pid = printed(step).trim().parse().expect("a PID");
    ProcessStat::read(pid).is_some_and(|stat| stat.state != 'Z')
}

#[test]
fn a_step_that_times_out_is_interrupted_with_its_children() {
    let place = LocalPlace::new().expect("a temporary directory");
    let shell = Shell::new(&place, []).expect("a shell");
    let canceller = Canceller::new();
    let mut runner = StepRunner::new(&place, shell, PageIds::default(), LIMIT, &canceller);
    let chapter = "```bash\na=1\n```\n\n\
        ```bash timeout=1s\na=2\nsleep 600 & echo $!; wait\necho never\n```\n\n\
        ```bash\necho $a\n```\n";
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    let mut step = |index: usize| runner.run(&scenario.steps[index], &[]).expect("the step runs").0;
    step(0);
    let stopped = step(1);
    assert_eq!(ends(&stopped), [EXITED, TIMED_OUT]);
    assert!(!is_alive(&stopped));
    assert!(!transcript(&stopped[1]).contains(&typed("^C")));
    // Bash has written its state down when it was interrupted.
    assert_eq!(printed(&step(2)), "2\n");
}

#[test]
fn a_step_that_ignores_the_interruption_is_killed_and_changes_nothing() {
    let steps = run(&[
        ("", "a=1"),
        ("timeout=1s", "a=2; trap '' INT; sleep 600"),
        ("until=ready", "a=3; trap '' INT; echo ready; sleep 600"),
        ("", "echo $a"),
    ]);
    assert_eq!(ends(&steps[1]), [TIMED_OUT]);
    assert_eq!(ends(&steps[2]), [End::Stopped]);
    // It could not write its state down.
    assert_eq!(printed(&steps[3]), "1\n");
}

#[test]
fn a_stream_is_interrupted_once_it_has_been_followed_for_long_enough() {
    let steps = run(&[
        ("lines=2", "printf 'one\\ntwo\\n'; sleep 600"),
        ("until=\"^ready$\"", "printf 'starting\\nready\\n'; sleep 600"),
        ("for=1s", "echo once; sleep 600"),
        ("", "echo next"),
    ]);
    let expected = ["one\ntwo\n", "starting\nready\n", "once\n"];
    for (step, text) in steps.iter().zip(expected) {
        assert_eq!(ends(step), [End::Stopped]);
        assert_eq!(transcript(&step[0]), [stdout(text), typed("^C")]);
    }
    assert_eq!(printed(&steps[3]), "next\n");
}

#[test]
fn what_an_interrupted_stream_still_prints_is_kept() {
    // A program that is started just now can miss the signal, and be waited for too long.
    let script = "trap 'echo stopping; exit 5' INT; sleep 600 & echo ready; wait";
    let steps = run(&[("until=ready", script)]);
    assert_eq!(transcript(&steps[0][0]), [stdout("ready\n"), typed("^C"), stdout("stopping\n")]);
    assert_eq!(ends(&steps[0]), [End::Stopped]);
}

#[test]
fn only_the_last_command_of_a_step_is_followed() {
    let steps = run(&[("until=ready", "echo ready\nprintf 'ready '; sleep 600")]);
    assert_eq!(ends(&steps[0]), [EXITED, End::Stopped]);
    assert_eq!(transcript(&steps[0][0]), [stdout("ready\n")]);
}

#[test]
fn a_job_in_the_background_outlives_its_step_and_prints_nothing_in_later_ones() {
    let job = "(while sleep 0.01; do echo tick; echo tock >&2; done) &\necho $! >pid; echo now";
    let steps = run(&[
        ("", job),
        ("", "echo $$; sleep 0.2; kill -0 \"$(cat pid)\" && echo alive"),
        // Stopping this one does not stop the job.
        ("until=ready", "echo ready; sleep 600"),
        ("", "kill \"$(cat pid)\" && echo killed"),
    ]);
    assert!(steps[0][1].transcript.output_of(Streams::Stdout).contains("now\n"));
    assert_eq!(ends(&steps[0]), [EXITED, EXITED]);
    let lines = printed(&steps[1]);
    let (bash, rest) = lines.split_once('\n').expect("two lines");
    assert!(bash.parse::<u32>().is_ok(), "{lines}");
    assert_eq!(rest, "alive\n");
    assert_eq!(printed(&steps[2]), "ready\n");
    assert_eq!(printed(&steps[3]), "killed\n");
}

#[test]
fn a_job_that_holds_the_output_open_does_not_keep_its_step_from_ending() {
    let steps = run(&[("", "sleep 600 &\necho $! >pid"), ("", "cat pid")]);
    assert_eq!(ends(&steps[0]), [EXITED, EXITED]);
    assert!(printed(&steps[1]).trim().parse::<u32>().is_ok());
}

#[test]
fn a_cancelled_run_stops_its_step() {
    let canceller = Canceller::new();
    canceller.cancel();
    let result = try_run(&[("", "sleep 600")], &canceller);
    assert!(matches!(result, Err(RunError::Cancelled)), "{result:?}");
}

#[test]
fn a_step_can_remove_the_files_of_the_shell_and_the_next_has_the_state_from_before_it() {
    let directory = "$(dirname \"$(readlink /proc/$$/fd/1)\")";
    let remove = format!("word=lost; rm -r \"{directory}\"; (exit 3)");
    let steps = run(&[("", "word=kept"), ("", &remove), ("", "echo \"$word\"")]);
    assert_eq!(printed(&steps[1]), "");
    assert_eq!(ends(&steps[1]), [End::Exited { status: 3 }]);
    assert_eq!(printed(&steps[2]), "kept\n");
}
