//! Which step an `output` block belongs to.

use super::*;

#[test]
fn each_line_of_an_expectation_has_its_place() {
    let lines = |text: &str| -> Vec<String> {
        let scenario = scenario(text);
        let expectation = &scenario.steps[0].expectations[0];
        expectation.lines.iter().map(|line| text[line.clone()].to_owned()).collect()
    };
    assert_eq!(lines("```sh\n```\n```output\na\n\n  é b  \n```\n"), ["a", "", "  é b"]);
    assert_eq!(
        lines("> - ```sh\r\n>   ```\r\n>   ```output\r\n>   a\r\n>\r\n>   b\r\n>   ```\r\n"),
        ["a", "", "b"]
    );
    assert_eq!(lines("- ```sh\n  ```\n  ```output\n  a\n\n    b\n  ```\n"), ["a", "", "  b"]);
}

#[test]
fn an_output_block_belongs_to_the_step_right_before_it() {
    assert_eq!(outline("```bash\na\n```\n\n\n```output\nb\n```\n"), "2 \"a\\n\" -> 7 \"b\\n\"\n");
    assert_eq!(outline("```bash\na\n```\n```output\n```\n"), "2 \"a\\n\" -> 5 \"\"\n");
    assert_eq!(
        outline("> ```bash\n> a\n> ```\n>\n> ```output\n> b\n> ```\n"),
        "2 \"a\\n\" -> 6 \"b\\n\"\n"
    );
}

#[test]
fn an_output_block_that_does_not_follow_a_step_is_an_orphan() {
    let orphan = "2 \"a\\n\"\n6:1 orphan-output \"```output\"\n";
    assert_eq!(outline("```output\nb\n```\n"), "1:1 orphan-output \"```output\"\n");
    assert_eq!(outline("```bash\na\n```\n# Title\n\n```output\nb\n```\n"), orphan);
    assert_eq!(outline("```bash ignore\na\n```\n\n\n```output\nb\n```\n"), orphan);
    assert_eq!(
        outline("```bash\na\n```\n\n> ```output\n> b\n> ```\n"),
        "2 \"a\\n\"\n5:3 orphan-output \"```output\"\n"
    );
    assert_eq!(
        outline("```bash\na\n```\n```output\n```\n```output\n```\n"),
        "2 \"a\\n\" -> 5 \"\"\n6:1 orphan-output \"```output\"\n"
    );
}

#[test]
fn each_stream_can_have_an_output_block() {
    let chapter = |first: &str, second: &str| {
        format!(
            "> ```bash\n> a\n> ```\n>\n> ```{first}\n> b\n> ```\n>\n> ```{second}\n> c\n> ```\n"
        )
    };
    for (first, second) in
        [("output stdout", "output stderr exact"), ("output stderr", "output stdout")]
    {
        let text = chapter(first, second);
        assert_eq!(outline(&text), "2 \"a\\n\" -> 6 \"b\\n\" -> 10 \"c\\n\"\n");
        assert_eq!(scenario(&text).steps[0].lines(&text), 1..=11);
    }
    for (first, second, known) in [
        ("output", "output", "both streams"),
        ("output", "output stderr", "both streams"),
        ("output stdout", "output", "standard output"),
        ("output stderr", "output stderr", "standard error"),
    ] {
        let text = chapter(first, second);
        let expected = format!("2 \"a\\n\" -> 6 \"b\\n\"\n9:3 orphan-output \"```{second}\"\n");
        assert_eq!(outline(&text), expected);
        let message = &scenario(&text).findings[0].message;
        assert_eq!(*message, format!("an `output` block above already expects {known}"));
    }
    let apart = "```bash\na\n```\n```output stdout\n```\ntext\n```output stderr\n```\n";
    assert_eq!(outline(apart), "2 \"a\\n\" -> 5 \"\"\n7:1 orphan-output \"```output stderr\"\n");
}

#[test]
fn output_blocks_for_versions_that_do_not_overlap_belong_to_a_step() {
    let chapter = |blocks: &[&str]| {
        let blocks = blocks.iter().map(|block| format!("```output {block}\na\n```\n"));
        format!("```bash\na\n```\n{}", blocks.collect::<String>())
    };
    let text = chapter(&[
        "engine=\"<23\"",
        "stdout engine=\">=23 <28\"",
        "stderr engine=\">=23 <28\"",
        "engine=\">=28\"",
    ]);
    let found = scenario(&text);
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let step = &found.steps[0];
    let lines = |engine| -> Vec<usize> {
        step.expectations_on(engine).map(|expectation| expectation.line).collect()
    };
    assert_eq!(
        (lines("20.10.24"), lines("26.1.5"), lines("28.0.0")),
        (vec![5], vec![8, 11], vec![14])
    );
    assert_eq!(step.lines(&text), 1..=15);

    for (first, second, conflict) in [
        ("engine=\">=23\"", "engine=20.10.7", None),
        ("engine=\">=23\"", "engine=26.1", Some("both streams on Docker Engine 26.1")),
        ("stdout engine=26", "stderr engine=26", None),
        ("stdout engine=26", "engine=26", Some("standard output on Docker Engine 26")),
        ("engine=26", "", Some("both streams on Docker Engine `26`")),
        ("", "engine=26", Some("both streams on all versions of Docker Engine")),
    ] {
        let found = scenario(&chapter(&[first, second])).findings;
        let found: Vec<(Code, &str)> =
            found.iter().map(|finding| (finding.code, finding.message.as_str())).collect();
        let expected =
            conflict.map(|conflict| format!("an `output` block above already expects {conflict}"));
        let expected: Vec<(Code, &str)> =
            expected.iter().map(|message| (Code::OrphanOutput, message.as_str())).collect();
        assert_eq!(found, expected, "{first} / {second}");
    }
}

#[test]
fn an_output_block_below_prose_belongs_to_the_step_above() {
    for prose in [
        "The output is:",
        "A sentence about `this` and `docker`.\n\nAnd another one, about `echo a`. It prints:",
        "If all goes well, it prints:",
    ] {
        let text = format!("```bash\necho a\n```\n\n{prose}\n\n```output\na\n```\n");
        let line = text.lines().count() - 1;
        assert_eq!(outline(&text), format!("2 \"echo a\\n\" -> {line} \"a\\n\"\n"));
    }
    let in_item =
        "1. Do:\n\n   ```bash\n   echo a\n   ```\n\n   It prints:\n\n   ```output\n   a\n   ```\n";
    assert_eq!(outline(in_item), "4 \"echo a\\n\" -> 10 \"a\\n\"\n");
}

#[test]
fn an_output_block_belongs_to_no_step_if_the_text_between_says_otherwise() {
    let orphan = |between: &str, output: &str| {
        let text = format!("```bash\necho a\n```\n\n{between}\n\n{output}\na\n```\n");
        let scenario = scenario(&text);
        assert!(scenario.steps[0].expectations.is_empty(), "{text}");
        let [finding] = &scenario.findings[..] else { panic!("{text}") };
        assert_eq!(finding.code, Code::OrphanOutput);
        finding.message.clone()
    };
    for between in [
        "Otherwise it prints:",
        "On Windows, the output is:",
        "If it fails, the output is:",
        "If there is no such file, you see an error:",
        "The output is as follows.\n\nSinon :",
    ] {
        let message = orphan(between, "```output");
        assert_eq!(
            message,
            "the text above this `output` block says that it is about another case"
        );
    }
    assert_eq!(
        orphan("Then `docker ps -a` prints:", "```output"),
        "the text above this `output` block names another command than its step: `docker ps -a`"
    );
    let does_not_follow = "this `output` block does not follow a step";
    for between in ["## Title", "---", "- item", "> quote", "<div></div>", "```yaml\na: b\n```"] {
        assert_eq!(orphan(between, "```output"), does_not_follow, "{between}");
    }
    assert_eq!(orphan("It prints:", "```output stdout"), does_not_follow);
    let second = "```bash\necho a\n```\n```output\na\n```\n\nOr:\n\n```output\nb\n```\n";
    assert_eq!(
        outline(second),
        "2 \"echo a\\n\" -> 5 \"a\\n\"\n10:1 orphan-output \"```output\"\n"
    );
}
