use proptest::prelude::*;

use super::*;

/// Returns each command and, after `=>`, its output; then the lines without a prompt, after
/// `!`.
fn outline(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let session = session(&lines);
    let commands = session.commands.iter().map(|command| {
        format!("{} => {}", command.text(&lines), lines[command.output.clone()].join("|"))
    });
    commands.chain(session.unprompted.iter().map(|line| format!("! {}", lines[*line]))).collect()
}

#[test]
fn commands_are_at_prompts_with_their_output_below() {
    assert_eq!(
        outline("$ docker ps\n\nCONTAINER ID\n\nabc\n\n$ true\n$ echo hi\nhi\n"),
        ["docker ps => CONTAINER ID||abc", "true => ", "echo hi => hi"]
    );
}

#[test]
fn the_second_prompt_continues_a_command() {
    assert_eq!(
        outline("$ for i in 1 2; do\n> echo $i\n>\n> done\n1\n2\n"),
        ["for i in 1 2; do\necho $i\n\ndone => 1|2"]
    );
}

#[test]
fn an_incomplete_command_continues_without_a_prompt() {
    for command in [
        "docker run -d \\\n  --name x \\\n  nginx",
        "docker build - <<EOF\nFROM busybox\n# x\nEOF",
        "cat <<'A' | wc\na\nA",
        "echo \"a\nb\"",
    ] {
        let expected = [format!("{command} => out")];
        assert_eq!(outline(&format!("$ {command}\nout\n")), expected);
    }
}

#[test]
fn a_command_that_is_never_complete_is_one_line() {
    assert_eq!(outline("$ echo \"a\nout\n$ b\n"), ["echo \"a => out", "b => "]);
}

#[test]
fn the_root_prompt_counts_only_without_the_other_prompt() {
    assert_eq!(outline("# id -u\n0\n# true\n"), ["id -u => 0", "true => "]);
    assert_eq!(
        outline("# on the manager\n$ cat resolv.conf\n# Generated\n"),
        ["cat resolv.conf => # Generated"]
    );
}

#[test]
fn comments_above_a_prompt_are_no_output() {
    assert_eq!(
        outline("$ docker stop web\nweb\n\n# Now\n# remove it\n\n$ docker rm web\nweb\n"),
        ["docker stop web => web", "docker rm web => web"]
    );
    assert_eq!(outline("$ a\n# b\nc\n$ d\n"), ["a => # b|c", "d => "]);
    assert_eq!(outline("$ cat x\n# b\n$ d\n"), ["cat x => # b", "d => "]);
    assert_eq!(outline("$ a\n# b\n"), ["a => # b"]);
    assert_eq!(
        outline("$ docker build .\n#8 exporting\n#8 DONE 0.0s\n\n# Now\n$ b\n"),
        ["docker build . => #8 exporting|#8 DONE 0.0s", "b => "]
    );
    assert_eq!(outline("$ docker ps\n#2 now\n$ b\n"), ["docker ps => ", "b => "]);
    assert_eq!(
        outline("[node1] (local) root@10.0.0.1 ~\n$ a\nb\n[node1] (local) root@10.0.0.1 ~\n$ c\n"),
        ["a => b", "c => "]
    );
}

/// Returns the same for a block that says it is a script.
fn outline_of_script(text: &str) -> Option<Vec<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let session = session_in_script(text, &lines)?;
    let commands = session.commands.iter().map(|command| {
        format!("{} => {}", command.text(&lines), lines[command.output.clone()].join("|"))
    });
    Some(
        commands
            .chain(session.unprompted.iter().map(|line| format!("! {}", lines[*line])))
            .collect(),
    )
}

#[test]
fn a_script_with_prompts_is_a_session() {
    let outline = |text: &str| outline_of_script(text).unwrap();
    assert_eq!(outline("$ docker ps\nabc\n$ true\n"), ["docker ps => abc", "true => "]);
    assert_eq!(outline("u@h:~$ docker ps\nabc\nu@h:~/a$ ls\n"), ["docker ps => abc", "ls => "]);
    assert_eq!(
        outline("> docker ps\n> docker \\\n  images\n"),
        ["docker ps => ", "docker \\\n  images => "]
    );
    assert_eq!(outline("Welcome!\n$ true\n"), ["true => ", "! Welcome!"]);
    assert_eq!(outline_of_script("docker ps\n# docker ps\n"), None);
}

#[test]
fn a_script_in_which_only_some_commands_have_prompts_is_no_less_a_script() {
    let outline = |text: &str| outline_of_script(text).unwrap();
    assert_eq!(
        outline(
            "# first\ndocker network create \\\n  net\n# then\n$ docker ps\n  curl localhost\n"
        ),
        ["docker network create \\\n  net => ", "docker ps => ", "  curl localhost => "]
    );
    assert_eq!(
        outline("$ for i in 1; do\n  docker ps\ndone\n$ docker ps\ndocker ps\n"),
        ["for i in 1; do\n  docker ps\ndone => ", "docker ps => ", "docker ps => "]
    );
    assert_eq!(outline("$ cat run.sh\ndocker ps\n"), ["cat run.sh => docker ps"]);
    // Output is none of its lines.
    assert_eq!(
        outline("docker ps\n$ docker ps\nabc def\n"),
        ["docker ps => abc def", "! docker ps"]
    );
}

#[test]
fn prompts_of_other_machines_are_not_of_the_shell_of_the_steps() {
    let elsewhere = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        let session = session(&lines);
        assert!(session.commands.is_empty());
        session.elsewhere
    };
    assert_eq!(elsewhere("/ # ls\nbin\n"), Some(Elsewhere::Container));
    assert_eq!(elsewhere("PS C:\\> dir\n"), Some(Elsewhere::Windows));
    assert_eq!(elsewhere("ls\n"), None);
}

#[test]
fn lines_that_belong_to_no_command_are_unprompted() {
    assert_eq!(outline("docker ps\n\n# why\n"), ["! docker ps"]);
    assert_eq!(outline("docker ps\n\n# id\n"), ["id => ", "! docker ps"]);
    assert_eq!(outline("docker ps\ndocker images\n"), ["! docker ps", "! docker images"]);
    assert_eq!(outline("out\n$ a\nb\n"), ["a => b", "! out"]);
    assert_eq!(outline("$\nout\n$ a\n"), ["a => ", "! out"]);
    assert_eq!(outline("$5\n#!x\n"), ["! $5"]);
    assert!(outline("\n").is_empty());
}

proptest! {
    #[test]
    fn every_line_has_one_role(text in "([$#>] ?)?[a \\\\\"<]{0,5}(\n([$#>] ?)?[aE \\\\\"<]{0,5}){0,8}") {
        let lines: Vec<&str> = text.lines().collect();
        let session = session(&lines);
        let mut end = 0;
        for command in &session.commands {
            prop_assert!(command.lines.start >= end && !command.lines.is_empty());
            prop_assert!(command.output.start >= command.lines.end);
            prop_assert_eq!(command.prompts.len(), command.lines.len());
            end = command.output.end.max(command.lines.end);
        }
        for line in session.unprompted {
            prop_assert!(!session.commands.iter().any(|c| c.lines.contains(&line) || c.output.contains(&line)));
        }
    }
}
