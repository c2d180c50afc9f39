//! Notes of the author in the output that a page shows.

use super::*;

#[test]
fn an_expectation_with_a_note_is_left_to_its_author() {
    for (shown, note) in [
        ("# This takes a while.\nold\n", "# This takes a while."),
        ("old\n# This takes a while.\nold\n", "# This takes a while."),
        ("old   <-- our container\n", "<-- our container"),
    ] {
        let page = format!(
            "```bash\na\n```\n\n```output\n{shown}```\n\n```bash\nb\n```\n\n```output\nold\n```\n"
        );
        let scenario = read(&page);
        let recording = recording(&scenario, &["new\n"]);
        let (placeholders, choices) = (Placeholders::default(), Choices::default());
        let accepted = accept(&page, &page, &scenario, &recording, &placeholders, choices);
        assert_eq!(accepted.text, page.replace("```output\nold\n```\n", "```output\nnew\n```\n"));
        assert_eq!(accepted.refused, [(6, Refusal::Note(note.to_owned()))]);
        assert_eq!(accepted.rewritten.len(), 1);
    }
}

#[test]
fn comments_that_a_file_no_longer_has_are_rewritten() {
    for page in [
        "```bash\ncat nginx.conf\n```\n\n```output\n# The port.\nold\n```\n",
        "```console\n$ cat nginx.conf\n# The port.\nold\n```\n",
    ] {
        let scenario = read(page);
        let recording = recording(&scenario, &["new\n"]);
        let (placeholders, choices) = (Placeholders::default(), Choices::default());
        let accepted = accept(page, page, &scenario, &recording, &placeholders, choices);
        assert_eq!(accepted.text, page.replace("# The port.\nold\n", "new\n"));
        assert_eq!(accepted.refused, []);
    }
}
