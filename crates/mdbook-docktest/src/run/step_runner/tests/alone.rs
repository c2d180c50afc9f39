//! Compares what this shell does with what a bash does that reads the same script by itself.

use std::process::{Command, Stdio};

use regex::Regex;

use super::*;

/// Writes `$?` and PIPESTATUS to a file, with programs that no function, trap or option of the script can change.
const PROBE: &str = r#"/bin/sh -c 'echo "$0" >../probe' "$? ${PIPESTATUS[*]}""#;

/// What a bash does that reads a script by itself.
struct Alone {
    stdout: String,
    stderr: String,
    /// Its exit status.
    status: i32,
    /// What [`PROBE`] has written, if it has run.
    probe: Option<String>,
}

impl Alone {
    fn run(script: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("workplace")).unwrap();
        // As the messages of `bash -c` begin, too.
        let place = directory.path().join("bash");
        let script = format!("PS4='+ '; cd workplace\n unset OLDPWD; : ''\n{script}\n");
        std::fs::write(&place, script).unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-O", "expand_aliases", "bash"])
            .current_dir(directory.path())
            .env_clear()
            .envs([("PATH", docker_sandbox::PATH), ("HOME", "/root"), ("LANG", "C.UTF-8")]);
        let output = bash.stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            status: output.status.code().expect("it has exited"),
            probe: std::fs::read_to_string(directory.path().join("probe")).ok(),
        }
    }
}

/// A text without what differs in a script and in a terminal: numbers of lines, and what bash calls the place of a
/// function. Without process IDs and the times that `time` measures, too.
fn comparable(text: &str) -> String {
    let line = Regex::new(r"line \d+:|\b\d{3,}\b|\d+m\d+\.\d+s").unwrap();
    line.replace_all(text, "line").replace("main: line", "bash: line")
}

fn outputs(commands: &[CommandRecording]) -> [String; 2] {
    [Streams::Stdout, Streams::Stderr]
        .map(|stream| commands.iter().map(|command| command.transcript.output_of(stream)).collect())
}

/// Compares what this shell prints for a script, and how it ends, with a bash that reads it by itself.
#[track_caller]
pub(super) fn compare(script: &str) {
    let steps = run(&[("", script)]);
    let alone = Alone::run(script);
    for (ours, bash) in outputs(&steps[0]).iter().zip([&alone.stdout, &alone.stderr]) {
        assert_eq!(comparable(ours), comparable(bash), "bash on the right:\n{script}");
    }
    let end = steps[0].last().map(|command| command.end);
    assert_eq!(end, Some(End::Exited { status: alone.status }), "bash on the right:\n{script}");
}

/// Compares the same for commands in several steps, and the statuses of each command of all but the last step.
#[track_caller]
pub(super) fn compare_steps(steps: &[Vec<&str>]) {
    let texts: Vec<String> = steps.iter().map(|commands| commands.join("\n")).collect();
    let script = texts.join("\n");
    let texts: Vec<(&str, &str)> = texts.iter().map(|text| ("", &text[..])).collect();
    let mut ours = run(&texts).concat();
    let commands = steps[..steps.len() - 1].concat();
    for end in 1..=commands.len() {
        let alone = Alone::run(&format!("{}\n{PROBE}", commands[..end].join("\n")));
        let has_exited = alone.probe.is_none();
        let probe = alone.probe.unwrap_or_else(|| alone.status.to_string());
        // Between them is what the script has made of IFS.
        let numbers = probe.split(|sign: char| !sign.is_ascii_digit()).filter(|n| !n.is_empty());
        let numbers: Vec<i32> = numbers.map(|n| n.parse().unwrap()).collect();
        let Some((status, parts)) = numbers.split_first() else { panic!("{probe}") };
        let command = ours.get(end - 1).map(|command| (command.end, &command.parts[..]));
        let parts = failed_parts(parts.to_vec());
        let expected = (End::Exited { status: *status }, &parts[..]);
        assert_eq!(command, Some(expected), "`{}` in:\n{script}", commands[end - 1]);
        if has_exited {
            // What comes after that runs in a new shell.
            ours.truncate(end);
            break;
        }
    }
    let alone = Alone::run(&script);
    let end = ours.last().map(|command| command.end);
    assert_eq!(end, Some(End::Exited { status: alone.status }), "bash on the right:\n{script}");
    let [stdout, stderr] = outputs(&ours);
    assert_eq!(comparable(&stdout), comparable(&alone.stdout), "bash on the right:\n{script}");
    // With `set -x`, the parts of a pipeline are shown in any order.
    let sorted = |text: &str| -> Vec<String> {
        let mut lines: Vec<String> = comparable(text).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&stderr), sorted(&alone.stderr), "bash on the right:\n{script}");
}
