//! What the program says of a file's shell blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::blocks::Lines;
use super::causes::cause;

/// The program, and how it is run.
pub(super) struct Runner {
    pub(super) program: PathBuf,
    /// The time after which it is killed.
    pub(super) limit: Duration,
}

/// What a run reported.
#[derive(Debug, Default, Clone)]
pub(super) struct Run {
    /// The exit status; `None` if it was killed.
    pub(super) status: Option<i32>,
    /// The JSON report; null if there is none.
    pub(super) report: Value,
    /// The last line on standard error.
    pub(super) last_line: String,
}

/// What became of a file's shell blocks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) files: usize,
    pub(super) blocks: usize,
    /// Blocks with a step.
    pub(super) seen: usize,
    /// Blocks with a step or a finding.
    pub(super) accounted: usize,
    /// Blocks whose steps all passed.
    pub(super) passed: usize,
    /// Blocks that did not pass because an image is missing.
    pub(super) without_image: usize,
    /// Files with blocks in which no step was seen and nothing found, with exit status 0.
    pub(super) silent: usize,
    /// Files without a report.
    pub(super) without_report: usize,
}

/// Why a block does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Obstacle {
    /// The first line of the block.
    pub(super) line: usize,
    pub(super) cause: &'static str,
    /// Its findings.
    pub(super) details: Vec<String>,
}

impl Runner {
    /// Runs the program on a file in a directory.
    pub(super) fn run(&self, command: &str, directory: &Path, file: &Path) -> Result<Run> {
        self.run_with(&[command], directory, file)
    }

    /// Runs a command of the program, and its options, on a file in a directory.
    pub(super) fn run_with(&self, command: &[&str], directory: &Path, file: &Path) -> Result<Run> {
        let words = command.iter().chain(&["--format", "json", "--jobs", "1"]).map(OsString::from);
        self.execute(words.chain([file.as_os_str().to_owned()]), directory, self.limit)
    }

    /// Verifies the book in a directory, with the time limit of so many files.
    pub(super) fn run_book(&self, directory: &Path, jobs: usize, files: usize) -> Result<Run> {
        let jobs = jobs.to_string();
        let words = ["verify", "--format", "json", "--jobs", &jobs].map(OsString::from);
        let files = u32::try_from(files).unwrap_or(u32::MAX).max(1);
        self.execute(words, directory, self.limit.saturating_mul(files))
    }

    fn execute(
        &self,
        words: impl IntoIterator<Item = OsString>,
        directory: &Path,
        limit: Duration,
    ) -> Result<Run> {
        let program = duct::cmd(&self.program, words).dir(directory).stdin_null();
        let program = program.stdout_capture().stderr_capture().unchecked();
        let handle = program.start().context("cannot run the program")?;
        if handle.wait_timeout(limit)?.is_none() {
            // Its engine ends with it.
            handle.kill()?;
            return Ok(Run { last_line: "killed".into(), ..Run::default() });
        }
        let output = handle.into_output()?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        Ok(Run {
            status: output.status.code(),
            report: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            last_line: stderr.lines().last().unwrap_or_default().to_owned(),
        })
    }
}

impl Run {
    fn items(&self, kind: &str) -> impl Iterator<Item = &Value> {
        let chapters = self.report["chapters"].as_array().into_iter().flatten();
        chapters.flat_map(move |chapter| chapter[kind].as_array().into_iter().flatten())
    }

    /// Counts what became of these blocks.
    pub(super) fn counts(&self, blocks: &[Lines]) -> Counts {
        let mut counts = Counts { files: 1, blocks: blocks.len(), ..Counts::default() };
        for lines in blocks {
            let inside = |item: &&Value| line(item).is_some_and(|line| lines.contains(&line));
            let statuses: Vec<_> =
                self.items("steps").filter(inside).map(|step| &step["status"]).collect();
            let findings: Vec<_> =
                self.items("findings").filter(inside).map(|finding| &finding["code"]).collect();
            let is_seen = !statuses.is_empty();
            let has_passed = is_seen && statuses.iter().all(|status| **status == "passed");
            // A step that fails without a finding of its own is a consequence of a missing image.
            let is_consequence = findings.is_empty() && statuses.iter().any(|s| **s == "failed");
            let is_without_image =
                !has_passed && (is_consequence || findings.iter().any(|c| **c == "image-missing"));
            counts.seen += usize::from(is_seen);
            counts.accounted += usize::from(is_seen || !findings.is_empty());
            counts.passed += usize::from(has_passed);
            counts.without_image += usize::from(is_without_image);
        }
        let says_nothing = counts.accounted == 0 && self.status == Some(0);
        counts.silent = usize::from(says_nothing && !blocks.is_empty());
        counts.without_report = usize::from(self.report.is_null());
        counts
    }

    /// Why blocks do not pass.
    pub(super) fn causes(&self, blocks: &[Lines]) -> Vec<Obstacle> {
        let mut causes = Vec::new();
        for lines in blocks {
            let inside = |item: &&Value| line(item).is_some_and(|line| lines.contains(&line));
            let steps: Vec<&Value> = self.items("steps").filter(inside).collect();
            if steps.is_empty() || steps.iter().any(|step| step["status"] != "passed") {
                let findings: Vec<&Value> = self.items("findings").filter(inside).collect();
                let details = findings.iter().filter_map(|finding| {
                    Some(format!(
                        "[{}] {}",
                        finding["code"].as_str()?,
                        finding["message"].as_str()?
                    ))
                });
                causes.push(Obstacle {
                    line: *lines.start(),
                    cause: cause(&findings, &steps),
                    details: details.collect(),
                });
            }
        }
        causes
    }

    /// The steps of a block.
    pub(super) fn steps_in(&self, block: &Lines) -> impl Iterator<Item = &Value> {
        self.items("steps").filter(|step| line(step).is_some_and(|line| block.contains(&line)))
    }

    /// The lines of the steps, and whether each passed.
    pub(super) fn steps(&self) -> BTreeMap<usize, bool> {
        let steps = self.items("steps");
        steps.filter_map(|step| Some((line(step)?, step["status"] == "passed"))).collect()
    }

    /// Whether there are blocks that can be taken for steps, or no report.
    pub(super) fn has_unmarked(&self) -> bool {
        self.report.is_null() || self.findings().any(|(code, _)| code == "not-a-step")
    }

    /// The codes and the messages of the findings.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.items("findings")
            .filter_map(|finding| Some((finding["code"].as_str()?, finding["message"].as_str()?)))
    }
}

/// The lines of the steps that passed in some of these runs and failed in others.
pub(super) fn unstable(runs: &[Run]) -> Vec<usize> {
    let mut results: BTreeMap<usize, BTreeSet<bool>> = BTreeMap::new();
    for (line, has_passed) in runs.iter().flat_map(Run::steps) {
        results.entry(line).or_default().insert(has_passed);
    }
    results.into_iter().filter(|(_, results)| results.len() > 1).map(|(line, _)| line).collect()
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.blocks += other.blocks;
        self.seen += other.seen;
        self.accounted += other.accounted;
        self.passed += other.passed;
        self.without_image += other.without_image;
        self.silent += other.silent;
        self.without_report += other.without_report;
    }
}

fn line(item: &Value) -> Option<usize> {
    item["line"].as_u64().and_then(|line| line.try_into().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(status: i32, steps: &[(usize, &str)], findings: &[(usize, &str)]) -> Run {
        let steps: Vec<Value> =
            steps.iter().map(|(line, status)| json!({"line": line, "status": status})).collect();
        let findings: Vec<Value> = findings
            .iter()
            .map(|(line, code)| json!({"line": line, "code": code, "message": "no"}))
            .collect();
        let report = json!({"chapters": [{"steps": steps, "findings": findings}]});
        Run { status: Some(status), report, last_line: String::new() }
    }

    #[test]
    fn each_block_is_counted_by_what_is_at_its_lines() {
        let run = run(
            1,
            &[(2, "passed"), (12, "failed"), (22, "passed"), (23, "failed"), (32, "failed")],
            &[(12, "image-missing"), (22, "exit-status"), (41, "not-a-step")],
        );
        let blocks = [1..=3, 11..=13, 21..=24, 31..=33, 41..=43, 51..=53];
        let expected = Counts {
            files: 1,
            blocks: 6,
            seen: 4,
            accounted: 5,
            passed: 1,
            without_image: 2,
            ..Counts::default()
        };
        assert_eq!(run.counts(&blocks), expected);
        assert!(run.steps()[&2] && !run.steps()[&12]);
    }

    #[test]
    fn a_step_that_passes_in_some_runs_only_is_unstable() {
        let first = run(1, &[(2, "passed"), (12, "failed"), (22, "passed")], &[]);
        let second = run(1, &[(2, "passed"), (12, "failed"), (22, "failed")], &[]);
        assert_eq!(unstable(&[first.clone(), second]), [22]);
        assert_eq!(unstable(&[first.clone(), first]), [] as [usize; 0]);
    }

    #[test]
    fn what_stands_in_the_way_of_a_block_has_its_line_and_findings() {
        let run = run(1, &[(2, "passed"), (12, "failed")], &[(12, "image-missing")]);
        let expected = Obstacle {
            line: 11,
            cause: "an image is missing",
            details: vec!["[image-missing] no".to_owned()],
        };
        assert_eq!(run.causes(&[1..=3, 11..=13]), [expected]);
    }

    #[test]
    fn a_file_that_is_green_without_steps_or_findings_is_silent() {
        assert_eq!(run(0, &[], &[]).counts(&[1..=3]).silent, 1);
        assert_eq!(run(0, &[], &[]).counts(&[]).silent, 0);
        assert_eq!(run(1, &[], &[]).counts(&[1..=3]).silent, 0);
        assert_eq!(run(0, &[], &[(2, "not-a-step")]).counts(&[1..=3]).silent, 0);
        let nothing = Run { status: Some(2), ..Run::default() };
        assert_eq!(nothing.counts(&[1..=3]).without_report, 1);
    }
}
