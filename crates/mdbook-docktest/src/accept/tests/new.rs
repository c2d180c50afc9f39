//! Expectations for steps without one.

use super::*;

fn with_new(text: &str, outputs: &[&str]) -> String {
    let scenario = read(text);
    let recording = recording(&scenario, outputs);
    let placeholders = Placeholders::default();
    let accepted = accept(text, text, &scenario, &recording, &placeholders, NEW);
    assert_eq!(accepted.refused, []);
    let left = findings_by_default(&accepted.text, &read(&accepted.text), &recording);
    assert!(left.iter().all(|finding| finding.code != Code::OutputMismatch), "{left:?}");
    let again = accept(
        &accepted.text,
        &accepted.text,
        &read(&accepted.text),
        &recording,
        &placeholders,
        NEW,
    );
    assert_eq!(again.text, accepted.text);
    accepted.text
}

#[test]
fn steps_get_an_output_block() {
    for (text, expected) in [
        ("```bash\na\n```\ntext", "```bash\na\n```\n\n```output\none\n[ID]\n```\ntext"),
        ("```bash\r\na\r\n```", "```bash\r\na\r\n```\r\n\r\n```output\r\none\r\n[ID]\r\n```"),
        (
            "> - ~~~bash\n>   a\n>   ~~~\n",
            "> - ~~~bash\n>   a\n>   ~~~\n>\n>   ~~~output\n>   one\n>   [ID]\n>   ~~~\n",
        ),
    ] {
        assert_eq!(with_new(text, &["one\n3f4a0c1d2e5b\n"]), expected);
    }
}

#[test]
fn commands_of_a_session_get_lines() {
    let text = "1. x\n\n   ```console\n   $ a\n   $ b\n   kept\n   $ c\n   ```\n";
    assert_eq!(
        with_new(text, &["3f4a0c1d2e5b\n", "kept\n", "\n  2\n\n3f4a0c1d2e5b x\n"]),
        "1. x\n\n   ```console\n   $ a\n   [ID:1]\n   $ b\n   kept\n   $ c\n     2\n\n   [ID:1] x\n   ```\n"
    );
}

#[test]
fn output_that_could_close_the_block_is_fenced() {
    assert_eq!(
        with_new("```bash\na\n```\n", &["```\n"]),
        "```bash\na\n```\n\n````output\n```\n````\n"
    );
}

#[test]
fn what_has_nothing_to_expect_is_unchanged() {
    for text in [
        "```bash no-output\na\n```\n",
        "```bash hidden\na\n```\n",
        "```bash lines=1\na\n```\n",
        "```bash\na\n```\n```output stderr\n```\n",
    ] {
        assert_eq!(with_new(text, &["out\n"]), text);
    }
    assert_eq!(with_new("```bash\na\n```\n", &["\n"]), "```bash\na\n```\n");
    let text = "```bash\na\n```\n";
    assert_eq!(accepted(text, &["x\n"]), "unchanged", "nothing is added unasked");
}
