//! What a run of the program said and how it ended.

use std::sync::OnceLock;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::Value;

/// The outcome of a run. Each check panics with all that the program said.
#[derive(Debug)]
pub struct Outcome {
    pub(crate) status: Option<i32>,
    pub(crate) time: Duration,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Paths, or ends of paths, and texts of the chapters.
    pub(crate) chapters: Vec<(String, String)>,
}

/// A finding: its code and its line.
type Found = (String, u64);

impl Outcome {
    /// It ended with this exit status.
    #[track_caller]
    pub fn exits(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{self}");
        self
    }

    /// It took less than this.
    #[track_caller]
    pub fn ends_within(&self, limit: Duration) -> &Self {
        assert!(self.time < limit, "it took {:?}\n{self}", self.time);
        self
    }

    /// There is a finding with this code at this line.
    #[track_caller]
    pub fn finds(&self, code: &str, line: u64) -> &Self {
        let found = self.findings();
        assert!(found.contains(&(code.to_owned(), line)), "no {code} at line {line}\n{self}");
        self
    }

    /// These are the findings, in the chapters' order: for each, its code, and a text that stands
    /// in the line that it is about.
    #[track_caller]
    pub fn finds_only(&self, expected: &[(&str, &str)]) -> &Self {
        let expected: Vec<Found> =
            expected.iter().map(|(code, text)| ((*code).to_owned(), self.line_of(text))).collect();
        assert_eq!(self.findings(), expected, "{self}");
        self
    }

    /// There is no finding.
    #[track_caller]
    pub fn finds_nothing(&self) -> &Self {
        self.finds_only(&[])
    }

    /// A finding's message or help says this.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        let said = |finding: &Value| {
            ["message", "help"].iter().any(|field| {
                finding[field].as_str().is_some_and(|sentence| sentence.contains(text))
            })
        };
        assert!(self.all_findings().iter().any(said), "no finding says {text:?}\n{self}");
        self
    }

    /// Standard error has this in it.
    #[track_caller]
    pub fn tells(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "standard error does not say {text:?}\n{self}");
        self
    }

    /// Standard error ends with one line that is an error, and has no other; the line has each
    /// of these in it, once.
    #[track_caller]
    pub fn fails_saying(&self, texts: &[&str]) -> &Self {
        let errors = self.stderr.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "{self}");
        let error = self.stderr.lines().last().unwrap();
        assert!(error.starts_with("error: "), "{self}");
        for text in texts {
            assert_eq!(error.matches(text).count(), 1, "the error says {text:?} once\n{self}");
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

    /// The report, which was asked for as JSON. It is as the published schema says.
    #[track_caller]
    pub fn report(&self) -> Value {
        let report =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"));
        schema().validate(&report).unwrap_or_else(|error| panic!("{error}\n{self}"));
        report
    }

    /// The report's part about a step, counted from 1 through all chapters.
    #[track_caller]
    pub fn step(&self, number: usize) -> Value {
        let report = self.report();
        let chapters = report["chapters"].as_array().unwrap();
        let steps: Vec<&Value> =
            chapters.iter().flat_map(|chapter| chapter["steps"].as_array().unwrap()).collect();
        steps[number - 1].clone()
    }

    /// What became of a step.
    #[track_caller]
    pub fn status_of(&self, step: usize) -> String {
        self.step(step)["status"].as_str().unwrap().to_owned()
    }

    /// The commands of a step that were run, as the report has them.
    #[track_caller]
    pub fn commands(&self, step: usize) -> Vec<Value> {
        let step = self.step(step);
        match step["commands"].as_array() {
            Some(commands) if !commands.is_empty() => commands.clone(),
            _ => panic!("the step did not run\n{self}"),
        }
    }

    /// The transcript of a step: for each chunk of each of its commands, its stream and its text.
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

    /// A step printed this and nothing else.
    #[track_caller]
    pub fn prints(&self, step: usize, output: &str) -> &Self {
        assert_eq!(self.output(step), output, "step {step}\n{self}");
        self
    }

    /// How long a step took, by the report.
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

    /// Code and line of each finding.
    pub fn findings(&self) -> Vec<(String, u64)> {
        let pair = |finding: &Value| {
            (finding["code"].as_str().unwrap().to_owned(), finding["line"].as_u64().unwrap())
        };
        self.all_findings().iter().map(pair).collect()
    }

    /// The line of the first place where a chapter has this text, counted from 1.
    fn line_of(&self, text: &str) -> u64 {
        let lines = |chapter: &str| chapter.lines().position(|line| line.contains(text));
        let line = self.chapters.iter().find_map(|(_, chapter)| lines(chapter));
        let line = line.unwrap_or_else(|| panic!("no chapter has {text:?}"));
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
        write!(f, "--- standard output\n{}\n--- standard error\n{}", self.stdout, self.stderr)
    }
}
