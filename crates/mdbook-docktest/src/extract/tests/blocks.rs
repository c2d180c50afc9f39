//! Which blocks are steps, and where their parts are.

use super::*;

#[test]
fn every_shell_block_is_a_step() {
    let text =
        "# T\n\n```bash\na\nb\n```\n\n~~~sh\nc\n~~~\n\n```Console\n$ d\n```\n```shell\n```\n";
    assert_eq!(outline(text), "4 \"a\\nb\\n\"\n9 \"c\\n\"\n13 \"$ d\\n\"\n16 \"\"\n");
    assert_eq!(scenario(text).steps[2].language, "console");
}

#[test]
fn only_blocks_that_are_rendered_as_shell_blocks_are_steps() {
    assert_eq!(outline("````md\n```bash\na\n```\n````\n"), "");
    // It is text to every viewer, and nobody has meant that.
    assert_eq!(outline("text\n\n    ```bash\n    a\n    ```\n"), "3:5 not-a-step \"```bash\"\n");
    assert_eq!(outline("text\n\n    ```bash ignore\n    a\n    ```\n"), "");
    assert_eq!(outline("<!--\n```bash\na\n```\n-->\n"), "");
    assert_eq!(outline("```dockerfile\nFROM alpine\n```\n\n```\nplain\n```\n"), "");
    assert_eq!(outline("`` ```bash `` in a sentence\n"), "");
}

#[test]
fn container_prefixes_are_not_part_of_a_step() {
    assert_eq!(outline("- x\n\n  ```bash\n  a\n    b\n  ```\n"), "4 \"a\\n  b\\n\"\n");
    assert_eq!(outline("> ```bash\n> a\n>\n> b\n> ```\n"), "2 \"a\\n\\nb\\n\"\n");
    assert_eq!(outline("> 1. x\n>    ```bash\n>    a\n>    ```\n"), "3 \"a\\n\"\n");
    assert_eq!(outline("-\tx\n\n\t```bash\n\ta\n\t```\n"), "4 \"a\\n\"\n");
    assert_eq!(outline("- ````sh\n  ```\n  ````\n"), "2 \"```\\n\"\n");
    assert_eq!(outline("> [!NOTE]\n> ```bash\n> a\n> ```\n"), "3 \"a\\n\"\n");
}

#[test]
fn windows_line_endings_and_a_byte_order_mark_are_accepted() {
    let text = "\u{feff}```bash\r\na\r\n\r\nb\r\n```\r\n\r\n```output\r\nx\r\n```\r\n";
    assert_eq!(outline(text), "2 \"a\\n\\nb\\n\" -> 8 \"x\\n\"\n");
    let step = &scenario(text).steps[0];
    assert_eq!(&text[step.command.clone()], "a");
    assert_eq!(&text[step.fence.block.clone()], "```bash\r\na\r\n\r\nb\r\n```");
}

#[test]
fn spans_are_exact() {
    let text = "é\n\n> ```bash exit=1\n> ls /nö\n> cd\n> ```  \n>\n> ```output\n> x\n> ```\n";
    let scenario = scenario(text);
    let step = &scenario.steps[0];
    assert_eq!(&text[step.fence.block.clone()], "```bash exit=1\n> ls /nö\n> cd\n> ```");
    assert_eq!(&text[step.command.clone()], "ls /nö");
    let [expectation] = step.expectations.as_slice() else { panic!("{step:?}") };
    assert_eq!(&text[expectation.fence.block.clone()], "```output\n> x\n> ```");
    assert_eq!(&text[expectation.body.clone()], "> x\n");
}

#[test]
fn a_file_is_written_before_the_next_step_that_runs_on_the_engine() {
    let text = "```bash\na\n```\n```text file=f\nx\n```\n```bash engine=\"<23\"\nb\n```\n```bash\nc\n```\n";
    let scenario = scenario(text);
    let before = |step, engine| scenario.files_before_on(step, engine).count();
    assert_eq!((before(1, "20.10"), before(2, "20.10")), (1, 0));
    assert_eq!(before(2, "26.1"), 1);
}

#[test]
fn an_unclosed_fence_is_a_finding_and_not_a_step() {
    let open = "1:1 unterminated-fence \"```bash\"\n";
    assert_eq!(outline("```bash\na\n"), open);
    assert_eq!(outline("```bash"), open);
    assert_eq!(outline("```bash\n"), open);
    assert_eq!(outline("```bash\na\n    ```\n"), open, "indented too far to close it");
    assert_eq!(outline("```bash\na\n    ```"), open);
    assert_eq!(outline("```bash\na\n~~~\n"), open);
    assert_eq!(outline("````bash\na\n```\n"), "1:1 unterminated-fence \"````bash\"\n");
    assert_eq!(outline("> ```bash\n> a\n\ntext\n"), "1:3 unterminated-fence \"```bash\"\n");
    assert_eq!(outline("- ```bash\n  a\n\ntext\n"), "1:3 unterminated-fence \"```bash\"\n");
    assert_eq!(outline("- ```bash\n\n```\n"), "1:3 unterminated-fence \"```bash\"\n");
    assert_eq!(
        outline("```bash\na\n```\n```output\nb\n"),
        "2 \"a\\n\"\n4:1 unterminated-fence \"```output\"\n"
    );
}

#[test]
fn invalid_annotations_are_found_at_their_place() {
    assert_eq!(
        outline("- é\n\n  ```bash  exti=1, lines=no\n  a\n  ```\n"),
        "4 \"a\\n\"\n3:12 unknown-attribute \"exti\"\n3:26 bad-attribute \"no\"\n"
    );
    assert_eq!(
        outline("```bash\n```\n```output exakt\n```\n"),
        "2 \"\" -> 4 \"\"\n3:11 unknown-attribute \"exakt\"\n"
    );
}

#[test]
fn the_command_is_the_first_line_that_is_not_blank() {
    let command = |text: &str| {
        let scenario = scenario(text);
        text[scenario.steps[0].command.clone()].to_owned()
    };
    assert_eq!(command("```bash\n\n\n  ls \\\n -l\n```\n"), "ls \\");
    assert_eq!(command("> ```bash\r\n>\r\n> ls\r\n> ```\r\n"), "ls");
    assert_eq!(command("-\t```bash\n\t\tls\n\t```\n"), "ls");
    assert_eq!(command("```bash hidden\n\n```\n"), "```bash hidden");
}

#[test]
fn lines_that_mdbook_hides_run_without_their_prefix() {
    let hidelines = [("bash".to_owned(), "~".to_owned())].into();
    let extensions = Extensions { hidelines, ..Extensions::default() };
    let read = |text: &str| {
        let scenario = extract(Path::new("chapter.md"), text, extensions.clone());
        assert_eq!(scenario.findings, []);
        let step = &scenario.steps[0];
        let command = |command: &Command| {
            let places = command.lines.iter().map(|line| text[line.clone()].to_owned());
            assert_eq!(text[command.span.clone()], command.text.lines().next().unwrap()[..]);
            format!("{} @ {}", command.text, places.collect::<Vec<_>>().join("|"))
        };
        step.commands.iter().map(command).collect::<Vec<_>>()
    };
    assert_eq!(
        read("> ```bash\n> ~export X=1\n> for i in 1; do\n>   ~echo $i\n> done\n> ```\n"),
        [
            "export X=1 @ export X=1",
            "for i in 1; do\n  echo $i\ndone @ for i in 1; do|  ~echo $i|done"
        ]
    );
    assert_eq!(read("```sh\n~/run\n```\n"), ["~/run @ ~/run"]);
    assert_eq!(read("```bash hidelines=!!!\n!!!a\n~b\n```\n"), ["a @ a", "~b @ ~b"]);
    assert_eq!(read("```sh,hidelines=#,exit=1\n#a\n```\n"), ["a @ a"]);
}

#[test]
fn extensions_come_from_the_book() {
    let mut config = Config::default();
    assert_eq!(Extensions::from_config(&config), Extensions::default());
    config.set("output.html.admonitions", false).expect("the key exists");
    config.set("output.html.code.hidelines.bash", "~").expect("the key exists");
    config.set("preprocessor.docktest.unmarked", "run").expect("the key exists");
    let expected = Extensions {
        admonitions: false,
        hidelines: [("bash".to_owned(), "~".to_owned())].into(),
        unmarked: Unmarked::Run,
        ..Extensions::default()
    };
    assert_eq!(Extensions::from_config(&config), expected);
}

proptest! {
    #[test]
    fn any_text_is_accepted(text in "(```|~~~|````|bash|console|\\$ |output|exit=|until=\"|[>\\-\t\r\n \\\\]|1\\.|é|\u{feff}|\0|<!--|\\PC){0,60}") {
        let scenario = scenario(&text);
        for step in &scenario.steps {
            let spans = [&step.fence.block, &step.command];
            let lines = step.expectations.iter().flat_map(|expectation| &expectation.lines);
            let in_session = step.commands.iter().filter_map(|command| command.expectation.as_ref());
            let in_session = in_session.flat_map(|expectation| &expectation.lines);
            let spans = spans.into_iter().chain(lines).chain(in_session).chain(&step.session_markup);
            let spans: Vec<_> = spans.collect();
            prop_assert!(spans.iter().all(|span| text.get((**span).clone()).is_some()));
        }
        let spans = scenario.findings.iter().map(|finding| finding.span.clone());
        prop_assert!(spans.into_iter().all(|span| text.get(span).is_some()));
    }
}
