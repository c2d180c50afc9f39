//! The result of a run: its output and its exit status.

use std::sync::OnceLock;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::Value;

/// The result of a run. If a check fails, the panic's message contains the program's whole output.
#[derive(Debug)]
pub struct Outcome {
    pub(crate) status: Option<i32>,
    pub(crate) time: Duration,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The chapters' paths, or the ends of these, and texts.
    pub(crate) chapters: Vec<(String, String)>,
}

/// A finding: its code and its line.
type Found = (String, u64);

impl Outcome {
    /// Checks the exit status.
    #[track_caller]
    pub fn exits(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{self}");
        self
    }

    /// Checks that the run took less than this.
    #[track_caller]
    pub fn ends_within(&self, limit: Duration) -> &Self {
        assert!(self.time < limit, "it took {:?}\n{self}", self.time);
        self
    }

    /// Checks that the run took at least this.
    #[track_caller]
    pub fn takes(&self, time: Duration) -> &Self {
        assert!(self.time >= time, "it took {:?}\n{self}", self.time);
        self
    }

    /// Checks that there is a finding with this code at this line.
    #[track_caller]
    pub fn finds(&self, code: &str, line: u64) -> &Self {
        let found = self.findings();
        assert!(found.contains(&(code.to_owned(), line)), "no {code} at line {line}\n{self}");
        self
    }

    /// Checks that these are all findings, in the chapters' order. For each: its code, and a text in its
    /// line.
    #[track_caller]
    pub fn finds_only(&self, expected: &[(&str, &str)]) -> &Self {
        let expected: Vec<Found> =
            expected.iter().map(|(code, text)| ((*code).to_owned(), self.line_of(text))).collect();
        assert_eq!(self.findings(), expected, "{self}");
        self
    }

    /// Checks that there are no findings.
    #[track_caller]
    pub fn finds_nothing(&self) -> &Self {
        self.finds_only(&[])
    }

    /// Checks that the message or the help of a finding contains this text.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        let said = |finding: &Value| {
            ["message", "help"].iter().any(|field| {
                finding[field].as_str().is_some_and(|sentence| sentence.contains(text))
            })
        };
        assert!(self.all_findings().iter().any(said), "no finding contains {text:?}\n{self}");
        self
    }

    /// Checks that a text is neither on standard output nor on standard error.
    #[track_caller]
    pub fn keeps_quiet_about(&self, text: &str) -> &Self {
        assert!(!self.stdout.contains(text) && !self.stderr.contains(text), "{text:?} in\n{self}");
        self
    }

    /// Checks that standard error contains this text.
    #[track_caller]
    pub fn tells(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "standard error does not contain {text:?}\n{self}");
        self
    }

    /// Checks that standard error ends with an error of one line, without another, and that this line
    /// contains each of these texts once.
    #[track_caller]
    pub fn fails_saying(&self, texts: &[&str]) -> &Self {
        let errors = self.stderr.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "{self}");
        let error = self.stderr.lines().last().unwrap();
        assert!(error.starts_with("error: "), "{self}");
        for text in texts {
            assert_eq!(
                error.matches(text).count(),
                1,
                "the error must contain {text:?} once\n{self}"
            );
        }
        self
    }

    /// Standard output.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    /// Standard error.
    pub fn stderr(&self) -> &str {
        &self.stderr
    }

    /// The JSON report. It must be valid against the published schema.
    #[track_caller]
    pub fn report(&self) -> Value {
        let report =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"));
        schema().validate(&report).unwrap_or_else(|error| panic!("{error}\n{self}"));
        report
    }

    /// The part of the report about a step, counted from 1 over all chapters.
    #[track_caller]
    pub fn step(&self, number: usize) -> Value {
        let report = self.report();
        let chapters = report["chapters"].as_array().unwrap();
        let steps: Vec<&Value> =
            chapters.iter().flat_map(|chapter| chapter["steps"].as_array().unwrap()).collect();
        steps[number - 1].clone()
    }

    /// The status of a step in the report.
    #[track_caller]
    pub fn status_of(&self, step: usize) -> String {
        self.step(step)["status"].as_str().unwrap().to_owned()
    }

    /// The commands of a step that were run, in the report.
    #[track_caller]
    pub fn commands(&self, step: usize) -> Vec<Value> {
        let step = self.step(step);
        match step["commands"].as_array() {
            Some(commands) if !commands.is_empty() => commands.clone(),
            _ => panic!("the step did not run\n{self}"),
        }
    }

    /// The transcript of a step: the stream and the text of each chunk of all its commands.
    #[track_caller]
    pub fn transcript(&self, step: usize) -> Vec<(String, String)> {
        let commands = self.commands(step);
        let chunks = commands.iter().flat_map(|command| command["transcript"].as_array().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        chunks.map(|chunk| (text(&chunk["stream"]), text(&chunk["text"]))).collect()
    }

    /// What a step printed, on both streams.
    #[track_caller]
    pub fn output(&self, step: usize) -> String {
        let chunks = self.transcript(step).into_iter();
        chunks.filter(|(stream, _)| stream != "typed").map(|(_, text)| text).collect()
    }

    /// Checks that a step printed exactly this.
    #[track_caller]
    pub fn prints(&self, step: usize, output: &str) -> &Self {
        assert_eq!(self.output(step), output, "step {step}\n{self}");
        self
    }

    /// How long a step took, according to the report.
    #[track_caller]
    pub fn duration_of(&self, step: usize) -> Duration {
        let commands = self.commands(step);
        let milliseconds = commands.iter().map(|command| command["duration_ms"].as_u64().unwrap());
        Duration::from_millis(milliseconds.sum())
    }

    fn all_findings(&self) -> Vec<Value> {
        let report = self.report();
        let chapters = report["chapters"].as_array().unwrap().iter();
        chapters.flat_map(|chapter| chapter["findings"].as_array().unwrap().clone()).collect()
    }

    /// The code and the line of each finding.
    pub fn findings(&self) -> Vec<(String, u64)> {
        let pair = |finding: &Value| {
            (finding["code"].as_str().unwrap().to_owned(), finding["line"].as_u64().unwrap())
        };
        self.all_findings().iter().map(pair).collect()
    }

    /// The line, counted from 1, of the first occurrence of this text in the chapters.
    fn line_of(&self, text: &str) -> u64 {
        let lines = |chapter: &str| chapter.lines().position(|line| line.contains(text));
        let line = self.chapters.iter().find_map(|(_, chapter)| lines(chapter));
        let line = line.unwrap_or_else(|| panic!("no chapter contains {text:?}"));
        line as u64 + 1
    }
}

fn schema() -> &'static Validator {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let schema = include_str!("../../docs/report.schema.json");
        jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
    })
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit status {:?} after {:?}", self.status, self.time)?;
        write!(f, "--- standard output\n{}\n--- standard error\n{}", self.stdout, self.stderr)?;
        // Last, because a log may keep only the end: findings are far apart in a long report.
        let report: Value = serde_json::from_str(&self.stdout).unwrap_or_default();
        for chapter in report["chapters"].as_array().into_iter().flatten() {
            for finding in chapter["findings"].as_array().into_iter().flatten() {
                write!(f, "\n--- finding\n{finding:#}")?;
            }
        }
        Ok(())
    }
}
