//! Remedies for mistakes in info strings.

use super::{Info, OUTPUT, Problem, names_for_outputs, names_for_steps, read};
use crate::extract::attributes::word::{Word, words};
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::text::nearest::{distance, nearest};
use crate::text::splice::{Edit, splice};

/// Adds remedies to the problems of an info string.
pub(super) fn add(info: &str, problems: &mut [Problem]) {
    let words: Vec<Word<'_>> = words(info).collect();
    let is_output = words.first().is_some_and(|word| word.name.eq_ignore_ascii_case(OUTPUT));
    let known = if is_output { names_for_outputs() } else { names_for_steps() };
    let count = problems.len();
    for problem in problems {
        let remedy = match problem.code {
            Code::UnknownAttribute => nearest_name(info, problem, known),
            _ => without_duplicate(info, problem, &words),
        };
        let Some((mut remedy, is_sure)) = remedy else { continue };
        // With another mistake in its place, it is not what the author means.
        let is_right = problems_of(&splice(info, remedy.edits.clone())) < count;
        if is_sure && is_right {
            remedy.basis = Basis::Proved;
        }
        problem.remedies.push(remedy);
    }
}

/// The remedy for a misspelled name, and whether only one letter is wrong.
fn nearest_name(info: &str, problem: &Problem, known: &[&str]) -> Option<(Remedy, bool)> {
    let name = &info[problem.span.clone()];
    let candidate = nearest(name, known)?;
    let edit = Edit { range: problem.span.clone(), text: (*candidate).to_owned() };
    Some((proposed(format!("write `{candidate}`"), edit), distance(name, candidate) == 1))
}

/// The remedy for an attribute that is there twice, and whether both are the same.
fn without_duplicate(info: &str, problem: &Problem, words: &[Word<'_>]) -> Option<(Remedy, bool)> {
    let second = words.iter().position(|word| word.span == problem.span)?;
    let (before, second) = (&words[..second], &words[second]);
    let first = before.iter().skip(1).find(|word| word.name == second.name)?;
    // With the separator before it.
    let start = before.last()?.span.end;
    let edit = Edit { range: start..second.span.end, text: String::new() };
    let is_same = info[first.span.clone()] == info[second.span.clone()];
    Some((proposed(format!("remove the second `{}`", second.name), edit), is_same))
}

fn proposed(title: String, edit: Edit) -> Remedy {
    Remedy { title, edits: vec![edit], basis: Basis::Proposed }
}

fn problems_of(info: &str) -> usize {
    match read(info) {
        Info::Step { problems, .. } | Info::Output { problems, .. } => problems.len(),
        Info::Other => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::attributes::parse;

    /// What the remedies of an info string make of it, each by itself.
    fn remedies(info: &str) -> Vec<(String, Basis)> {
        let (Info::Step { problems, .. } | Info::Output { problems, .. }) = parse(info) else {
            panic!("{info}")
        };
        let remedies = problems.into_iter().flat_map(|problem| problem.remedies);
        remedies.map(|remedy| (splice(info, remedy.edits), remedy.basis)).collect()
    }

    #[track_caller]
    fn resolves(info: &str, expected: &str, basis: Basis) {
        assert_eq!(remedies(info), [(expected.to_owned(), basis)], "{info}");
    }

    #[test]
    fn a_name_with_one_wrong_letter_is_sure() {
        resolves("bash exti=1", "bash exit=1", Basis::Proved);
        resolves("bash, hiden, tty", "bash, hidden, tty", Basis::Proved);
        resolves("output extact", "output exact", Basis::Proved);
        resolves("bash timeuots=3s", "bash timeout=3s", Basis::Proposed);
    }

    #[test]
    fn a_name_that_makes_another_mistake_is_not_sure() {
        resolves("bash timeot=soon", "bash timeout=soon", Basis::Proposed);
        resolves("bash tty hiden=1", "bash tty hidden=1", Basis::Proposed);
        resolves("bash exit=1 untill=x", "bash exit=1 until=x", Basis::Proposed);
    }

    #[test]
    fn each_mistake_has_its_remedy() {
        let expected =
            [("bash exit=1 hiden", Basis::Proved), ("bash exti=1 hidden", Basis::Proved)];
        let expected = expected.map(|(info, basis)| (info.to_owned(), basis));
        assert_eq!(remedies("bash exti=1 hiden"), expected);
    }

    #[test]
    fn the_second_of_two_is_removed() {
        resolves("bash tty tty", "bash tty", Basis::Proved);
        resolves("bash exit=1, tty, exit=1", "bash exit=1, tty", Basis::Proved);
        resolves("bash exit=1 exit=2", "bash exit=1", Basis::Proposed);
        resolves("output stderr stderr", "output stderr", Basis::Proved);
    }

    #[test]
    fn other_mistakes_have_no_remedy() {
        for info in ["bash zzz", "bash exit=x", "bash until=a lines=1", "output stdout stderr"] {
            assert_eq!(remedies(info), [], "{info}");
        }
    }
}
