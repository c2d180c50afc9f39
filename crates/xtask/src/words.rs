//! A check for phrases that plain technical English does not use.

mod list;

use std::path::Path;

use anyhow::{Context, Result, bail};
use regex::Regex;

use crate::process::say;
use crate::project;
use crate::sources::{Source, sources};
use list::{Entry, PHRASES};

/// The file with the phrases, which it contains by necessity.
const LIST: &str = "crates/xtask/src/words/list.rs";

/// The extensions of files that are checked, beside shell files without one.
const EXTENSIONS: [&str; 7] = ["rs", "md", "toml", "yml", "js", "css", "html"];

/// What is between two words of a phrase: a space, a `_`, or the end of a line and the comment marker or
/// the quote that begins the next one.
const GAP: &str = r#"(?:[ \t_]|\\?\r?\n[ \t]*(?:///|//!|//|#|\*|>)?[ \t]*)+"#;

/// A phrase of the list in a file.
#[derive(Debug, PartialEq, Eq)]
struct Hit {
    /// Counted from 1.
    line: usize,
    entry: Entry,
}

/// The phrases of a list, ready to be searched for.
struct Words(Vec<(Entry, Regex)>);

impl Words {
    fn new(entries: &[Entry]) -> Result<Self> {
        let compiled = entries.iter().map(|entry| {
            let regex = Regex::new(&pattern(entry.0));
            Ok((*entry, regex.with_context(|| format!("invalid phrase `{}`", entry.0))?))
        });
        Ok(Self(compiled.collect::<Result<_>>()?))
    }

    /// All occurrences in a text, in its order.
    fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (entry, regex) in &self.0 {
            let mut start = 0;
            while let Some(found) = regex.captures_at(text, start) {
                let Some(phrase) = found.name("phrase") else { break };
                start = phrase.end();
                if found.name("there").is_none() {
                    let line = text[..phrase.start()].matches('\n').count() + 1;
                    hits.push(Hit { line, entry: *entry });
                }
            }
        }
        hits.sort_by_key(|hit| hit.line);
        hits
    }
}

/// A regex for a phrase as whole words, which are separated by [`GAP`]s. A `_` separates words, too.
fn pattern(phrase: &str) -> String {
    let words: Vec<String> = phrase.split(' ').map(regex::escape).collect();
    let there =
        if phrase.starts_with("is ") { format!("(?P<there>there{GAP})?") } else { String::new() };
    let end = if phrase.ends_with(char::is_alphanumeric) { "(?:[^[:alnum:]]|$)" } else { "" };
    format!("(?i)(?:^|[^[:alnum:]]){there}(?P<phrase>{}){end}", words.join(GAP))
}

/// Fails if a text of the repository contains a phrase of the list. Prints the place of each, and what to
/// write instead.
pub(crate) fn check() -> Result<()> {
    let words = Words::new(PHRASES)?;
    let mut count = 0;
    for source in sources(&project()?)? {
        let Some(text) = checked_part(&source) else { continue };
        for Hit { line, entry: (phrase, instead) } in words.find(text) {
            say(&format!("{}:{line}: `{phrase}`; better: {instead}", source.path.display()));
            count += 1;
        }
    }
    if count > 0 {
        bail!("{count} phrases to replace; the list is {LIST}");
    }
    Ok(())
}

/// The part of a file that is checked. The course is in French, the fuzzer's corpus is any text, and
/// released sections of the changelog are history.
fn checked_part(source: &Source) -> Option<&str> {
    let Source { path, text } = source;
    if [LIST, "book/src", "fuzz/corpus"].iter().any(|exempt| path.starts_with(exempt)) {
        return None;
    }
    if path == Path::new("CHANGELOG.md") {
        let unreleased = text.match_indices("\n## ").nth(1).map_or(text.len(), |(end, _)| end);
        return Some(&text[..unreleased]);
    }
    (EXTENSIONS.contains(&source.extension()) || source.is_shell()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: [Entry; 3] =
        [("is no cat", "is not a cat"), ("meowed", "said"), ("is gone:", "has left:")];

    fn find(text: &str) -> Vec<(usize, &'static str)> {
        let hits = Words::new(&SAMPLE).unwrap().find(text);
        hits.into_iter().map(|hit| (hit.line, hit.entry.0)).collect()
    }

    #[test]
    fn phrases_are_found_with_their_lines() {
        assert_eq!(
            find("It Is No Cat.\n\nIt meowed, it meowed\n"),
            [(1, "is no cat"), (3, "meowed"), (3, "meowed")]
        );
        assert_eq!(find("`cat` is gone: look\n"), [(1, "is gone:")]);
    }

    #[test]
    fn phrases_are_found_across_lines() {
        assert_eq!(find("/// A dog is\n    /// no cat.\n"), [(1, "is no cat")]);
        assert_eq!(find("# is\n# no  cat\n"), [(1, "is no cat")]);
        assert_eq!(find("\"a dog is no \\\n     cat\""), [(1, "is no cat")]);
        assert_eq!(find("> is\r\n> no cat"), [(1, "is no cat")]);
    }

    #[test]
    fn phrases_are_found_in_names() {
        assert_eq!(
            find("fn a_dog_is_no_cat() {}\nMEOWED_TWICE"),
            [(1, "is no cat"), (2, "meowed")]
        );
    }

    #[test]
    fn other_texts_are_not_found() {
        assert_eq!(find("It is not a cat, and there is no cat, nor is there. This no cattle."), []);
        assert_eq!(find("there\nis no cat"), []);
        assert_eq!(find("is no.\n\nCat; homeowed; the cat is gone."), []);
    }

    #[test]
    fn each_phrase_of_the_list_is_found_and_no_replacement_is() {
        let words = Words::new(PHRASES).unwrap();
        for (phrase, instead) in PHRASES {
            assert!(!words.find(phrase).is_empty(), "{phrase}");
            assert_eq!(words.find(instead), [], "{instead}");
        }
    }

    #[test]
    fn some_files_are_not_checked() {
        let part = |path: &str, text: &str| {
            let source = Source { path: path.into(), text: text.to_owned() };
            checked_part(&source).map(str::to_owned)
        };
        let log = "# Log\n\n## Unreleased\n\nnew\n\n## 0.1.0\n\nold\n";
        let unreleased = "# Log\n\n## Unreleased\n\nnew\n";
        assert_eq!(part("CHANGELOG.md", log).as_deref(), Some(unreleased));
        assert_eq!(part("CHANGELOG.md", unreleased).as_deref(), Some(unreleased));
        assert_eq!(part("book/src/sidecar.md", "texte"), None);
        assert_eq!(part("fuzz/corpus/chapter/a.md", "text"), None);
        assert_eq!(part(LIST, "list"), None);
        assert_eq!(part("LICENSE-MIT", "text"), None);
        assert_eq!(part(".ci/run", "#!/bin/sh\n").as_deref(), Some("#!/bin/sh\n"));
        assert_eq!(part("README.md", "text").as_deref(), Some("text"));
    }
}
