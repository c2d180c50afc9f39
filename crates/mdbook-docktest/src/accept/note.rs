//! Notes that authors write into the output that they show: `# …` on a line of its own, or `<-- …` behind one.
//!
//! No command prints them, so that they cannot stay, and nobody but the author knows where else they belong.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::command_words::prints_files;

/// A note, from its sign to the end of its line. Programs print `#1` and `<none>`.
static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:^\s*|\S\s{2,})(?<hash>#+ +\S*\pL.*)$|(?:^|\s)(?<arrow>(?:<-+|<==+|←|⬅|⟵)\s*\S*\pL.*)$")
        .expect("it is a regex of our own")
});

/// Returns the first note of an expectation that is not in the new one. Where the new one has lines of the same form, a
/// program prints them. `# …` can be a comment in a file that the command prints.
pub(super) fn lost_note<'a>(old: &'a str, new: &str, command: &str) -> Option<&'a str> {
    let forms: &[_] = if prints_files(command) { &["arrow"] } else { &["hash", "arrow"] };
    forms.iter().find_map(|form| {
        let is_printed = notes(new, form).any(|note| !old.contains(note));
        notes(old, form).find(|note| !is_printed && !new.contains(note))
    })
}

/// Returns the notes of a form.
fn notes<'a>(text: &'a str, form: &'static str) -> impl Iterator<Item = &'a str> {
    let notes = NOTE.captures_iter(text).filter_map(move |found| found.name(form));
    notes.map(|note| note.as_str().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_authors_are_distinguished_from_output() {
        for (old, new, expected) in [
            ("a\n# and this is a note\nb\n", "a\nc\n", Some("# and this is a note")),
            ("web   Up   <-- our container\n", "web   Up\n", Some("<-- our container")),
            ("web ← the first\n", "web\n", Some("← the first")),
            ("web   Up 2 hours   # still there \n", "web   Up\n", Some("# still there")),
            ("  # indented\n", "x\n", Some("# indented")),
            // It stays.
            ("a\n# note\n", "b\n# note\n", None),
            // What a program prints.
            ("# old comment\nx\n", "# new comment\nx\n", None),
            ("#1 [internal] load\n", "#2 [internal] load\n", None),
            ("<none>   <none>\n", "app   latest\n", None),
            ("/ # ls\n", "/ # \n", None),
            ("root@a:/# ls\n", "b\n", None),
            ("a <- 1\n", "b\n", None),
            ("a <- b\n", "a <- c\n", None),
        ] {
            assert_eq!(lost_note(old, new, "docker ps"), expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn comments_in_files_that_a_command_prints_are_no_notes() {
        let cat = "docker exec web cat /etc/nginx/nginx.conf";
        assert_eq!(lost_note("# the port\nlisten 80;\n", "listen 80;\n", cat), None);
        let arrow = "listen 80;   <-- the port\n";
        assert_eq!(lost_note(arrow, "listen 80;\n", cat), Some("<-- the port"));
    }
}
