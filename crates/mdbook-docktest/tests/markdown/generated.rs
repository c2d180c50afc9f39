//! Generated Markdown of difficult pieces: fences of all kinds in lists and quotes, tabs, carriage
//! returns, and invalid info strings.

use mdbook_docktest::internal::Step;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::untouched;

/// The prefixes of containers: of the first line, and of the lines after it.
const CONTAINERS: [(&str, &str); 7] = [
    ("> ", "> "),
    (">", ">"),
    ("- ", "  "),
    ("1. ", "   "),
    ("-\t", "\t"),
    ("[^a]: ", "    "),
    ("   ", "   "),
];

const LINES: [&str; 20] = [
    "",
    "echo é",
    "$ ls",
    "cat <<END",
    "END",
    "a \\",
    "'",
    "[ID:a]",
    "[IDD]",
    "...",
    "# x",
    "-->",
    "---",
    "<!--",
    "text\u{0}",
    "\u{2028}",
    "\tx",
    "if true; then",
    "fi",
    "\u{feff}",
];

const WORDS: [&str; 15] = [
    "hidden",
    "ignore",
    "exit=1",
    "until=\"é\\\"\"",
    "stdin=\"y",
    "timout=5s",
    "no-output",
    "dies",
    "lines=0",
    ",",
    "stderr",
    "exact",
    "\t",
    "output",
    "file=a",
];

const STEPS: [&str; 5] = ["bash", "Bash", "sh", "shell", "console"];

fn fence() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["```", "````", "~~~", "~~~~"])
}

/// A block in one of these languages, closed or not.
fn block(languages: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        prop::sample::select(&WORDS[..]).prop_map(str::to_owned),
        "[a-z=\"\\\\é,` ]{0,6}"
    ];
    let words = prop::collection::vec(word, 0..3);
    let body = prop::collection::vec(prop::sample::select(&LINES[..]), 0..4);
    let close = prop_oneof![5 => Just(None), 1 => prop_oneof!["", "[`~]{2,4} ?x?"].prop_map(Some)];
    (fence(), prop::sample::select(languages), words, body, close).prop_map(
        |(fence, language, words, body, close)| {
            let mut lines = vec![format!("{fence}{language} {}", words.join(" "))];
            lines.extend(body.into_iter().map(str::to_owned));
            lines.push(close.unwrap_or_else(|| fence.to_owned()));
            lines
        },
    )
}

/// A step with or without an `output` block, or something else.
fn passage() -> impl Strategy<Value = Vec<String>> {
    let output = prop::option::of((prop::sample::select(vec!["", "\n"]), block(&["output"])));
    prop_oneof![
        4 => (block(&STEPS), output).prop_map(|(mut lines, output)| {
            if let Some((between, output)) = output {
                lines.extend(between.lines().map(str::to_owned));
                lines.extend(output);
            }
            lines
        }),
        1 => block(&["output", "text", "rust", ""]),
        2 => prop::sample::select(&LINES[..]).prop_map(|line| vec![line.to_owned()]),
    ]
}

/// Passages in up to three containers.
fn contained() -> impl Strategy<Value = Vec<String>> {
    let containers = prop::collection::vec(prop::sample::select(&CONTAINERS[..]), 0..4);
    (prop::collection::vec(passage(), 1..4), containers).prop_map(|(passages, containers)| {
        let mut lines = passages.concat();
        for (first, others) in containers {
            for (index, line) in lines.iter_mut().enumerate() {
                line.insert_str(0, if index == 0 { first } else { others });
            }
        }
        lines
    })
}

fn markdown() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "\n", "\r\n", "\r\n", "\n\n", "\r"]);
    let part = (contained(), end).prop_map(|(lines, end)| lines.join(end) + end);
    (prop::bool::weighted(0.1), prop::collection::vec(part, 0..4))
        .prop_map(|(mark, parts)| if mark { "\u{feff}" } else { "" }.to_owned() + &parts.concat())
}

/// Without many steps, the properties below would test little.
#[test]
fn generated_texts_have_many_steps() {
    let mut runner = TestRunner::deterministic();
    let scenarios: Vec<_> = (0..500)
        .map(|_| markdown().new_tree(&mut runner).expect("nothing is filtered").current())
        .map(|text| untouched::check(&text))
        .collect();
    let with_steps = scenarios.iter().filter(|scenario| !scenario.steps.is_empty()).count();
    let is_expected = |step: &Step| !step.expectations.is_empty();
    let expected = scenarios.iter().filter(|scenario| scenario.steps.iter().any(is_expected));
    let expected = expected.count();
    assert!(with_steps > 200 && expected > 50, "{with_steps} and {expected} of 500");
    let with_files = scenarios.iter().filter(|scenario| !scenario.files.is_empty()).count();
    assert!(with_files > 10, "{with_files} of 500");
}

proptest! {
    #[test]
    fn generated_markdown_is_unchanged(text in markdown()) {
        untouched::check(&text);
    }

    #[test]
    fn any_text_is_unchanged(text in "(\\PC|[\n\r\t `~>-]){0,80}") {
        untouched::check(&text);
    }
}
