//! Blocks that a reader is to save as files, by what the chapter says about them.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::attributes::language::Kind;
use super::attributes::word::words;
use super::attributes::{self, Info};
use super::blocks::{Block, CodeBlock, blocks};
use super::fence;
use super::shown_output::is_about_running;
use crate::model::fence::Fence;
use crate::model::scenario::{Attributes, Scenario};

/// A block that is shown, or is a script with its interpreter, and looks like a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedBlock {
    /// The name of the file.
    pub(crate) name: String,
    /// Whether the chapter gives it this name, rather than its language.
    pub(crate) is_named: bool,
    pub(crate) fence: Fence,
}

/// A name in prose: as code, in bold, or between quotation marks.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    let regex =
        r#"`([^`\n]+)`|\*\*([^*\n]+)\*\*|"([^"\n]+)"|“([^”\n]+)”|«\s*([^»\n]+?)\s*»|\*([^*\n]+)\*"#;
    Regex::new(regex).expect("the regex is valid")
});

/// A relative path whose last part is that of a file.
static FILE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"^(?:\./)?(?:[\w@+-][\w.@+-]*/)*(?:[\w@+-][\w@+.-]*\.[A-Za-z][A-Za-z0-9]{0,9}|\.[A-Za-z][\w.-]*|(?:[\w-]+\.)?Dockerfile(?:\.[\w-]+)?|Makefile|Procfile|Caddyfile|Vagrantfile|Gemfile|requirements)$";
    Regex::new(regex).expect("the regex is valid")
});

/// Attributes with which other tools show a block's name.
const TITLES: [&str; 5] = ["title", "filename", "name", "caption", "label"];

/// How many lines of prose above a block can name it.
const LINES_ABOVE: usize = 4;

/// Returns the blocks of a chapter that look like files, in order.
pub(crate) fn named_blocks(scenario: &Scenario, text: &str) -> Vec<NamedBlock> {
    let fenced = |block: Block<'_>| match block {
        Block::Code(block) if !block.is_indented => Some(block),
        Block::Code(_) | Block::Html(_) | Block::Template(_) | Block::Misplaced(_) => None,
    };
    let blocks = blocks(text, &scenario.extensions).all.into_iter().filter_map(fenced);
    blocks.filter_map(|block| named(text, &block)).collect()
}

fn named(text: &str, block: &CodeBlock) -> Option<NamedBlock> {
    let fence = fence::parts(text, &block.span, block.content_end)?;
    let info = &text[fence.info.clone()];
    if super::file_blocks::parse(info).is_some() {
        return None;
    }
    match attributes::parse(info) {
        Info::Other(_) => {}
        Info::Step { kind, attributes, .. }
            if is_script_file(kind, &attributes, &block.content) => {}
        Info::Step { .. } | Info::Output { .. } => return None,
    }
    let named = own_name(text, &fence);
    let is_named = named.is_some();
    let name = named.or_else(|| by_language(info, &block.content))?;
    Some(NamedBlock { name, is_named, fence })
}

/// Returns the file name that a block's title or the text above it gives to the block.
pub(super) fn own_name(text: &str, fence: &Fence) -> Option<String> {
    let by_title = words(&text[fence.info.clone()]).find_map(|word| {
        let name = word.value.filter(|_| TITLES.contains(&word.name))?.text;
        is_file_name(&name).then_some(name)
    });
    let name = by_title.or_else(|| in_prose(&text[..fence.block.start]))?;
    Some(name.strip_prefix("./").unwrap_or(&name).to_owned())
}

/// Whether a block of a shell's language is a file that readers save, as it does not run and begins with its interpreter.
pub(super) fn is_script_file(kind: Kind, attributes: &Attributes, content: &str) -> bool {
    let is_shown = attributes.ignore || !is_about_running(attributes);
    kind == Kind::Script && is_shown && content.starts_with("#!")
}

fn is_file_name(name: &str) -> bool {
    FILE_NAME.is_match(name)
}

/// Returns the last file name in the paragraph or the heading right above a block.
fn in_prose(above: &str) -> Option<String> {
    // The block's own line has its indentation or list marker.
    let (above, _) = above.rsplit_once('\n')?;
    let trimmed =
        |line: &str| line.trim_matches(|c: char| c.is_whitespace() || c == '>').to_owned();
    let lines = above.rsplit('\n').map(trimmed).skip_while(String::is_empty);
    let prose: Vec<String> = lines
        .take_while(|line| !(line.is_empty() || line.starts_with("```") || line.starts_with("~~~")))
        .take(LINES_ABOVE)
        .collect();
    prose.iter().find_map(|line| {
        let names = QUOTED.captures_iter(line).filter_map(|captures| {
            let name = captures.iter().skip(1).flatten().next()?.as_str();
            is_file_name(name).then(|| name.to_owned())
        });
        let bare = || {
            let mut words = line.split([' ', ',', ':', ';', '(', ')']).rev();
            words.find(|word| *word == "Dockerfile").map(str::to_owned)
        };
        names.last().or_else(bare)
    })
}

/// Returns the usual name of a file in this language.
fn by_language(info: &str, content: &str) -> Option<String> {
    let language =
        words(info).next().filter(|first| first.value.is_none())?.name.to_ascii_lowercase();
    let begins_with = |words: &[&str]| {
        content.lines().any(|line| words.iter().any(|word| line.starts_with(word)))
    };
    let name = match language.as_str() {
        "dockerfile" | "docker" if begins_with(&["FROM "]) => "Dockerfile",
        "yaml" | "yml" if begins_with(&["services:"]) => "compose.yaml",
        _ => return None,
    };
    Some(name.to_owned())
}

impl NamedBlock {
    /// Returns the name without its directories.
    pub(crate) fn base_name(&self) -> &str {
        Path::new(&self.name).file_name().and_then(|name| name.to_str()).unwrap_or(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Extensions, extract};

    fn names(text: &str) -> Vec<(String, bool)> {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        let blocks = named_blocks(&scenario, text).into_iter();
        blocks.map(|block| (block.name, block.is_named)).collect()
    }

    #[test]
    fn prose_titles_and_languages_name_blocks() {
        for (text, expected) in [
            ("Save this as `Dockerfile`:\n\n```\nFROM x\n```\n", Some(("Dockerfile", true))),
            ("Create a file named **app.py** with:\n```python\nx\n```\n", Some(("app.py", true))),
            ("**run.sh**\n\n```sh\n#!/bin/sh\nls\n```\n", Some(("run.sh", true))),
            ("**run.sh**\n\n```sh ignore\n#!/bin/sh\nls\n```\n", Some(("run.sh", true))),
            ("**run.sh**\n\n```sh retry=9s\n#!/bin/sh\nls\n```\n", None),
            ("**run.sh**\n\n```sh\nls\n```\n", None),
            (
                "In `src`, put «\u{202f}index.html\u{202f}».\n\n```html\nx\n```\n",
                Some(("index.html", true)),
            ),
            (
                "- the `a.txt`\n- then `./conf/b.conf`\n\n  ```\n  x\n  ```\n",
                Some(("conf/b.conf", true)),
            ),
            ("#### `requirements.txt`\n\n```text\nx\n```\n", Some(("requirements.txt", true))),
            (
                "The Dockerfile is short:\n\n```dockerfile\nFROM x\n```\n",
                Some(("Dockerfile", true)),
            ),
            ("> A `.env`:\n>\n> ```ini\n> x\n> ```\n", Some((".env", true))),
            ("```js title=\"server.js\"\nx\n```\n", Some(("server.js", true))),
            ("```dockerfile\nFROM x\n```\n", Some(("Dockerfile", false))),
            ("```yaml\nservices:\n  web: {}\n```\n", Some(("compose.yaml", false))),
            ("```dockerfile\nRUN x\n```\n", None),
            ("```yaml\na: b\n```\n", None),
            ("Run `docker build .` now.\n\n```text\nx\n```\n", None),
            ("`a.txt` is far away.\n\nIndeed.\n\n```text\nx\n```\n", None),
            ("`a.txt`\n\n```bash\nx\n```\n", None),
            ("`a.txt`\n\n```text file=b.txt\nx\n```\n", None),
        ] {
            let expected = expected.map(|(name, is_named)| (name.to_owned(), is_named));
            assert_eq!(names(text), expected.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
