//! A list of sentences of the course that say something about Docker without a command or a source near them. A person judges it: a
//! sentence can follow from what was shown before, or announce what comes.

use anyhow::Result;
use regex::Regex;

use crate::process::say;
use crate::project;
use crate::prose::{Block, Prose, blocks};
use crate::sources::sources;

/// Words of sentences about Docker.
const SUBJECTS: &str = r"(?i)\b(?:docker|compose|conteneurs?|volumes?|images?|montages?|moteur|registre|réseaux?|postgresql|prune|étiquettes?|démon)\b";

/// Prints the sentences, each with its place, and how many there are.
pub(crate) fn list() -> Result<()> {
    let mut count = 0;
    let subjects = Regex::new(SUBJECTS)?;
    for source in sources(&project()?)? {
        if source.path.starts_with("book/src") && source.extension() == "md" {
            for (line, sentence) in claims(&source.text, &subjects) {
                say(&format!("{}:{line}: {sentence}", source.path.display()));
                count += 1;
            }
        }
    }
    say(&format!(
        "{count} sentences about Docker without a step next to their paragraph or a link in it"
    ));
    Ok(())
}

/// Returns the sentences of a text that claim something without a step or a link near them, each with its line.
fn claims(text: &str, subjects: &Regex) -> Vec<(usize, String)> {
    let blocks = blocks(text);
    let is_step = |index: usize| matches!(blocks.get(index), Some(Block::Code { is_step: true }));
    let mut found = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let Block::Prose(prose) = block else { continue };
        let is_near_step = index.checked_sub(1).is_some_and(is_step) || is_step(index + 1);
        if prose.is_heading || prose.has_link || is_near_step {
            continue;
        }
        found.extend(sentences(prose).filter(|(_, sentence)| {
            // A question claims nothing.
            subjects.is_match(sentence) && !sentence.ends_with('?')
        }));
    }
    found
}

/// Returns the sentences of a block, each with its line.
fn sentences(prose: &Prose) -> impl Iterator<Item = (usize, String)> {
    let text = &prose.text;
    let ends = text
        .match_indices(['.', '?', '!'])
        .map(|(at, _)| at + 1)
        .filter(|at| text[*at..].chars().next().is_none_or(char::is_whitespace));
    let mut start = 0;
    ends.chain([text.len()]).filter_map(move |end| {
        let sentence = &text[start.min(end)..end];
        let begin = start + sentence.len() - sentence.trim_start().len();
        start = end;
        let sentence = sentence.trim();
        (!sentence.is_empty()).then(|| (prose.line(begin), sentence.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        claims(text, &Regex::new(SUBJECTS).unwrap())
    }

    #[test]
    fn a_claim_far_from_steps_and_links_is_listed() {
        let text = "# Les volumes\n\nIl fait beau. Un volume\nne meurt jamais. Et un conteneur ?\n\nUn conteneur\n[meurt](x.md).\n\n\
            Docker l’affirme.\n\n```bash\nls\n```\n\nVoici : un volume.\n\n- Le démon dort.\n\n```text\nx\n```\n";
        assert_eq!(
            found(text),
            [(3, "Un volume ne meurt jamais.".to_owned()), (17, "Le démon dort.".to_owned())]
        );
    }

    #[test]
    fn code_is_no_claim() {
        assert_eq!(found("Tapez `docker volume ls`.\n"), []);
    }
}
