//! Remedies for mistakes in info strings.

use super::{Info, Problem, language, read};
use crate::extract::attributes::word::{Word, words_from};
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::text::nearest::distance;
use crate::text::splice::{Edit, splice};

/// Adds remedies to the problems of an info string, and marks those that are sure.
pub(super) fn add(info: &str, problems: &mut [Problem]) {
    let count = problems.len();
    for problem in problems {
        let is_sure = match problem.code {
            Code::UnknownAttribute => has_one_wrong_letter(info, problem),
            _ => remove_duplicate(info, problem),
        };
        let Some(remedy) = problem.remedies.first_mut() else { continue };
        // With another mistake in its place, it is not what the author means.
        if is_sure && problems_of(&splice(info, remedy.edits.clone())) < count {
            remedy.basis = Basis::Proved;
        }
    }
}

/// Whether the name that is meant differs in one letter, or in the case of letters.
fn has_one_wrong_letter(info: &str, problem: &Problem) -> bool {
    let mut edits = problem.remedies.iter().flat_map(|remedy| &remedy.edits);
    let is_near =
        |edit: &Edit| distance(&info[edit.range.clone()].to_ascii_lowercase(), &edit.text) <= 1;
    edits.next().is_some_and(is_near)
}

/// Adds the remedy for an attribute that is there twice. Returns whether both are the same.
fn remove_duplicate(info: &str, problem: &mut Problem) -> bool {
    let words: Vec<Word<'_>> = words_from(info, language(info).end).collect();
    let name = |word: &Word<'_>| word.name.trim_start_matches('.').to_owned();
    let Some(second) = words.iter().position(|word| word.span == problem.span) else {
        return false;
    };
    let (before, second) = (&words[..second], &words[second]);
    let Some(first) = before.iter().find(|word| name(word) == name(second)) else { return false };
    // With the separator before it.
    let start = before.last().map_or(second.span.start, |word| word.span.end);
    problem.remedies.push(Remedy {
        title: format!("remove the second `{}`", second.name),
        edits: vec![Edit { range: start..second.span.end, text: String::new() }],
        basis: Basis::Proposed,
    });
    info[first.span.clone()] == info[second.span.clone()]
}

fn problems_of(info: &str) -> usize {
    match read(info) {
        Info::Step { problems, .. } | Info::Output { problems, .. } => problems.len(),
        Info::Other(_) => usize::MAX,
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
        resolves("bash TTY", "bash tty", Basis::Proved);
        resolves("{.bash .copy hiden}", "{.bash .copy hidden}", Basis::Proved);
        resolves("bash timeuots=3s", "bash timeout=3s", Basis::Proposed);
    }

    #[test]
    fn a_name_that_makes_another_mistake_is_not_sure() {
        resolves("bash timeot=soon", "bash timeout=soon", Basis::Proposed);
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
        resolves("{.bash .tty title=\"x\" tty}", "{.bash .tty title=\"x\"}", Basis::Proposed);
        resolves("output stderr stderr", "output stderr", Basis::Proved);
    }

    #[test]
    fn other_mistakes_have_no_remedy() {
        for info in ["bash zzz", "bash exit=x", "bash until=a lines=1", "output stdout stderr"] {
            assert_eq!(remedies(info), [], "{info}");
        }
    }
}
