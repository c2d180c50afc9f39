mod blocks;
mod not_steps;
mod outputs;
mod sessions;
mod unmarked;

use std::fmt::Write as _;

use proptest::prelude::*;

use mdbook_preprocessor::config::Config;

use super::*;
use crate::model::markdown::Unmarked;
use crate::model::remedy::Basis;
use crate::text::splice::splice;

fn scenario(text: &str) -> Scenario {
    extract(Path::new("chapter.md"), text, Extensions::default())
}

/// Returns one line for each step and each finding.
fn outline(text: &str) -> String {
    let scenario = scenario(text);
    let mut outline = String::new();
    for step in &scenario.steps {
        write!(outline, "{} {:?}", step.line, step.script).expect("writing to a string succeeds");
        for expectation in &step.expectations {
            write!(outline, " -> {} {:?}", expectation.line, expectation.text)
                .expect("writing to a string succeeds");
        }
        outline.push('\n');
    }
    for finding in &scenario.findings {
        let Finding { line, column, code, span, .. } = finding;
        writeln!(outline, "{line}:{column} {code} {:?}", &text[span.clone()])
            .expect("writing to a string succeeds");
    }
    outline
}
