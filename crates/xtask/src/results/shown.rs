//! The examples in a page of the guide whose results are shown.

use anyhow::{Context, Result, bail};

use super::fragment::Part;

/// What is before the name of a result's file, in a page of the guide.
const INCLUDE: &str = "\n{{#include ../results/";

/// What an example begins and ends with. Blocks in it have shorter fences.
const START: &str = "\n````markdown\n";
const END: &str = "\n````\n";

/// An example whose result is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The file name of the guide's page.
    pub(super) page: String,
    /// The name of the example, in the names of its files.
    pub(super) name: String,
    /// The text.
    pub(super) chapter: String,
    /// Its book.toml, which is a `toml` block above it.
    pub(super) settings: String,
    /// What the page includes.
    pub(super) parts: Vec<Part>,
}

impl Shown {
    /// The title of the chapter: the name in words.
    pub(super) fn title(&self) -> String {
        let words = self.name.replace('-', " ");
        let mut letters = words.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }
}

/// Returns the examples of a page whose results it includes, in order.
///
/// # Errors
/// When a result is not below its example, or has another ending than those of [`Part`].
pub(super) fn shown(page: &str, text: &str) -> Result<Vec<Shown>> {
    let mut examples: Vec<Shown> = Vec::new();
    for (place, _) in text.match_indices(INCLUDE) {
        let file = text[place + INCLUDE.len()..].split_once("}}").map_or("", |(file, _)| file);
        let (name, part) =
            Part::of_file(file).with_context(|| format!("{page} includes the result `{file}`"))?;
        let known = examples.iter_mut().find(|example| example.name == name);
        if let Some(example) = known {
            example.parts.push(part);
            continue;
        }
        let above = &text[..=place];
        let (before, rest) = above
            .rsplit_once(START)
            .with_context(|| format!("{page}: no example above the result `{name}`"))?;
        let Some((chapter, _)) = rest.split_once(END) else {
            bail!("{page}: the example above the result `{name}` does not end");
        };
        let between = before.rsplit_once(END).map_or(before, |(_, after)| after);
        let settings =
            between.split_once("\n```toml\n").and_then(|(_, rest)| rest.split_once("```\n"));
        examples.push(Shown {
            page: page.to_owned(),
            name: name.to_owned(),
            chapter: format!("{chapter}\n"),
            settings: settings.map(|(settings, _)| settings.to_owned()).unwrap_or_default(),
            parts: vec![part],
        });
    }
    Ok(examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_belongs_to_the_example_above_it() {
        let text = "# Page\n\n````markdown\n```bash\none\n```\n````\n\n```toml\n[book]\n```\n\n\
                    ````markdown\n```bash\ntwo\n```\n````\n\n{{#include ../results/two-lines.md}}\n\n\
                    ````markdown\nthree\n````\n\n{{#include ../results/two-lines.provenance.md}}\n";
        let examples = shown("page.md", text).unwrap();
        assert_eq!(
            examples,
            [Shown {
                page: "page.md".to_owned(),
                name: "two-lines".to_owned(),
                chapter: "```bash\ntwo\n```\n".to_owned(),
                settings: "[book]\n".to_owned(),
                parts: vec![Part::Page, Part::Provenance],
            }]
        );
        assert_eq!(examples[0].title(), "Two lines");
    }

    #[test]
    fn settings_of_an_earlier_example_are_not_used() {
        let text = "```toml\n[book]\n```\n\n````markdown\none\n````\n\n````markdown\ntwo\n````\n\n\
                    {{#include ../results/two.md}}\n";
        assert_eq!(shown("page.md", text).unwrap()[0].settings, "");
    }

    #[test]
    fn a_result_without_an_example_is_an_error() {
        let error = shown("page.md", "# Page\n\n{{#include ../results/one.md}}\n").unwrap_err();
        assert_eq!(error.to_string(), "page.md: no example above the result `one`");
        let error = shown("page.md", "\n{{#include ../results/one.html}}\n").unwrap_err();
        assert_eq!(error.to_string(), "page.md includes the result `one.html`");
    }
}
