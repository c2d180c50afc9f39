use std::path::Path;

use super::*;
use crate::extract::{Extensions, extract};
use crate::model::finding::{Code, Severity};
use crate::text::position::work;
use crate::text::splice::Edit;

const TEXT: &str = "# É\r\n\r\n```bash\r\nread x\r\n```\r\n\r\n- ```bash\r\n  top\r\n  ```\r\n";

/// A finding at a text, with a remedy that inserts a text behind it.
fn finding(text: &str, at: &str, new: &str, title: &str, basis: Basis) -> Finding {
    let start = text.find(at).unwrap();
    let span = start..start + at.len();
    let edits = vec![Edit::insert(span.end, new.into())];
    Finding {
        code: Code::Timeout,
        severity: Severity::Error,
        path: "lab.md".into(),
        line: text[..start].matches('\n').count() + 1,
        column: 1,
        message: String::new(),
        help: None,
        remedies: vec![Remedy { title: title.into(), edits, basis }],
        span,
    }
}

fn fixed(text: &str, source: &str, findings: &[Finding], choice: Choice<'_>) -> Fixed {
    let scenario = extract(Path::new("lab.md"), text, Extensions::default());
    fix(text, source, &scenario, &scenario.steps, findings, choice)
}

fn place(line: usize, title: &str) -> Place {
    Place { line, title: title.into() }
}

#[test]
fn proved_remedies_are_applied_and_proposed_ones_only_by_name() {
    let findings = [
        finding(TEXT, "- ```bash", " tty", "add `tty`", Basis::Proved),
        finding(TEXT, "\n```bash", " exit=1", "add `exit=1`", Basis::Proposed),
    ];
    let proved = fixed(TEXT, TEXT, &findings, Choice::Proved);
    assert_eq!(proved.text, TEXT.replace("- ```bash", "- ```bash tty"));
    assert_eq!(proved.source, proved.text);
    assert_eq!(proved.applied, [place(7, "add `tty`")]);
    let names = ["exit".to_owned()];
    let named = fixed(TEXT, TEXT, &findings, Choice::Named(&names));
    assert_eq!(named.text, TEXT.replacen("\n```bash", "\n```bash exit=1", 1));
    assert_eq!(named.applied, [place(2, "add `exit=1`")]);
}

#[test]
fn the_first_proved_remedy_of_a_finding_is_applied() {
    let mut finding = finding(TEXT, "\n```bash", " exit=1", "add `exit=1`", Basis::Proposed);
    let edits = |new: &str| vec![Edit::insert(finding.span.end, new.into())];
    let other = |new: &str| Remedy {
        title: format!("add `{new}`"),
        edits: edits(&format!(" {new}")),
        basis: Basis::Proved,
    };
    let others = [other("tty"), other("ignore")];
    finding.remedies.extend(others);
    let fixed = fixed(TEXT, TEXT, &[finding], Choice::Proved);
    assert_eq!(fixed.text, TEXT.replacen("\n```bash", "\n```bash tty", 1));
}

#[test]
fn of_overlapping_remedies_the_first_in_the_text_is_applied() {
    let at = |new: &str, title| finding(TEXT, "\n```bash", new, title, Basis::Proved);
    let findings =
        [at(" tty", "add `tty`"), at(" hidden", "add `hidden`"), at(" tty", "add `tty`")];
    let fixed = fixed(TEXT, TEXT, &findings, Choice::Proved);
    assert_eq!(fixed.text, TEXT.replacen("\n```bash", "\n```bash tty", 1));
    assert_eq!((fixed.applied.len(), fixed.refused.len()), (1, 0));
}

#[test]
fn lines_are_added_with_the_line_endings_of_the_file() {
    let remedy =
        finding(TEXT, "top\r\n", "  ```\n\n  ```output\n", "add an `output` block", Basis::Proved);
    let fixed = fixed(TEXT, TEXT, &[remedy], Choice::Proved);
    let expected = TEXT.replace("top\r\n", "top\r\n  ```\r\n\r\n  ```output\r\n");
    assert_eq!(fixed.text, expected);
}

#[test]
fn a_remedy_that_would_break_an_annotation_is_refused() {
    let text = "```bash tty\ntop\n```\n\n```bash\nls\n```\n";
    let findings = [
        finding(text, "```bash tty", " tty", "add `tty`", Basis::Proved),
        finding(text, "\n```bash", " hidden", "add `hidden`", Basis::Proved),
        finding(text, "ls", "", "add nothing", Basis::Proved),
    ];
    let fixed = fixed(text, text, &findings, Choice::Proved);
    assert_eq!(fixed.text, "```bash tty\ntop\n```\n\n```bash hidden\nls\n```\n");
    assert_eq!(fixed.refused, [place(1, "add `tty`"), place(6, "add nothing")]);
}

#[test]
fn a_step_of_an_included_file_is_refused() {
    let text = "```bash\nread x\n```\n\n```bash\ntop\n```\n";
    let source = "{{#include a.md}}\n\n```bash\ntop\n```\n";
    let findings = [
        finding(text, "```bash", " tty", "add `tty`", Basis::Proved),
        finding(text, "\n```bash", " tty", "add `tty`", Basis::Proved),
    ];
    let fixed = fixed(text, source, &findings, Choice::Proved);
    assert_eq!(fixed.text, "```bash\nread x\n```\n\n```bash tty\ntop\n```\n");
    assert_eq!(fixed.source, "{{#include a.md}}\n\n```bash tty\ntop\n```\n");
    assert_eq!(fixed.refused, [place(1, "add `tty`")]);
}

#[test]
fn a_script_with_prompts_becomes_a_session_together_with_its_other_remedies() {
    let text = "```bash\n$ ls\n```\n\n```bash\nls\n```\n";
    let findings = [finding(text, "```bash", " tty", "add `tty`", Basis::Proved)];
    let proved = fixed(text, text, &findings, Choice::Proved);
    assert_eq!(proved.text, text.replacen("bash", "console tty", 1));
    assert_eq!(proved.applied.len(), 2);
    let names = ["tty".to_owned()];
    let named = fixed(text, text, &findings, Choice::Named(&names));
    assert_eq!(named.text, text.replacen("bash", "bash tty", 1));
}

#[test]
fn one_of_many_remedies_is_refused_alone() {
    let text = "```bash tty\ntop\n```\n".repeat(9);
    let mut remedies: Vec<_> =
        text.match_indices("```bash").map(|(at, _)| finding_at(&text, at + 7, " hidden")).collect();
    remedies.insert(5, finding_at(&text, text.match_indices(" tty").nth(5).unwrap().0 + 4, " tty"));
    let fixed = fixed(&text, &text, &remedies, Choice::Proved);
    assert_eq!(fixed.text, text.replace("bash", "bash hidden"));
    assert_eq!((fixed.applied.len(), fixed.refused), (9, vec![place(16, "add ` tty`")]));
}

/// A finding with a remedy that inserts a text.
fn finding_at(text: &str, at: usize, new: &str) -> Finding {
    let mut finding = finding(text, "", new, &format!("add `{new}`"), Basis::Proved);
    finding.line = text[..at].matches('\n').count() + 1;
    finding.span = at..at;
    finding.remedies[0].edits[0].range = at..at;
    finding
}

#[test]
fn a_chapter_with_four_times_the_remedies_is_four_times_the_work() {
    // An output block of no step is a mistake, before and after.
    let own = |index| {
        format!("## Step {index}\n\n```output\n```\n\n## Then\n\n```bash\n$ true {index}\n```\n\n")
    };
    let included = |index| format!("```bash\n$ false {index}\n```\n\n");
    let work = |steps: usize, is_included: bool| {
        let included_text = |index| if is_included { included(index) } else { String::new() };
        let link = |index| {
            if is_included { format!("{{{{#include {index}.md}}}}\n\n") } else { String::new() }
        };
        let text: String = (0..steps).map(|index| own(index) + &included_text(index)).collect();
        let source: String = (0..steps).map(|index| own(index) + &link(index)).collect();
        work::of(|| {
            let fixed = fixed(&text, &source, &[], Choice::Proved);
            assert_eq!(fixed.applied.len(), steps);
            assert_eq!(fixed.refused.len(), if is_included { steps } else { 0 });
            assert_eq!(fixed.source, source.replace("```bash", "```console"));
        })
    };
    for is_included in [false, true] {
        let (short, long) = (work(20, is_included), work(80, is_included));
        assert!(long < 5 * short, "{short} became {long}, {is_included}");
    }
}

#[test]
fn a_refused_remedy_does_not_make_each_of_the_others_be_tried_alone() {
    let work = |steps: usize| {
        let text: String =
            (0..steps).map(|index| format!("```bash tty\n$ true {index}\n```\n\n")).collect();
        let refused = finding_at(&text, text.find(" tty").unwrap() + 4, " tty");
        work::of(|| {
            let fixed = fixed(&text, &text, &[refused], Choice::Proved);
            assert_eq!((fixed.applied.len(), fixed.refused.len()), (steps, 1));
        })
    };
    let (short, long) = (work(50), work(200));
    // The remedies can be halved two times more.
    assert!(long < 8 * short, "{short} became {long}");
}
