//! The French of the course: its spelling, by Hunspell with Debian's dictionary and the book's own words, and its typography.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use regex::Regex;

use crate::process::say;
use crate::project;
use crate::prose::{Block, CODE, Prose, blocks};
use crate::sources::sources;

/// The book's own words, one a line; what follows `#` is a comment. Case does not matter.
const WORDS: &str = "book/mots.txt";

/// Words with an apostrophe that no article or pronoun ends at.
const WITH_APOSTROPHE: [&str; 4] = ["aujourd’hui", "quelqu’un", "quelqu’une", "presqu’île"];

/// A rule of typography: what is wrong, and what to write. `_` is a no-break space, `^` a narrow one.
type Rule = (&'static str, &'static str);

/// The rules, as in the *Lexique des règles typographiques en usage à l'Imprimerie nationale*. A group `at` is the place, if there is one.
const RULES: [Rule; 12] = [
    (r"[^\u{a0}\s](?P<at>:)(?:\s|$)", "U+00A0 before `:`"),
    (r"[ \u{202f}](?P<at>:)(?:\s|$)", "U+00A0 before `:`, not another space"),
    (r"[^\u{202f}?!](?P<at>[;?!])(?:[\s)»]|$)", "U+202F before `;`, `?` and `!`"),
    (r"(?P<at>«)[^\u{a0}]", "U+00A0 after `«`"),
    (r"[^\u{a0}](?P<at>»)", "U+00A0 before `»`"),
    (r"\p{L}(?P<at>')\p{L}", "`’` instead of `'`"),
    (r#"(?P<at>")"#, "`«` and `»` instead of `\"`"),
    (r"\S(?P<at>[ \u{a0}\u{202f}]{2,})\S", "one space instead of two"),
    (r"[ \u{a0}\u{202f}](?P<at>[,.])(?:\s|$)", "no space before `,` and `.`"),
    (r"(?P<at>\.\.\.)", "`…` instead of `...`"),
    (
        r"(?:^|[.!?«]\s+|\*\s*)(?P<at>A) (?:la|le|les|l’|partir|chaque|retenir|noter|propos|ce|cet|cette|quoi|vous|faire|quel|quelle)\b",
        "`À`",
    ),
    (
        r"\b(?P<at>E(?:tape|cri[rtv]|tat|cole|valu|dit|lément|tud|quip|viter|galement|chec|change|cran))",
        "`É`",
    ),
];

static COMPILED: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let compiled = RULES
        .iter()
        .map(|(regex, remedy)| (Regex::new(regex).expect("the rules are valid"), *remedy));
    compiled.collect()
});

/// A fault: its line, and what is wrong.
type Fault = (usize, String);

/// Fails if the course has words that no dictionary knows, or faults of typography. Prints the place of each.
pub(crate) fn check() -> Result<()> {
    let project = project()?;
    let own = own_words(&fs::read_to_string(project.join(WORDS)).context(WORDS)?);
    let mut proses: Vec<(String, Prose)> = Vec::new();
    for source in sources(&project)? {
        if source.path.starts_with("book/src") && source.extension() == "md" {
            let name = source.path.display().to_string();
            let found = blocks(&source.text).into_iter().filter_map(|block| match block {
                Block::Prose(prose) => Some((name.clone(), prose)),
                Block::Code { .. } => None,
            });
            proses.extend(found);
        }
    }
    let mut words: BTreeSet<String> = BTreeSet::new();
    for (_, prose) in &proses {
        words.extend(self::words(prose).map(|(_, word)| word.to_owned()));
    }
    words.retain(|word| !own.contains(&word.to_lowercase()));
    let unknown = unknown(&words)?;
    let mut faults: BTreeMap<(String, usize), Vec<String>> = BTreeMap::new();
    for (name, prose) in &proses {
        let misspelled = self::words(prose).filter(|(_, word)| unknown.contains(*word));
        let misspelled =
            misspelled.map(|(at, word)| (prose.line(at), format!("unknown word `{word}`")));
        for (line, what) in misspelled.chain(typography(prose)) {
            faults.entry((name.clone(), line)).or_default().push(what);
        }
    }
    let mut count = 0;
    for ((name, line), faults) in &faults {
        for what in faults {
            say(&format!("{name}:{line}: {what}"));
            count += 1;
        }
    }
    if count > 0 {
        bail!("{count} faults in the French; if a word is right, add it to {WORDS}");
    }
    Ok(())
}

/// Returns the book's own words, in lower case.
fn own_words(list: &str) -> BTreeSet<String> {
    let words = list.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Returns the faults of typography.
fn typography(prose: &Prose) -> Vec<Fault> {
    let mut faults = Vec::new();
    // What stands at the end of a line is at the beginning of the next one.
    for (regex, remedy) in COMPILED.iter() {
        for found in regex.captures_iter(&prose.text) {
            let Some(place) = found.name("at").or(found.get(0)) else { continue };
            let is_foreign = prose.foreign.iter().any(|range| range.contains(&place.start()));
            if !is_foreign {
                let around = around(&prose.text, place.start());
                faults.push((prose.line(place.start()), format!("{remedy}: `{around}`")));
            }
        }
    }
    faults
}

/// Returns some of the text around an offset.
fn around(text: &str, at: usize) -> &str {
    let start = text[..at].char_indices().rev().nth(14).map_or(0, |(start, _)| start);
    let end = text[at..].char_indices().nth(12).map_or(text.len(), |(end, _)| at + end);
    text[start..end].trim()
}

/// Returns the words to look up, each with its offset: those without digits and capitals within, and without an elided one before them.
fn words(prose: &Prose) -> impl Iterator<Item = (usize, &str)> {
    static WORD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[\p{L}\p{N}_’'.@/-]+").expect("the regex is valid"));
    let text = &prose.text;
    let found = WORD
        .find_iter(text)
        .filter(|found| !prose.foreign.iter().any(|range| range.contains(&found.start())));
    found.filter_map(|found| {
        let word = found.as_str().trim_matches(|c: char| !c.is_alphabetic());
        // Names of files and sites, and versions.
        let is_name = word.contains(|c: char| c.is_numeric() || "_./@".contains(c));
        if is_name || word.contains(CODE) {
            return None;
        }
        let whole = WITH_APOSTROPHE.contains(&word.to_lowercase().as_str());
        let word = if whole { word } else { word.rsplit(['’', '\'']).next()? };
        let has_inner_capital = word.chars().skip(1).any(char::is_uppercase);
        let offset = found.start() + found.as_str().rfind(word)?;
        (word.chars().count() > 1 && !has_inner_capital).then_some((offset, word))
    })
}

/// Returns the words that the dictionary does not know. A compound is known if it is, or all its parts are.
fn unknown(words: &BTreeSet<String>) -> Result<BTreeSet<String>> {
    let parts = words.iter().flat_map(|word| word.split('-')).map(str::to_owned);
    let all: BTreeSet<String> = words.iter().cloned().chain(parts).collect();
    let input: String = all.iter().map(|word| format!("{}\n", word.replace('’', "'"))).collect();
    let output = duct::cmd!("hunspell", "-d", "fr_FR", "-i", "utf-8", "-l")
        .env("LC_ALL", "C.UTF-8")
        .stdin_bytes(input)
        .read()
        .context("cannot run `hunspell`; `cargo xtask test --only lints` installs it")?;
    let rejected: BTreeSet<&str> = output.lines().collect();
    let is_unknown = |word: &str| !word.is_empty() && rejected.contains(word);
    let unknown = words.iter().filter(|word| {
        let is_compound = word.contains('-');
        if is_compound { word.split('-').any(is_unknown) } else { is_unknown(word) }
    });
    Ok(unknown.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(markdown: &str) -> Prose {
        let Some(Block::Prose(prose)) = blocks(markdown).into_iter().next() else { panic!() };
        prose
    }

    /// Returns what is to be written instead, by line.
    fn faults(markdown: &str) -> Vec<(usize, String)> {
        let faults = typography(&prose(markdown));
        faults
            .into_iter()
            .map(|(line, what)| (line, what.split(": `").next().unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn faults_of_typography_are_found() {
        for (text, remedy) in [
            ("Un mot: deux", "U+00A0 before `:`"),
            ("Un mot : deux", "U+00A0 before `:`, not another space"),
            ("`a`: deux", "U+00A0 before `:`"),
            ("Quoi ?", "U+202F before `;`, `?` and `!`"),
            ("Un\u{a0}; deux", "U+202F before `;`, `?` and `!`"),
            ("«un\u{a0}»", "U+00A0 after `«`"),
            ("«\u{a0}un »", "U+00A0 before `»`"),
            ("l'un", "`’` instead of `'`"),
            ("le \\\"un", "`«` and `»` instead of `\"`"),
            ("un  deux", "one space instead of two"),
            ("un , deux", "no space before `,` and `.`"),
            ("un...", "`…` instead of `...`"),
            ("A la fin", "`À`"),
            ("Une Etape", "`É`"),
        ] {
            assert_eq!(faults(text), [(1, remedy.to_owned())], "{text}");
        }
        assert_eq!(faults("un\ndeux: trois"), [(2, "U+00A0 before `:`".to_owned())]);
    }

    #[test]
    fn good_typography_and_code_are_left_alone() {
        for text in [
            "À la fin\u{a0}: «\u{a0}oui\u{a0}»\u{202f}; l’état\u{202f}? Non\u{202f}!",
            "`a: b ; c`, 12:30, http://a.example/?b",
            "un volume (*What's this: a volume?*)",
            "Écrire à 10\u{202f}000\u{a0}personnes.",
            "Une liste\u{a0}:",
        ] {
            assert_eq!(faults(text), [], "{text}");
        }
    }

    #[test]
    fn words_are_looked_up_without_elisions_code_and_names() {
        let found = |text: &str| {
            let prose = prose(text);
            words(&prose).map(|(_, word)| word.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            found(
                "L’application, qu’elle `code` PostgreSQL a.md v15 (*read-only*) aujourd’hui peut-il."
            ),
            ["application", "elle", "aujourd’hui", "peut-il"]
        );
    }

    #[test]
    fn the_books_own_words_have_comments() {
        let words = own_words("# a list\nDocker\n sidecar # a term\n\n");
        assert_eq!(words, ["docker", "sidecar"].map(str::to_owned).into());
    }

    #[test]
    #[ignore = "needs hunspell: cargo xtask test --only lints"]
    fn the_dictionary_knows_french() {
        let words = ["maison", "maisonn", "peut-il", "aujourd’hui", "bidulx"].map(str::to_owned);
        assert_eq!(
            unknown(&words.into()).unwrap(),
            ["bidulx", "maisonn"].map(str::to_owned).into()
        );
    }
}
