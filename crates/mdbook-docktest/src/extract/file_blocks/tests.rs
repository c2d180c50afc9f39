use std::path::Path;

use super::parse;
use crate::extract::{Extensions, extract};
use crate::model::finding::Code;
use crate::model::scenario::{ChapterFile, Scenario};
use crate::text::splice::splice;

fn scenario(text: &str) -> Scenario {
    extract(Path::new("c.md"), text, Extensions::default())
}

/// Returns the files of a chapter without findings.
fn files(text: &str) -> Vec<ChapterFile> {
    let scenario = scenario(text);
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    scenario.files
}

fn file(text: &str) -> ChapterFile {
    let [file] = files(text).try_into().expect("there is one file");
    file
}

#[test]
fn a_block_of_any_language_can_be_a_file() {
    let language = |info: &str| {
        let file = file(&format!("```{info}\nx\n```\n"));
        assert_eq!((file.name.as_str(), file.text.as_str()), ("a/b.txt", "x\n"), "{info}");
        file.language
    };
    for (info, expected) in [
        ("dockerfile file=a/b.txt", "dockerfile"),
        ("bash file=a/b.txt", "bash"),
        ("text,file=\"a/b.txt\"", "text"),
        ("file=a/b.txt", ""),
        ("{.python file=a/b.txt .copy}", "python"),
        ("python title=\"x.py\" linenums=\"1\" file=a/b.txt {1,3}", "python"),
    ] {
        assert_eq!(language(info), expected);
    }
}

#[test]
fn attributes_are_read_and_the_name_has_a_place() {
    let text = "```sh file=\"a b.sh\" mode=755 append hidden\n```\n";
    let file = file(text);
    assert_eq!(&text[file.name_span.clone()], "\"a b.sh\"");
    assert_eq!((file.name.as_str(), file.mode.as_deref()), ("a b.sh", Some("755")));
    assert!(file.appends && file.hidden);
    assert_eq!(file.text, "");
}

#[test]
fn names_can_lead_anywhere_on_the_engine() {
    for name in ["../x", "/etc/x", "~/.x", "./x", "-x", "é/\\x", "..."] {
        assert_eq!(file(&format!("```text file={name}\n```\n")).name, name);
    }
}

#[test]
fn the_text_has_neither_container_prefixes_nor_carriage_returns() {
    for (text, expected) in [
        ("> ```text file=x\r\n> a\r\n>\r\n>  b\r\n> ```\r\n", "a\n\n b\n"),
        ("- one\n\n  ~~~text file=x\n  \ta\n  ~~~\n", "\ta\n"),
        ("   ```text file=x\n   a\n     b\n   ```\n", "a\n  b\n"),
        ("```text file=x\n\n\n```\n", "\n\n"),
    ] {
        assert_eq!(file(text).text, expected, "{text:?}");
    }
}

#[test]
fn wrong_attributes_are_found() {
    let found = |info: &str| -> Vec<String> {
        let text = format!("```{info}\nx\n```\n");
        let findings = scenario(&text).findings.into_iter();
        findings.map(|found| format!("{}: {}", &text[found.span], found.message)).collect()
    };
    for (info, expected) in [
        ("text file", "file: `file` needs a value"),
        ("{.text file=a mode=x}", "x: invalid mode `x`"),
        ("text file=", ": missing value"),
        ("text file=\"\"", "\"\": invalid file name `\"\"`: it is empty"),
        ("text file=a/", "a/: invalid file name `a/`: it is a directory"),
        ("text file=..", "..: invalid file name `..`: it is a directory"),
        (
            "text file=\"a\\nb\"",
            "\"a\\nb\": invalid file name `\"a\\nb\"`: it has a control character",
        ),
        ("text file=a mode=rwx", "rwx: invalid mode `rwx`"),
        ("text file=a mode=789", "789: invalid mode `789`"),
        ("text file=a mode", "mode: `mode` needs a value"),
        ("text append", "append: `append` needs `file`"),
        ("text file=a apend", "apend: unknown attribute `apend`"),
        ("text file=a Mode=755", "Mode: unknown attribute `Mode`"),
        ("text file=a append=yes", "yes: `append` takes no value"),
        ("text file=a file=b", "file=b: duplicate attribute `file`"),
        (
            "bash file=a exit=1",
            "exit=1: `exit` has no effect on a block with `file`: it is written, not run",
        ),
    ] {
        assert_eq!(found(info), [expected], "{info}");
    }
}

#[test]
fn other_blocks_are_no_files() {
    for info in ["text", "file", "dockerfile", "profile file_name=x", "toml mode=755", "appendix"] {
        assert_eq!(files(&format!("```{info}\nx\n```\n")), [], "{info}");
    }
    assert_eq!(files("```text file=x ignore\nx\n```\n"), []);
    assert_eq!(scenario("```output file=x\nx\n```\n").files, []);
}

#[test]
fn files_belong_to_the_next_step_that_runs() {
    let text = "```text file=a\n```\n```bash ignore\n```\n```text file=b\n```\n```bash\n```\n\
                ```text file=c\n```\n```bash\n```\n```text file=d\n```\n";
    let scenario = scenario(text);
    let before = |step| -> Vec<&str> {
        scenario.files_before(step).map(|(_, file)| file.name.as_str()).collect()
    };
    assert_eq!(before(1), ["a", "b"]);
    assert_eq!(before(2), ["c"]);
}

#[test]
fn a_mistyped_name_of_the_attribute_is_found_on_blocks_of_any_language() {
    for info in [
        "dockerfile flie=Dockerfile",
        "bash files=run.sh",
        "text fil=a/b.txt",
        "yaml,File=compose.yml",
        "{.text flie=a}",
        "console fiel=x",
    ] {
        let Some((file, problems)) = parse(info) else { panic!("{info}") };
        assert_eq!(file.name, None);
        let [problem] = &problems[..] else { panic!("{info}: {problems:?}") };
        assert_eq!(problem.code, Code::UnknownAttribute);
        assert_eq!(problem.help.as_deref(), Some("did you mean `file`?"));
        let fixed = splice(info, problem.remedies[0].edits.clone());
        let (file, problems) = parse(&fixed).unwrap();
        assert!(file.name.is_some() && problems.is_empty(), "{fixed}");
    }
}

#[test]
fn attributes_of_other_tools_are_left_alone() {
    for info in [
        "js title=a.js",
        "rust filename=a.rs",
        "text fill=3",
        "py hl_lines=1",
        "yaml tile=\"a b\"",
        "text profile=x",
        "text files",
        "jsx live fold=1",
    ] {
        assert_eq!(parse(info), None, "{info}");
    }
}
