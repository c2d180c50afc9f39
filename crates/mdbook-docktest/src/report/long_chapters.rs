//! Work on long chapters: it must grow as their text does.

use std::path::Path;

use super::human::{Colours, human_in_full};
use super::json::json;
use super::junit::junit;
use super::*;
use crate::check::findings_by_default;
use crate::extract::{Extensions, extract};
use crate::model::finding::Code;
use crate::model::recording::{
    CommandRecording, End, Engine, Recording, StepRecording, Transcript,
};
use crate::render::labels::{Labels, Language};
use crate::render::page::{Page, Renderer};
use crate::render::render;
use crate::text::position::work;

/// A chapter with this many steps, of which each has a finding and every other one has output.
fn text(steps: usize) -> String {
    let step = |index: usize| match index % 2 {
        0 => format!(
            "## Step {index}\n\n```bash\ntrue {index}\n```\n\nThis prints:\n\n```output\n{index}\n```\n\n"
        ),
        _ => format!(
            "```text file=f{index}\n{index}\n```\n\n```console\n$ true {index}\n{index}\n```\n\n"
        ),
    };
    (0..steps).map(step).collect()
}

fn work_on(steps: usize) -> usize {
    work::of(|| {
        let (path, text) = (Path::new("a.md"), text(steps));
        let scenario = extract(path, &text, Extensions::default());
        let ran = |step: &crate::model::scenario::Step| StepRecording::Ran {
            commands: vec![CommandRecording::new(
                &step.commands[0].text,
                End::Exited { status: 1 },
                Transcript::default(),
            )],
            effects: Vec::new(),
        };
        let steps_ran = scenario.steps.iter().map(ran).collect();
        let recording =
            Recording { engine: Engine::default(), steps: steps_ran, ..Recording::default() };
        let findings = findings_by_default(&text, &scenario, &recording);
        assert!(
            findings.iter().filter(|finding| finding.code == Code::ExitStatus).count() == steps
        );
        let labels = Labels::new(Language::En).into();
        let page = Page { labels, renderer: Renderer::Html, slug: "a".into(), verifications: None };
        let rendered = render(&text, &scenario, Some(&recording), &findings, &page);
        assert!(rendered.len() > text.len());
        let chapter = Chapter::ran(path, &text, recording, findings);
        let report = Report { chapters: vec![chapter], ..Report::default() };
        assert_eq!(report.summary().failed, steps);
        human_in_full(&report, Colours::Off);
        json(&report).expect("the report is JSON");
        junit(&report).expect("the report is XML");
    })
}

#[test]
fn a_chapter_that_is_four_times_as_long_is_four_times_the_work() {
    let (short, long) = (work_on(50), work_on(200));
    // The numbers in the text have more digits.
    assert!(long < 5 * short, "{short} became {long}");
}
