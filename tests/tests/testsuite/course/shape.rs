//! Each chapter of the course has the same parts, so that readers and teachers find them: see [`complaints`].

use std::fs;
use std::sync::LazyLock;

use mdbook_driver::MDBook;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use regex::Regex;
use testsuite::workspace;

/// The headings of the second level that each chapter has: the first one, and the last ones.
const FIRST: &str = "Avant de commencer";
const LAST: [&str; 3] = ["Exercices", "Nettoyage", "À retenir"];

/// The first box of a chapter, below its title.
static OBJECTIVES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\A# [^\n]+\n\n> \[!IMPORTANT\]\n> \*\*Objectifs\.\*\* À la fin de ce chapitre, vous saurez",
        "\u{a0}: ",
        r"(?:[^\n]+\n> )*?[^\n]+\n>\n> \*\*Durée\.\*\* \S[^\n]* \*\*Prérequis\.\*\* \S",
    ))
    .unwrap()
});

/// A part of a chapter below a heading.
#[derive(Debug, Default)]
struct Section {
    level: usize,
    title: String,
    text: String,
    /// The info strings of its blocks.
    blocks: Vec<String>,
}

impl Section {
    /// Whether it has a step, with this attribute if there is one.
    fn has_step(&self, attribute: Option<&str>) -> bool {
        self.blocks.iter().any(|info| {
            let mut words = info.split([' ', ',']);
            words.next() == Some("bash")
                && attribute.is_none_or(|known| words.any(|word| word == known))
        })
    }
}

/// The parts of a chapter, each up to the next heading of any level. The first one is above all headings.
fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut start = 0;
    let mut in_heading = false;
    for (event, span) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                sections.last_mut().unwrap().text = text[start..span.start].to_owned();
                start = span.start;
                sections.push(Section { level: level as usize, ..Section::default() });
                in_heading = true;
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Text(text) | Event::Code(text) if in_heading => {
                sections.last_mut().unwrap().title += &text;
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                sections.last_mut().unwrap().blocks.push(info.to_string());
            }
            _ => {}
        }
    }
    sections.last_mut().unwrap().text = text[start..].to_owned();
    sections
}

/// What a chapter lacks: a box with objectives, duration and prerequisites; a check of its names as a guard; a
/// trap and a good practice; at least two exercises, each with a folded solution that runs; a clean-up; three to six points to remember.
fn complaints(text: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let mut need = |is_there: bool, what: &str| {
        if !is_there {
            missing.push(what.to_owned());
        }
    };
    need(
        OBJECTIVES.is_match(text),
        "the box `[!IMPORTANT]` below the title, with **Objectifs.**, **Durée.** and **Prérequis.**",
    );
    let sections = sections(text);
    let second: Vec<&Section> = sections.iter().filter(|section| section.level == 2).collect();
    let titles: Vec<&str> = second.iter().map(|section| section.title.as_str()).collect();
    need(titles.first() == Some(&FIRST), "`## Avant de commencer` as the first heading");
    need(
        titles.ends_with(&LAST),
        "`## Exercices`, `## Nettoyage` and `## À retenir` as the last headings",
    );
    let named = |title: &str| second.iter().find(|section| section.title == title);
    let first = named(FIRST);
    need(
        first.is_some_and(|first| first.has_step(Some("guard"))),
        "a `bash guard` step in « Avant de commencer »",
    );
    let is_checked = |first: &&Section| {
        first.text.replace('\u{a0}', " ").contains("```output\nNoms déjà pris : aucun\n```")
    };
    need(first.is_some_and(is_checked), "its output « Noms déjà pris\u{a0}: aucun »");
    need(text.contains("\n> [!WARNING]\n"), "a box `[!WARNING]`, a trap");
    need(text.contains("\n> [!TIP]\n"), "a box `[!TIP]`, a good practice");

    let exercises: Vec<&Section> =
        sections.iter().filter(|section| section.title.starts_with("Exercice ")).collect();
    need(exercises.len() >= 2, "two exercises");
    for (index, exercise) in exercises.iter().enumerate() {
        let number = index + 1;
        let title = format!("Exercice {number}\u{a0}: ");
        need(
            exercise.level == 3 && exercise.title.starts_with(&title),
            &format!("`### {title}…` as the heading of exercise {number}"),
        );
        let fold = format!("<details>\n<summary>Solution de l’exercice {number}</summary>\n\n");
        let solution = exercise.text.split_once(&fold);
        let is_whole = solution.is_some_and(|(_, rest)| rest.contains("\n\n</details>"));
        need(is_whole, &format!("a folded solution of exercise {number}, with blank lines around"));
        need(exercise.has_step(None), &format!("a step in the solution of exercise {number}"));
    }
    let cleans = named("Nettoyage").is_some_and(|section| section.has_step(Some("cleanup")));
    need(cleans, "a `bash cleanup` step in « Nettoyage »");
    let ends = named("Nettoyage").is_some_and(|section| {
        section.blocks.iter().rposition(|info| info.contains("cleanup")).is_some_and(|last| {
            section.blocks[last + 1..].iter().any(|info| info.starts_with("bash"))
        })
    });
    need(ends, "a step after it that shows that nothing is left");
    let points = named("À retenir")
        .map_or(0, |section| section.text.lines().filter(|line| line.starts_with("- ")).count());
    need(
        (3..=6).contains(&points),
        &format!("three to six points in « À retenir », which has {points}"),
    );
    missing
}

/// The chapters that are neither the introduction nor appendices: those with a number in the contents.
pub(super) fn numbered_chapters() -> Vec<(String, String)> {
    let course = MDBook::load(workspace()).unwrap();
    let numbered = course.book.chapters().filter(|chapter| chapter.number.is_some());
    let chapters = numbered.map(|chapter| {
        let path = chapter.source_path.as_ref().unwrap().display().to_string();
        let text = fs::read_to_string(workspace().join("book/src").join(&path)).unwrap();
        (path, text)
    });
    chapters.collect()
}

#[test]
fn each_chapter_has_all_its_parts() {
    let chapters = numbered_chapters();
    assert!(chapters.len() >= 12, "the course has {} chapters", chapters.len());
    let complaints = chapters.iter().flat_map(|(name, text)| {
        complaints(text).into_iter().map(move |what| format!("book/src/{name} lacks {what}"))
    });
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

const WHOLE: &str = "# A\n\n> [!IMPORTANT]\n> **Objectifs.** À la fin de ce chapitre, vous saurez\u{a0}: a ;\n> b.\n>\n> **Durée.** Environ 5 minutes. **Prérequis.** Aucun.\n\n\
    ## Avant de commencer\n\n```bash guard\ncheck\n```\n\n```output\nNoms déjà pris\u{a0}: aucun\n```\n\n\
    ## B\n\n> [!WARNING]\n> c\n\n> [!TIP]\n> d\n\n\
    ## Exercices\n\n### Exercice 1\u{a0}: e\n\nf\n\n<details>\n<summary>Solution de l’exercice 1</summary>\n\n```bash\ng\n```\n\n</details>\n\n\
    ### Exercice 2\u{a0}: h\n\n<details>\n<summary>Solution de l’exercice 2</summary>\n\n```bash\ni\n```\n\n</details>\n\n\
    ## Nettoyage\n\n```bash cleanup\nj\n```\n\n```bash hidden\nk\n```\n\n\
    ## À retenir\n\n- l\n- m\n- n\n";

#[test]
fn each_missing_part_is_named() {
    assert_eq!(complaints(WHOLE), [""; 0]);
    for (from, to, named) in [
        ("**Durée.** ", "", "**Durée.**"),
        ("[!IMPORTANT]", "[!TIP]", "**Objectifs.**"),
        ("## Avant de commencer", "## Avant", "`## Avant de commencer`"),
        ("bash guard", "bash", "`bash guard`"),
        ("aucun\n```", "rien\n```", "« Noms déjà pris"),
        ("[!WARNING]", "[!NOTE]", "a trap"),
        ("[!TIP]", "[!NOTE]", "a good practice"),
        ("### Exercice 2", "### Question 2", "two exercises"),
        ("### Exercice 2", "### Exercice 3", "`### Exercice 2\u{a0}: …`"),
        ("l’exercice 2</summary>\n", "l’exercice 2</summary>", "a folded solution of exercise 2"),
        ("```bash\ng\n```", "g", "a step in the solution of exercise 1"),
        ("bash cleanup", "bash", "`bash cleanup`"),
        ("```bash hidden\nk\n```\n", "", "nothing is left"),
        ("- n\n", "", "which has 2"),
        ("## Nettoyage", "## Rangement", "as the last headings"),
    ] {
        let text = WHOLE.replacen(from, to, 1);
        assert_ne!(text, WHOLE, "{from}");
        let found = complaints(&text);
        assert!(found.iter().any(|what| what.contains(named)), "{from}: {found:?}");
    }
}
