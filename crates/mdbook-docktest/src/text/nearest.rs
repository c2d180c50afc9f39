//! Suggestions for misspelled names.

/// The candidate closest to `word`, if it differs from it in at most a third of its characters.
pub(crate) fn nearest<T: AsRef<str>>(
    word: &str,
    candidates: impl IntoIterator<Item = T>,
) -> Option<T> {
    let distances =
        candidates.into_iter().map(|candidate| (distance(candidate.as_ref(), word), candidate));
    let (distance, candidate) = distances.min_by_key(|(distance, _)| *distance)?;
    let most = candidate.as_ref().chars().count() / 3;
    (1..=most).contains(&distance).then_some(candidate)
}

/// The number of letters that are wrong, missing, too many, or swapped with the next.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_a_third_of_a_name_may_differ() {
        let names = ["timeout", "hidden"];
        assert_eq!(nearest("timeuot", names), Some("timeout"));
        assert_eq!(nearest("hiden", names), Some("hidden"));
        assert_eq!(nearest("hi", names), None);
        assert_eq!(nearest("hidden", names), None);
        assert_eq!(nearest("x", [""; 0]), None);
    }
}
