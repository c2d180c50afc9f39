//! The appendices say what the chapters say: see [`unknown_messages`], [`unknown_terms`], [`unknown_commands`] and
//! [`unlisted_sources`].

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use mdbook_driver::MDBook;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use regex::Regex;
use serde_json::Value;
use testsuite::workspace;

/// Whitespace, which a line break or a no-break space can be.
static BLANKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s+").unwrap());

/// Words in capitals in a command of the cheat sheet, which readers replace.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[A-Z]{4,}\b").unwrap());

/// Words in capitals that belong to the command.
const OWN_WORDS: [&str; 2] = ["ON_ERROR_STOP", "PWD"];

/// A page of the course, in pieces.
#[derive(Debug, Default)]
struct Page {
    name: String,
    /// What readers see outside of blocks, with single blanks.
    prose: String,
    /// The content of the `output` blocks.
    outputs: String,
    /// The steps that readers see.
    steps: String,
    /// Where the links lead; local ones without the part from `#` on.
    links: Vec<String>,
}

impl Page {
    fn read(name: &str, text: &str) -> Self {
        let mut page = Self { name: name.to_owned(), ..Self::default() };
        let mut block: Option<String> = None;
        for event in new_cmark_parser(text, &MarkdownOptions::default()) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    block = Some(info.to_string());
                }
                Event::End(TagEnd::CodeBlock) => block = None,
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let is_local = !dest_url.contains("://");
                    let page_url = dest_url.split('#').next().unwrap_or_default();
                    page.links.push(if is_local { page_url } else { &dest_url }.to_owned());
                }
                Event::Text(piece) | Event::Code(piece) => match block.as_deref() {
                    None => page.prose += &piece,
                    Some(info) => page.block(info, &piece),
                },
                Event::SoftBreak | Event::HardBreak | Event::End(_) => page.prose.push(' '),
                _ => {}
            }
        }
        page.prose = BLANKS.replace_all(&page.prose, " ").into_owned();
        page
    }

    fn block(&mut self, info: &str, content: &str) {
        let mut words = info.split([' ', ',']);
        match words.next() {
            Some("output") => self.outputs += content,
            Some("bash" | "sh") if !words.any(|word| ["hidden", "ignore"].contains(&word)) => {
                self.steps += content;
            }
            _ => {}
        }
    }

    /// What the commands printed when the page was recorded, or `None` without a recording.
    fn recorded(&self) -> Option<String> {
        let path = workspace().join(format!("book/recordings/{}.json", self.name));
        let text = fs::read_to_string(path).ok()?;
        let recording: Value = serde_json::from_str(&text).unwrap();
        let steps = recording["steps"].as_array().into_iter().flatten();
        let commands = steps.flat_map(|step| step["commands"].as_array().into_iter().flatten());
        let chunks = commands
            .flat_map(|command| command["transcript"]["chunks"].as_array().into_iter().flatten());
        Some(chunks.filter_map(|chunk| chunk["text"].as_str()).collect())
    }
}

/// The pages of the course, in order.
fn pages() -> Vec<Page> {
    let course = MDBook::load(workspace()).unwrap();
    let pages = course.book.chapters().map(|chapter| {
        let path = chapter.source_path.as_ref().unwrap().display().to_string();
        let text = fs::read_to_string(workspace().join("book/src").join(&path)).unwrap();
        Page::read(&path, &text)
    });
    pages.collect()
}

fn page<'a>(pages: &'a [Page], link: &str) -> Option<&'a Page> {
    let name = if link == "index.html" { "README.md" } else { link };
    pages.iter().find(|page| page.name == name)
}

/// The text of an appendix.
fn appendix(name: &str) -> String {
    fs::read_to_string(workspace().join("book/src").join(name)).unwrap()
}

/// The messages of `messages-d-erreur.md` that are not in the pages that their sections link to.
///
/// A message is the code in a heading of the third level. Each page that its section links to must print it: in
/// an `output` block, or in its recording. If the section says that the message is only quoted (`Cité dans`), it
/// can be in the page's prose.
fn unknown_messages(text: &str, pages: &[Page]) -> Vec<String> {
    let mut unknown = Vec::new();
    for (message, section) in sections(text) {
        let is_quoted = section.prose.contains("Cité dans");
        let mut places = section.links.iter().filter(|link| !link.contains("://")).peekable();
        if places.peek().is_none() {
            unknown.push(format!("`{message}` has no link to a place where it is"));
        }
        for place in places {
            let place = if place.is_empty() { "messages-d-erreur.md" } else { place };
            let Some(page) = page(pages, place) else {
                unknown.push(format!("`{message}`: the course has no page {place}"));
                continue;
            };
            let recorded = page.recorded();
            let is_there = page.outputs.contains(&message)
                || recorded.as_ref().is_some_and(|recorded| recorded.contains(&message))
                || is_quoted && page.prose.contains(&message);
            if !is_there {
                let hint = if recorded.is_none() { ", which has no recording" } else { "" };
                unknown.push(format!("`{message}` is not in {place}{hint}"));
            }
        }
    }
    unknown
}

/// The sections below headings of the third level that are code, with that code.
fn sections(text: &str) -> Vec<(String, Page)> {
    let mut starts: Vec<(usize, Option<String>)> = Vec::new();
    let mut level = None;
    for (event, span) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level: its_level, .. }) => {
                starts.push((span.start, None));
                level = Some(its_level);
            }
            Event::Code(code) if level == Some(HeadingLevel::H3) => {
                starts.last_mut().unwrap().1 = Some(code.to_string());
            }
            Event::End(TagEnd::Heading(_)) => level = None,
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let sections = starts.iter().zip(ends).filter_map(|((start, message), end)| {
        Some((message.clone()?, Page::read("", &text[*start..end])))
    });
    sections.collect()
}

/// The rows of the tables of a page: their cells in Markdown.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.map(|line| line.split(" | ").collect()).collect()
}

/// The terms of `glossaire.md` that are not in the page that they link to.
///
/// A term is in bold in the first cell of a row; commas separate terms that share one. All words of a term must
/// be in the prose of the page that the last cell links to.
fn unknown_terms(text: &str, pages: &[Page]) -> Vec<String> {
    static TERM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A\*\*(.+)\*\*\z").unwrap());
    static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^)#]+)").unwrap());
    let mut unknown = Vec::new();
    for cells in rows(text) {
        let Some(term) = TERM.captures(cells[0]) else { continue };
        let link = cells.last().and_then(|cell| LINK.captures(cell));
        let target = link.as_ref().and_then(|link| page(pages, &link[1]));
        let Some(target) = target else {
            unknown.push(format!("{} has no link to a page", &term[1]));
            continue;
        };
        let prose = target.prose.to_lowercase();
        let has = |form: &str| {
            let form = form.trim().to_lowercase();
            form.split(' ').all(|word| prose.contains(word))
        };
        if !term[1].split(',').all(has) {
            unknown.push(format!("{} is not in {}", &term[1], target.name));
        }
    }
    unknown
}

/// The commands of `aide-memoire.md` that the chapter in their row does not run.
///
/// A command is the code in the second cell. Words in capitals stand for any word.
fn unknown_commands(text: &str, pages: &[Page]) -> Vec<String> {
    static ROW: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^\| [^|]+ \| `(.+)` \| \[\d+\]\(([^)]+)\) \|$").unwrap());
    let found = ROW.captures_iter(text).filter_map(|row| {
        let command = regex::escape(&row[1]);
        let pattern = PLACEHOLDER.replace_all(&command, |word: &regex::Captures<'_>| {
            if OWN_WORDS.contains(&&word[0]) {
                word[0].to_owned()
            } else {
                r#"[^\s"':,]+"#.to_owned()
            }
        });
        let runs = page(pages, &row[2])
            .is_some_and(|page| Regex::new(&pattern).unwrap().is_match(&page.steps));
        (!runs).then(|| format!("{} does not run `{}`", &row[2], &row[1]))
    });
    found.collect()
}

/// The external links of the other pages that `sources.md` does not list, and those that it lists for nothing.
fn unlisted_sources(pages: &[Page]) -> Vec<String> {
    let external = |page: &Page| -> Vec<String> {
        page.links.iter().filter(|link| link.contains("://")).cloned().collect()
    };
    let is_sources = |page: &&Page| page.name == "sources.md";
    let listed: BTreeSet<String> = pages.iter().filter(is_sources).flat_map(external).collect();
    let cited: BTreeSet<String> =
        pages.iter().filter(|page| !is_sources(page)).flat_map(external).collect();
    let unlisted = cited.difference(&listed).map(|link| format!("sources.md does not list {link}"));
    let unused = listed.difference(&cited).map(|link| format!("no other page cites {link}"));
    unlisted.chain(unused).collect()
}

#[track_caller]
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn each_error_message_is_where_its_entry_says() {
    let text = appendix("messages-d-erreur.md");
    assert!(
        sections(&text).len() >= 30,
        "the appendix explains {} messages",
        sections(&text).len()
    );
    assert_none(&unknown_messages(&text, &pages()));
}

#[test]
fn each_term_of_the_glossary_is_where_its_entry_says() {
    let text = appendix("glossaire.md");
    assert!(rows(&text).len() >= 50, "the glossary has {} rows", rows(&text).len());
    assert_none(&unknown_terms(&text, &pages()));
}

#[test]
fn each_command_of_the_cheat_sheet_runs_in_its_chapter() {
    let text = appendix("aide-memoire.md");
    assert!(rows(&text).len() >= 40, "the cheat sheet has {} rows", rows(&text).len());
    assert_none(&unknown_commands(&text, &pages()));
}

#[test]
fn the_sources_are_the_links_of_the_course() {
    assert_none(&unlisted_sources(&pages()));
}

/// Two pages for the tests of the checks themselves.
fn planted() -> Vec<Page> {
    let lab = "# Lab\n\nUn **pilote** range.\n\n```bash\ndocker volume rm cours-a\n```\n\n```output\nno such volume\n```\n";
    vec![Page::read("lab.md", lab), Page::read("messages-d-erreur.md", "")]
}

#[test]
fn a_message_that_its_chapter_does_not_show_is_found() {
    let text = "# M\n\n### `no such volume`\n\n[Lab](lab.md#x)\n\n### `no such image`\n\n[Lab](lab.md)\n\n### `pilote`\n\n\
                Vu dans [Lab](lab.md)\n\n### `range`\n\n**Cité dans** [Lab](lab.md)\n\n### `lost`\n\nNowhere.\n";
    let found = unknown_messages(text, &planted());
    assert_eq!(
        found,
        [
            "`no such image` is not in lab.md, which has no recording",
            "`pilote` is not in lab.md, which has no recording",
            "`lost` has no link to a place where it is"
        ]
    );
}

#[test]
fn a_term_that_its_chapter_does_not_use_is_found() {
    let text = "| **Pilote** | *driver* | x | [Lab](lab.md#a) |\n| **Étiquette** | *label* | x | [Lab](lab.md) |\n\
                | **Pod** | *pod* | x | nowhere |\n";
    let found = unknown_terms(text, &planted());
    assert_eq!(found, ["Étiquette is not in lab.md", "Pod has no link to a page"]);
}

#[test]
fn a_command_that_its_chapter_does_not_run_is_found() {
    let text = "| x | `docker volume rm VOLUME` | [1](lab.md) |\n| x | `docker volume ls` | [1](lab.md) |\n";
    assert_eq!(unknown_commands(text, &planted()), ["lab.md does not run `docker volume ls`"]);
}

#[test]
fn a_source_that_is_not_listed_and_one_that_is_not_cited_are_found() {
    let pages = [
        Page::read("lab.md", "[a](https://a.example/#x) [b](https://b.example)"),
        Page::read("sources.md", "[b](https://b.example) [c](https://c.example)"),
    ];
    assert_eq!(
        unlisted_sources(&pages),
        ["sources.md does not list https://a.example/#x", "no other page cites https://c.example"]
    );
}
