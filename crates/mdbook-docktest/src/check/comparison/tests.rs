//! The order of a recording between the two streams of a command makes no difference.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::extract::{Extensions, extract};
use crate::model::recording::{Chunk, End};

/// A command's lines on each stream.
type Lines = [Vec<&'static str>; 2];

const LINES: &[&str] = &["a\n", "b\n", "\n", "ip 10.0.0.1\n", "ip 10.0.0.2\n", "10.0.0.1\n"];
const PATTERNS: &[&str] =
    &["a\n", "b\n", "...\n", "[..]\n", "ip [IP:x]\n", "ip [IP:y]\n", "[IP:x]\n"];

/// All recordings of a command with these lines.
fn recordings(lines: &Lines) -> Vec<Vec<Chunk>> {
    let [out, err] = lines;
    if out.is_empty() && err.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, stream) in [Stream::Stdout, Stream::Stderr].into_iter().enumerate() {
        let Some((first, rest)) = lines[index].split_first() else { continue };
        let mut others = lines.clone();
        others[index] = rest.to_vec();
        let chunk = Chunk { stream, at_ms: 0, text: (*first).to_owned() };
        all.extend(
            recordings(&others).into_iter().map(|rest| [vec![chunk.clone()], rest].concat()),
        );
    }
    all
}

fn recorded(chunks: Vec<Chunk>) -> CommandRecording {
    CommandRecording::new(
        "a",
        End::Exited { status: 0 },
        Transcript { chunks, ..Transcript::default() },
    )
}

fn lines(most: usize) -> impl Strategy<Value = Lines> {
    let stream = move || prop::collection::vec(prop::sample::select(LINES), 0..most);
    [stream(), stream()]
}

proptest! {
    #[test]
    fn all_recordings_of_the_same_output_get_the_same_verdict(
        first in lines(4),
        second in lines(3),
        pattern_lines in prop::collection::vec(prop::sample::select(PATTERNS), 0..6),
        fence in prop::sample::select(&["bash", "console", "exact"][..]),
    ) {
        let expected = pattern_lines.concat();
        let text = match fence {
            "console" => format!("```console\n$ a\n{expected}\n```\n"),
            "bash" => format!("```bash\na\n```\n```output\n{expected}```\n"),
            _ => format!("```bash\na\n```\n```output exact\n{expected}```\n"),
        };
        let scenario = extract(Path::new("c.md"), &text, Extensions::default());
        let step = &scenario.steps[0];
        let in_session = step.commands[0].expectation.as_ref();
        // A session of blank lines expects nothing.
        let Some(expectation) = in_session.or(step.expectations.first()) else { return Ok(()) };
        let pattern = pattern(expectation, &Placeholders::default());
        let mut verdicts = Vec::new();
        for one in recordings(&first) {
            for two in recordings(&second) {
                let commands = [recorded(one.clone()), recorded(two)];
                let mut bindings = Bindings::default();
                let result = compare(&commands, expectation, &pattern, &mut bindings);
                verdicts.push((result, bindings));
            }
        }
        prop_assert!(verdicts.windows(2).all(|pair| pair[0] == pair[1]), "{verdicts:#?}");
    }
}
