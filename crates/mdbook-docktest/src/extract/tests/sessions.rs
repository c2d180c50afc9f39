//! Blocks with prompts.

use super::*;

#[test]
fn a_console_block_contains_the_output_of_each_command() {
    let text = "> ```console timeout=9s\r\n> $ docker ps \\\r\n>     -a\r\n>\r\n>  a  \r\n> \r\n> $ ls\r\n> ```\r\n";
    let scenario = scenario(text);
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let [step] = &scenario.steps[..] else { panic!("{:?}", scenario.steps) };
    let commands: Vec<_> = step.commands.iter().map(|command| command.text.as_str()).collect();
    assert_eq!(commands, ["docker ps \\\n    -a", "ls"]);
    let spans = step.commands.iter().map(|command| &text[command.span.clone()]);
    assert_eq!(spans.collect::<Vec<_>>(), ["docker ps \\", "ls"]);
    let expectation = step.commands[0].expectation.as_ref().expect("it has an expectation");
    assert_eq!((expectation.line, expectation.text.as_str()), (5, " a  \n"));
    assert_eq!(&text[expectation.lines[0].clone()], " a");
    assert_eq!(&text[expectation.body.clone()], ">  a  \r\n");
    assert!(step.commands[1].expectation.is_none());
    let markup: Vec<_> = step.session_markup.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(markup, ["$ ", ">\r\n", ">  a  \r\n", "> \r\n", "$ "]);
}

#[test]
fn a_line_without_a_prompt_in_a_console_block_is_found() {
    assert_eq!(
        outline("```console\nout\n\n$ a\n```\n"),
        "2 \"out\\n\\n$ a\\n\"\n2:1 missing-prompt \"out\"\n"
    );
    assert_eq!(
        outline("- ```console\n  ls\n  ps\n  ```\n"),
        "2 \"ls\\nps\\n\"\n2:3 missing-prompt \"ls\"\n"
    );
    assert_eq!(outline("```console ignore\nout\n```\n"), "2 \"out\\n\"\n");
}

#[test]
fn a_console_block_with_its_own_output_has_no_output_block() {
    let output = "```output\nb\n```\n";
    assert_eq!(outline(&format!("```console\n$ a\n```\n{output}")), "2 \"$ a\\n\" -> 5 \"b\\n\"\n");
    assert_eq!(
        outline(&format!("```console\n$ a\nb\n```\n{output}")),
        "2 \"$ a\\nb\\n\"\n5:1 orphan-output \"```output\"\n"
    );
}

#[test]
fn a_shell_block_with_prompts_is_a_session() {
    let text =
        "- ```bash\n    $ docker volume ls \\\n    > -q\n    data\n      x\n    $ ls\n  ```\n";
    let scenario = scenario(text);
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let [step] = &scenario.steps[..] else { panic!("{:?}", scenario.steps) };
    assert_eq!(step.language, "bash");
    let commands: Vec<_> = step.commands.iter().map(|command| command.text.as_str()).collect();
    assert_eq!(commands, ["docker volume ls \\\n-q", "ls"]);
    let places = step.commands[0].lines.iter().map(|line| &text[line.clone()]);
    assert_eq!(places.collect::<Vec<_>>(), ["docker volume ls \\", "-q"]);
    let expectation = step.commands[0].expectation.as_ref().unwrap();
    assert_eq!(expectation.text, "data\n  x\n");
    let markup: Vec<_> = step.session_markup.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(markup, ["$ ", "> ", "    data\n", "      x\n", "$ "]);
}

#[test]
fn a_session_without_a_prompt_is_held_and_becomes_a_script_if_it_has_only_commands() {
    let text = "```console\ndocker ps\n```\n\n```console\nout\n```\n\n```sh\n/ # ls\n```\n\n```console\n```\n";
    let scenario = scenario(text);
    let held: Vec<_> = scenario.steps.iter().map(|step| step.is_held).collect();
    assert_eq!(held, [true, true, true, false]);
    let remedies = |finding: &Finding| {
        let [remedy, ..] = finding.remedies.as_slice() else { panic!("{finding:?}") };
        (remedy.basis, splice(text, remedy.edits.clone()))
    };
    let (bases, fixed): (Vec<_>, Vec<_>) = scenario.findings.iter().map(remedies).unzip();
    assert_eq!(bases, [Basis::Proved, Basis::Proposed, Basis::Proposed], "only commands run");
    assert_eq!(fixed[0], text.replacen("console", "bash", 1));
    assert_eq!(fixed[1], text.replace("console\nout", "text\nout"));
    assert_eq!(fixed[2], text.replace("sh\n/", "text\n/"));
}

#[test]
fn a_session_without_a_prompt_that_may_be_output_is_not_proved_to_be_a_script() {
    let basis = |content: &str| {
        let text = format!("```console\n{content}```\n");
        let [finding] = &scenario(&text).findings[..] else { panic!("{text}") };
        let of_bash = |remedy: &&Remedy| remedy.title.contains("`bash`");
        finding.remedies.iter().find(of_bash).unwrap().basis
    };
    for script in [
        "docker run \\\n  -d \\\n  nginx\n",
        "# first\ndocker compose up -d\n\ndocker compose ps\n",
    ] {
        assert_eq!(basis(script), Basis::Proved, "{script}");
    }
    for other in ["cat\nls\n", "docker ps\nCONTAINER ID\n", "mytool up\n", "Usage: docker ps\n"] {
        assert_eq!(basis(other), Basis::Proposed, "{other}");
    }
}

#[test]
fn a_command_before_the_first_prompt_can_get_one() {
    let text = "> ```bash\n> docker ps\n> $ docker ps\n> a table\n> ```\n";
    let scenario = scenario(text);
    assert!(scenario.steps[0].runs());
    let [finding] = &scenario.findings[..] else { panic!("{:?}", scenario.findings) };
    assert_eq!((finding.code, finding.line), (Code::MissingPrompt, 2));
    let fixed = splice(text, finding.remedies[0].edits.clone());
    assert_eq!(fixed, text.replacen("docker", "$ docker", 1));
}

#[test]
fn a_script_with_prompts_can_be_marked_as_a_session() {
    let text = "```Bash timeout=9s\n$ a\n```\n\n```sh\na\n```\n\n```console\n$ a\n```\n";
    let remedies: Vec<_> = scenario(text).steps.iter().map(Step::mark_as_console).collect();
    let [Some(remedy), None, None] = remedies.as_slice() else { panic!("{remedies:?}") };
    assert_eq!(remedy.basis, Basis::Proved);
    assert_eq!(splice(text, remedy.edits.clone()), text.replace("Bash", "console"));
}

#[test]
fn a_prompt_without_a_blank_is_found_unless_it_is_a_variable() {
    let found = |text: &str| {
        let scenario = scenario(text);
        let held: Vec<bool> = scenario.steps.iter().map(|step| step.is_held).collect();
        let [finding] = &scenario.findings[..] else { return (held, None) };
        assert_eq!(finding.code, Code::MissingPrompt);
        (held, Some(splice(text, finding.remedies[0].edits.clone())))
    };
    for language in ["bash", "console"] {
        let text = format!("```{language}\n$docker pull x\n$docker run x\n```\n");
        assert_eq!(found(&text), (vec![true], Some(text.replace('$', "$ "))));
    }
    let mixed = "```bash\n$ docker pull x\n$docker run x\nhello\n```\n";
    assert_eq!(found(mixed), (vec![false], None));
    for variable in
        ["```bash\ndocker=podman\n$docker ps\n```\n", "```bash\n$DOCKER ps\n$HOME/x y\n```\n"]
    {
        assert_eq!(found(variable), (vec![false], None), "{variable}");
    }
}

#[test]
fn an_exit_that_is_meant_for_a_container_is_found() {
    let messages = |text: &str| {
        let findings = scenario(text).findings;
        let found = findings.iter().map(|found| format!("{} {}", found.code, found.message));
        found.collect::<Vec<_>>().join("\n")
    };
    let block = |text: &str| format!("```bash\n{text}\n```\n\n");
    let run = block("docker run -it alpine sh");
    let found = messages(&[run.clone(), block("exit")].concat());
    assert!(found.starts_with("missing-prompt this ends the shell of the steps"), "{found}");
    assert!(found.contains("the block in line 2 has started"), "{found}");
    assert_eq!(messages(&[run.clone(), block("/ # ls"), block("/ # exit")].concat()), "");
    assert_eq!(messages(&[run, block("exit 0")].concat()), "");
    assert_eq!(messages(&[block("docker run -d nginx"), block("exit")].concat()), "");
}

#[test]
fn commands_that_are_meant_for_a_shell_in_a_container_are_found() {
    let lines = |blocks: &[&str]| {
        let texts = blocks.iter().map(|block| format!("```bash {block}\n```\n\n"));
        let findings = scenario(&texts.collect::<String>()).findings;
        let found = findings.iter().map(|found| {
            assert_eq!(found.code, Code::MissingPrompt);
            assert!(found.message.contains("the one that the block in line 2 has started"));
            found.line
        });
        found.collect::<Vec<_>>()
    };
    for run in ["\ndocker run -it alpine sh", "\nsudo docker exec -ti web /bin/bash"] {
        assert_eq!(lines(&[run, "\nmkdir /data\ncd /data", "\nls /data"]), [6], "{run}");
    }
    let run = "\ndocker run -it alpine sh";
    for below in [
        &["\ncd app\ndocker build .", "\nls"][..],
        &["\n/ # ls", "\n/ # exit"],
        &["hidden\nmkdir /data"],
        &["ignore\nmkdir /data"],
    ] {
        assert_eq!(lines(&[&[run], below].concat()), [0; 0], "{below:?}");
    }
    for other in [
        "\ndocker run -it alpine ls",
        "\ndocker run -d alpine sh",
        "\ndocker run -it -d alpine sh",
        "stdin=\"ls\"\ndocker run -it alpine sh",
    ] {
        assert_eq!(lines(&[other, "\nmkdir /data"]), [0; 0], "{other}");
    }
}
