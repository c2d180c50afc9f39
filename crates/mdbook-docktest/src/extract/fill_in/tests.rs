use std::path::Path;

use super::*;
use crate::extract::{Extensions, extract_with};
use crate::text::splice::Edit;

fn read_with(text: &str, pairs: &[(&str, &str)]) -> Scenario {
    let table = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let values = Values::new(table.collect()).expect("the entries are valid");
    let reading = Reading { values: values.into(), ..Reading::default() };
    extract_with(Path::new("c.md"), text, Extensions::default(), &reading)
}

/// Returns each finding: its code, line and column, and the text at its place.
fn findings(text: &str, values: &[(&str, &str)]) -> Vec<String> {
    let findings = read_with(text, values).findings.into_iter();
    let line = |found: Finding| {
        format!("{} {}:{} {}", found.code, found.line, found.column, &text[found.span])
    };
    findings.map(line).collect()
}

#[test]
fn each_placeholder_of_a_step_is_found_once_at_its_place() {
    let text = "# A\n\n- ```console\n  $ docker tag web YOUR_NAME/web\n  web\n  $ docker push YOUR_NAME/<image name>\n  \
                ```\n\n```bash\ndocker rm YOUR_NAME\n```\n";
    assert_eq!(
        findings(text, &[]),
        [
            "placeholder 4:20 YOUR_NAME",
            "placeholder 6:27 <image name>",
            "placeholder 10:11 YOUR_NAME"
        ]
    );
    let scenario = read_with(text, &[]);
    assert!(scenario.steps.iter().all(|step| step.is_held));
    let help = scenario.findings[1].help.as_deref().unwrap();
    assert!(help.ends_with("[preprocessor.docktest.values]\n  \"<image name>\" = \"…\""), "{help}");
}

#[test]
fn one_placeholder_without_a_value_holds_its_step_and_no_other() {
    let text = "```bash\ndocker rm <id> CONTAINER_NAME\n```\n\n```bash\ndocker rm <id>\n```\n";
    let scenario = read_with(text, &[("<id>", "web")]);
    assert_eq!(findings(text, &[("<id>", "web")]), ["placeholder 2:16 CONTAINER_NAME"]);
    assert_eq!(scenario.steps.iter().map(|step| step.is_held).collect::<Vec<_>>(), [true, false]);
    let command = &scenario.steps[1].commands[0];
    assert_eq!((command.text.as_str(), &*command.script()), ("docker rm <id>", "docker rm web"));
}

#[test]
fn a_synopsis_holds_its_step_and_is_the_only_finding() {
    let text = "```bash\ndocker run [OPTIONS] IMAGE\n```\n\n```bash\ntrue\nUsage: docker\n```\n";
    assert_eq!(findings(text, &[]), ["synopsis 2:12 [OPTIONS]", "synopsis 7:1 Usage:"]);
    let scenario = read_with(text, &[]);
    let remedies: Vec<_> = scenario.findings.iter().map(|found| &found.remedies[0]).collect();
    assert_eq!(
        remedies.iter().map(|remedy| remedy.basis).collect::<Vec<_>>(),
        [Basis::Proved, Basis::Proposed]
    );
    assert_eq!(remedies[0].edits, [Edit::insert(7, " ignore".into())]);
}

#[test]
fn steps_that_are_ignored_or_expected_to_fail_are_not_held() {
    for attributes in ["ignore", "exit=127", "exit=any"] {
        let text = format!("```bash {attributes}\ndocker rm <id> [OPTIONS]\n```\n");
        assert_eq!(findings(&text, &[]), [] as [&str; 0]);
    }
}

#[test]
fn a_command_goes_on_after_a_placeholder_as_bash_reads_it_with_a_value() {
    let text = "```bash\ndocker run <image> \\\n  <command>\nls\n```\n";
    let scenario = read_with(text, &[("<image>", "alpine"), ("<command>", "true; a\\b")]);
    let scripts: Vec<_> =
        scenario.steps[0].commands.iter().map(|command| command.script().into_owned()).collect();
    assert_eq!(scripts, ["docker run alpine \\\n  true; a\\b", "ls"]);
}

#[test]
fn expected_outputs_have_the_values_of_their_own_and_of_earlier_commands() {
    let text = "```console\n$ docker volume create <name>\n<name>\n```\n\n```bash\ndocker volume ls -q\n```\n\
                ```output\n<name>\n```\n";
    let scenario = read_with(text, &[("<name>", "[x]"), ("ls", "unused")]);
    let own = scenario.steps[0].commands[0].expectation.as_ref().unwrap();
    assert_eq!(own.text, "[[]x]\n");
    assert_eq!(scenario.steps[1].expectations[0].text, "[[]x]\n");
}

#[test]
fn names_that_a_chapter_gives_a_meaning_are_no_placeholders() {
    for text in [
        "```bash\nCONTAINER_ID=x\n```\n```bash\ndocker rm CONTAINER_ID\n```\n",
        "```bash\ndocker run --name your-web nginx\n```\n```bash\ndocker rm your-web\n```\n",
        "```bash\ndocker build -t your-web .\ndocker run your-web\n```\n",
        "```bash\nmkdir -p MY_APP\nls MY_APP\n```\n",
    ] {
        assert_eq!(findings(text, &[]), [] as [&str; 0], "{text}");
    }
    let text = "```bash\ndocker build -t IMAGE_NAME .\n```\n";
    assert_eq!(findings(text, &[]), ["placeholder 2:17 IMAGE_NAME"]);
}

#[test]
fn the_place_of_a_part_of_what_runs_is_where_the_reader_sees_it() {
    let text = "```bash\ndocker run YOUR_NAME/web:<tag> x\n```\n";
    let scenario = read_with(text, &[("YOUR_NAME", "m"), ("<tag>", "latest")]);
    let command = &scenario.steps[0].commands[0];
    let script = command.script();
    for (part, expected) in [
        ("m/web:latest", "YOUR_NAME/web:<tag>"),
        ("web", "web"),
        ("latest", "<tag>"),
        ("x", "x"),
        ("docker", "docker"),
    ] {
        let at = script.find(part).unwrap();
        let place = command.script_place(at..at + part.len()).unwrap();
        assert_eq!(&text[place], expected, "{part}");
    }
}

#[test]
fn a_placeholder_in_angle_brackets_holds_a_step_that_is_expected_to_fail() {
    for attributes in ["exit=1", "exit=any"] {
        let step = |command: &str| format!("```bash {attributes}\n{command}\n```\n");
        assert_eq!(findings(&step("docker rm <name> web"), &[]).len(), 1, "{attributes}");
        assert_eq!(findings(&step("docker rm CONTAINER_ID"), &[]), [""; 0], "{attributes}");
    }
}

#[test]
fn a_synopsis_says_how_many_other_commands_do_not_run() {
    let scenario = read_with("```bash\ntrue\ndocker logs [OPTIONS] CONTAINER\nls\n```\n", &[]);
    let [finding] = &scenario.findings[..] else { panic!("{:?}", scenario.findings) };
    assert!(
        finding.message.ends_with("nor the other 2 commands of the block are run"),
        "{finding:?}"
    );
}
