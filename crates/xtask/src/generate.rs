//! The tables of the author's guide that are made from the sources.
//!
//! Each stands between two comments, `<!-- NAME: … -->` and `<!-- /NAME -->`. What is around them is
//! written by hand.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use mdbook_docktest::internal::{BUILTINS, Builtin, Code, Label, Level, TABLE};

use crate::process::say;
use crate::project;

/// A chapter of the guide with a generated table.
struct Chapter {
    path: PathBuf,
    committed: String,
    generated: String,
}

/// Writes the chapters whose tables are not as they would be generated.
pub(crate) fn write() -> Result<()> {
    for chapter in chapters()? {
        if chapter.committed != chapter.generated {
            fs::write(&chapter.path, chapter.generated)
                .with_context(|| format!("cannot write {}", chapter.path.display()))?;
            say(&format!("written: {}", chapter.path.display()));
        }
    }
    Ok(())
}

/// Fails if a table is not as it would be generated.
pub(crate) fn check() -> Result<()> {
    for Chapter { path, committed, generated } in chapters()? {
        if committed != generated {
            bail!("{} is not as its sources say: run `cargo xtask generate`", path.display());
        }
    }
    Ok(())
}

fn chapters() -> Result<[Chapter; 3]> {
    let placeholders = chapter("placeholders.md", "placeholders", "expect/builtin.rs", |_| {
        Ok(table_of_placeholders(BUILTINS))
    })?;
    let findings = chapter("findings.md", "findings", "finding.rs", table_of_findings)?;
    let labels = chapter("labels.md", "labels", "labels.rs", |_| Ok(table_of_labels(TABLE)))?;
    Ok([placeholders, findings, labels])
}

fn chapter(
    file: &str,
    name: &str,
    source: &str,
    table: impl Fn(&str) -> Result<String>,
) -> Result<Chapter> {
    let path = project()?.join("crates/mdbook-docktest/guide/src").join(file);
    let committed =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let table = table(&committed).with_context(|| path.display().to_string())?;
    let generated = put_between(&committed, name, source, &table)
        .with_context(|| format!("{} has no place for the table `{name}`", path.display()))?;
    Ok(Chapter { path, committed, generated })
}

/// The text with the table between the comments of that name; `None` where these are not there.
fn put_between(text: &str, name: &str, source: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(&format!("<!-- {name}"))?;
    let (_, after) = rest.split_once(&format!("<!-- /{name} -->"))?;
    let generator = format!("made by `cargo xtask generate` from {source}");
    Some(format!("{before}<!-- {name}: {generator} -->\n\n{table}\n<!-- /{name} -->{after}"))
}

/// How many examples of a placeholder the guide shows.
const MOST_EXAMPLES: usize = 4;

fn table_of_placeholders(placeholders: &[Builtin]) -> String {
    // The class is for the guide's style sheet. Without the blank lines, the tables would be HTML, too.
    let mut tables = "<div class=\"placeholders\">\n\n".to_owned();
    tables.push_str("| Written | Is | For example |\n|---|---|---|\n");
    for Builtin { name, what, examples, .. } in placeholders {
        // Those of a kind stand side by side: some of each are enough.
        let stride = examples.len().div_ceil(MOST_EXAMPLES).max(1);
        let examples = examples.iter().step_by(stride).map(|example| code(example));
        let examples: Vec<String> = examples.collect();
        // Writing to a string does not fail.
        let _ = writeln!(tables, "| `[{name}]` | {what} | {} |", examples.join(" · "));
    }
    // Some regexes are long, and hardly any reader needs them.
    tables.push_str("\n<details>\n<summary>Their regexes</summary>\n\n");
    tables.push_str("| Written | Regex |\n|---|---|\n");
    for Builtin { name, regex, .. } in placeholders {
        let _ = writeln!(tables, "| `[{name}]` | {} |", code(regex));
    }
    tables.push_str("\n</details>\n\n</div>\n");
    tables
}

fn table_of_findings(chapter: &str) -> Result<String> {
    let mut table = "| Finding | By default | Is about | |\n|---|---|---|---|\n".to_owned();
    for code in Code::ALL {
        let level = match code.default_level() {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        };
        let about = if code.is_about_annotations() { "annotations" } else { "what came out" };
        let what = what(chapter, code.name())
            .with_context(|| format!("no section begins with what `{code}` is"))?;
        let _ = writeln!(table, "| [`{code}`](#{code}) | `{level}` | {about} | {what} |");
    }
    Ok(table)
}

fn table_of_labels(labels: &[Label]) -> String {
    let mut table = "| Label | Where | English | French |\n|---|---|---|---|\n".to_owned();
    for label in labels {
        let (key, Label { about, en, fr, .. }) = (label.key(), label);
        let _ = writeln!(table, "| `{key}` | {about} | {} | {} |", code(en), code(fr));
    }
    table
}

/// The first line of the section about a finding, a sentence that says what it is.
fn what<'a>(chapter: &'a str, code: &str) -> Option<&'a str> {
    let (_, section) = chapter.split_once(&format!("\n## `{code}`\n\n"))?;
    section.lines().next().filter(|line| line.ends_with('.'))
}

/// A text as code in a table's cell, where a `|` would end the cell even in code.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', r"\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_comments_is_replaced() {
        let text = "Before.\n\n<!-- a -->\n<!-- /a -->\n\nAfter.\n";
        let once = put_between(text, "a", "a.rs", "| x |\n").unwrap();
        assert_eq!(
            once,
            "Before.\n\n<!-- a: made by `cargo xtask generate` from a.rs -->\n\n| x |\n\n\
             <!-- /a -->\n\nAfter.\n"
        );
        assert_eq!(put_between(&once, "a", "a.rs", "| x |\n").unwrap(), once);
        assert_eq!(put_between(text, "b", "a.rs", ""), None);
    }

    #[test]
    fn a_bar_does_not_end_its_cell() {
        let builtin = Builtin { name: "X", regex: "a|b", what: "x", examples: &["a", "b"] };
        let table = table_of_placeholders(&[builtin]);
        assert!(table.contains("| `[X]` | x | `a` · `b` |\n"), "{table}");
        assert!(table.contains("| `[X]` | `a\\|b` |\n"), "{table}");
    }

    #[test]
    fn a_finding_without_a_section_is_an_error() {
        let error = table_of_findings("\n## `unknown-attribute`\n\nIt is.\n").unwrap_err();
        assert_eq!(error.to_string(), "no section begins with what `bad-attribute` is");
    }
}
