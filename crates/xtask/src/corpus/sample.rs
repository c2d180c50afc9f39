//! Blocks that passed, with what their commands really printed, for a person to judge.

use std::fmt::Write;

use serde_json::Value;

use super::blocks::Lines;
use super::measure::Run;

/// Returns the blocks of a text that passed: the commands and expected outputs as they stand there, and what was printed.
pub(super) fn passed(name: &str, text: &str, blocks: &[Lines], run: &Run) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let passed = blocks.iter().filter(|block| run.counts(&[(*block).clone()]).passed == 1);
    let shown = passed.map(|block| {
        let source =
            lines.get(block.start() - 1..*block.end().min(&lines.len())).unwrap_or_default();
        let mut shown = format!("== {name}:{}\n", block.start());
        source.iter().for_each(|line| push(&mut shown, "  ", line));
        for step in run.steps_in(block) {
            for command in step["commands"].as_array().into_iter().flatten() {
                push(&mut shown, "-- status ", &command["exit"].to_string());
                printed(command).lines().for_each(|line| push(&mut shown, "> ", line));
            }
        }
        shown
    });
    shown.collect()
}

fn push(text: &mut String, before: &str, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{before}{line}");
}

fn printed(command: &Value) -> String {
    let chunks = command["transcript"].as_array().into_iter().flatten();
    chunks.filter_map(|chunk| chunk["text"].as_str()).collect()
}

/// Returns `count` of these, chosen by a seed, in their order.
pub(super) fn choose(all: Vec<String>, count: usize, seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut ranked: Vec<(u64, usize, String)> = Vec::new();
    for (index, text) in all.into_iter().enumerate() {
        ranked.push((next(&mut state), index, text));
    }
    ranked.sort_unstable();
    ranked.truncate(count);
    ranked.sort_unstable_by_key(|(_, index, _)| *index);
    ranked.into_iter().map(|(.., text)| text).collect()
}

/// The generator SplitMix64 (Steele, Lea and Flood, 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_passed_blocks_are_shown_with_their_output() {
        let text = "# A\n```bash\nls\n```\n```bash\nfalse\n```\n";
        let command = |exit: i32, text: &str| json!({"exit": exit, "transcript": [{"text": text}]});
        let report = json!({"chapters": [{"steps": [
            {"line": 3, "status": "passed", "commands": [command(0, "a\nb\n")]},
            {"line": 6, "status": "failed", "commands": [command(1, "")]},
        ]}]});
        let run = Run { report, ..Run::default() };
        let shown = passed("c/a.md", text, &[2..=4, 5..=7], &run);
        assert_eq!(shown, ["== c/a.md:2\n  ```bash\n  ls\n  ```\n-- status 0\n> a\n> b\n"]);
    }

    #[test]
    fn a_seed_chooses_the_same_and_another_seed_others() {
        let all = || -> Vec<String> { (0..1000).map(|number| number.to_string()).collect() };
        let sample = choose(all(), 10, 7);
        assert_eq!(sample.len(), 10);
        assert_eq!(sample, choose(all(), 10, 7));
        assert_ne!(sample, choose(all(), 10, 8));
        assert_eq!(choose(all(), 2000, 7), all());
    }
}
