//! Tables with other rows than the page shows.

use super::*;

const PAGE: &str = "```console\n$ a\nDRIVER    VOLUME NAME\nlocal     solo\nlocal     other\n```\n";

fn accepted(page: &str, output: &str, choices: Choices) -> Accepted {
    let scenario = read(page);
    let recording = recording(&scenario, &[output]);
    accept(page, page, &scenario, &recording, &Placeholders::default(), choices)
}

#[test]
fn rows_are_neither_dropped_nor_added_unasked() {
    for (output, printed) in [
        ("DRIVER    VOLUME NAME\nlocal     solo\n", 1),
        ("DRIVER    VOLUME NAME\nlocal     solo\nlocal     other\nlocal     third\n", 3),
    ] {
        let unasked = accepted(PAGE, output, Choices::default());
        assert_eq!((unasked.text.as_str(), unasked.rewritten.len()), (PAGE, 0));
        assert_eq!(unasked.refused, [(3, Refusal::OtherRows { shown: 2, printed })]);
        let asked = accepted(PAGE, output, ROWS);
        assert_eq!(asked.text, format!("```console\n$ a\n{output}```\n"));
        assert_eq!((asked.rewritten.len(), asked.refused.len()), (1, 0));
    }
}

#[test]
fn another_row_takes_the_place_of_one_and_dots_ask_for_others() {
    let output = "DRIVER    VOLUME NAME\nlocal     solo\nlocal     third\n";
    let accepted_one = accepted(PAGE, output, Choices::default());
    assert_eq!(accepted_one.text, format!("```console\n$ a\n{output}```\n"));
    let dots = PAGE.replace("local     other", "...");
    let output = "DRIVER    VOLUME NAME\nlocal     third\n";
    let accepted = accepted(&dots, output, Choices::default());
    assert_eq!((accepted.rewritten.len(), accepted.refused.len()), (1, 0));
}
