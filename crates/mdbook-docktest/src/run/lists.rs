//! Marks in a command where a part of a list can fail unseen, for the shell to report that. See `list.bash`.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use std::{fs, io};

use crate::extract::commands::{ListPart, Syntax, unseen_parts};

/// How many parts a pipeline has at most whose statuses are kept in PIPESTATUS.
const MOST_PARTS: usize = 6;

/// Writes the text of a command for the shell, and after a NUL the same with marks, if it has any.
pub(super) fn write_command(
    directory: &Path,
    number: usize,
    command: &Syntax<'_>,
) -> io::Result<()> {
    let text = command.text;
    let path = directory.join(format!("command.{number}"));
    match marked(command) {
        Some(marked) => fs::write(path, format!("{text}\0{marked}")),
        None => fs::write(path, text),
    }
}

/// Whether a command has a part of a list that can fail unseen. What bash would drop a NUL of is left alone.
pub(super) fn has_marks(command: &Syntax<'_>) -> bool {
    !command.text.contains('\0') && !unseen_parts(command).is_empty()
}

/// Returns a command with a mark behind each part of a list that can fail unseen; `None` if there is no such part.
///
/// A mark is `|| …`, so it only runs if the part has failed. It ends with the same status: what runs after it, and what
/// bash looks at, is as without it. It is on the line of the part, for LINENO.
fn marked(command: &Syntax<'_>) -> Option<String> {
    let (text, parts) = (command.text, unseen_parts(command));
    if parts.is_empty() || text.contains('\0') {
        return None;
    }
    let mut marked = String::new();
    let mut at = 0;
    for part in &parts {
        marked += &text[at..part.end];
        marked += &mark(part);
        at = part.end;
    }
    Some(marked + &text[at..])
}

/// The mark behind a part. What makes PIPESTATUS the same again is written out, as `eval` would set it.
fn mark(part: &ListPart<'_>) -> String {
    let reported = if part.is_test { "" } else { part.text };
    format!(
        " || {{ __docktest_failed_with=$? __docktest_part_statuses=(\"${{PIPESTATUS[@]}}\") __docktest_argument_of_failure=$_; \
         \\builtin . \"$__docktest_scripts\"/list.bash {} {} \"$__docktest_argument_of_failure\"; \
         {} }} 2>/dev/null ",
        part.list,
        quoted(reported),
        *RESTORE
    )
}

/// Makes `$?` and PIPESTATUS what they were, as `list.bash` says how.
static RESTORE: LazyLock<String> = LazyLock::new(|| {
    let pipeline = |parts: usize| {
        let parts = (0..parts)
            .map(|part| format!("(\\builtin exit \"${{__docktest_part_statuses[{part}]}}\")"));
        parts.collect::<Vec<_>>().join(" | ")
    };
    let pipelines = (2..=MOST_PARTS).map(|parts| {
        let pipeline = pipeline(parts);
        format!("{parts}) {pipeline} ;; {parts}!) ! {pipeline} ;; ")
    });
    format!(
        "case $__docktest_restore in 1!) ! \\builtin : \"$__docktest_argument_of_failure\" ;; {}*) \
         \\builtin . \"$__docktest_scripts\"/status.bash \
         \"$__docktest_failed_with\" \"$__docktest_argument_of_failure\" ;; esac;",
        pipelines.collect::<String>()
    )
});

/// Quotes a text so that it stays on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("$'");
    for sign in text.chars() {
        match sign {
            '\\' | '\'' => quoted.extend(['\\', sign]),
            _ if sign.is_ascii_control() => {
                let _ = write!(quoted, "\\{:03o}", u32::from(sign));
            }
            _ => quoted.push(sign),
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Option<String> {
        super::marked(&Syntax::of(text))
    }

    #[test]
    fn a_mark_is_behind_a_part_on_its_line() {
        let marked = marked("a 'b\\\nc' && d; e").unwrap();
        assert!(marked.starts_with("a 'b\\\nc'  || { "), "{marked}");
        assert!(marked.contains(" 0 $'a \\'b\\\\\\012c\\'' "), "{marked}");
        assert!(marked.ends_with(" 2>/dev/null && d; e"), "{marked}");
        assert_eq!(marked.lines().count(), 2, "{marked}");
    }

    #[test]
    fn only_what_can_fail_unseen_has_a_mark() {
        assert_eq!(marked("a && b"), None);
        assert_eq!(marked("a\0 && b; c"), None);
        let marks = |text: &str| marked(text).unwrap().matches("|| {").count();
        assert_eq!(marks("a && b; c && d; e"), 2);
        assert_eq!(marks("[ -f x ] && b && c; d"), 2);
    }
}
