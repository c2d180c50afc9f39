//! Restoring line endings: toml_edit writes line feeds only.

/// Gives each line of `new` the ending that it has in `old`; new lines get the first ending of `old`.
pub(super) fn restored(old: &str, new: &str) -> String {
    if !old.contains('\r') {
        return new.to_owned();
    }
    let ending = |line: &str| if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let first = old.split_inclusive('\n').next().map_or("\n", ending);
    let mut rest: Vec<&str> = old.split_inclusive('\n').collect();
    let mut restored = String::new();
    for line in new.split_inclusive('\n') {
        let Some(text) = line.strip_suffix('\n') else {
            restored.push_str(line);
            continue;
        };
        let before = rest.iter().position(|old| old.trim_end_matches(['\r', '\n']) == text);
        restored.push_str(text);
        restored.push_str(before.map_or(first, |index| ending(rest[index])));
        if let Some(index) = before {
            rest.drain(..=index);
        }
    }
    restored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_endings_and_new_ones_get_the_first() {
        assert_eq!(restored("a\nb\n", "a\nx\nb\n"), "a\nx\nb\n");
        assert_eq!(restored("a\r\nb\r\n", "a\nx\nb\n"), "a\r\nx\r\nb\r\n");
        assert_eq!(restored("a\r\nb\nc\r\n", "a\nx\nb\nc\ny"), "a\r\nx\r\nb\nc\r\ny");
    }
}
