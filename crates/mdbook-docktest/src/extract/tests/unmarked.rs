//! Books that take blocks without a language as steps.

use super::*;

/// Extracts with the setting `unmarked = "run"`.
fn scenario_with_unmarked(text: &str) -> Scenario {
    let extensions = Extensions { unmarked: Unmarked::Run, ..Extensions::default() };
    extract(Path::new("chapter.md"), text, extensions)
}

#[test]
fn a_book_can_take_unmarked_blocks_as_steps() {
    let text = "```docker\n$ docker ps\nabc\n```\n\n```\ntrue\n```\n\n> - a\n>\n>       $ docker ps \\\n>         -a\n>\n>       abc\n\n```\nplain\n```\n";
    let scenario = scenario_with_unmarked(text);
    assert_eq!(scenario.findings, []);
    let steps = scenario.steps.iter().map(|step| {
        let commands: Vec<_> = step.commands.iter().map(|command| command.text.as_str()).collect();
        let block = &text[step.fence.block.clone()];
        (step.language.as_str(), commands.join("|"), block.to_owned(), step.line)
    });
    assert_eq!(
        steps.collect::<Vec<_>>(),
        [
            ("console", "docker ps".to_owned(), "```docker\n$ docker ps\nabc\n```".to_owned(), 2),
            ("bash", "true".to_owned(), "```\ntrue\n```".to_owned(), 7),
            (
                "console",
                "docker ps \\\n  -a".to_owned(),
                "$ docker ps \\\n>         -a\n>\n>       abc".to_owned(),
                12
            ),
        ]
    );
    let step = &scenario.steps[2];
    let prefix = &step.fence.closing.as_ref().unwrap().prefix;
    assert_eq!(&text[prefix.clone()], ">   ");
    let expectation = step.commands[0].expectation.as_ref().unwrap();
    assert_eq!((expectation.text.as_str(), expectation.line), ("abc\n", 15));
    assert_eq!(&text[step.commands[0].span.clone()], "docker ps \\");
}

#[test]
fn blocks_that_cannot_run_stay_findings_in_a_book_that_takes_unmarked_blocks() {
    for text in [
        "```\ndocker ps\nCONTAINER ID\n```\n",
        "```cli\ndocker ps\nCONTAINER ID\n```\n",
        "```cli\nCOMMAND    DESCRIPTION\n```\n",
        "```cli\nC:\\> docker ps\n```\n",
        "```cli title=a\ndocker ps\n```\n",
        "```fish\ndocker ps\n```\n",
        "```ruby\ndocker ps\n```\n",
        "```text\n$ docker ps\n```\n",
        "<pre>\n$ docker ps\n</pre>\n",
        "<details>\n```bash\ndocker ps\n```\n</details>\n",
        "{% highlight bash %}\ndocker ps\n{% endhighlight %}\n",
    ] {
        let scenario = scenario_with_unmarked(text);
        let codes: Vec<Code> = scenario.findings.iter().map(|found| found.code).collect();
        assert_eq!((scenario.steps.len(), codes), (0, vec![Code::NotAStep]), "{text}");
    }
}

#[test]
fn blocks_for_any_shell_run_in_a_book_that_takes_unmarked_blocks() {
    for (language, content, expected) in [
        ("cli", "docker ps\n", "bash"),
        ("command", "mytool up\n", "bash"),
        ("commands", "docker ps\nmytool up\n", "bash"),
        ("cmdline", "$ docker ps\nabc\n", "console"),
        ("docker-cli", "docker ps\n", "bash"),
        ("azurecli", "az group create --name x\n", "bash"),
    ] {
        let scenario = scenario_with_unmarked(&format!("```{language}\n{content}```\n"));
        assert_eq!(scenario.findings, [], "{language}");
        let [step] = &scenario.steps[..] else { panic!("{language}: {:?}", scenario.steps) };
        assert_eq!((step.language.as_str(), step.runs()), (expected, true), "{language}");
    }
}
