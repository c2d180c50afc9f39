//! The course's chapters, as their readers run them.

use std::path::Path;
use std::sync::LazyLock;

use mdbook_driver::MDBook;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use regex::Regex;
use testsuite::workspace;

/// A chapter of the course.
#[derive(Debug)]
pub(super) struct Chapter {
    /// The path of the file in the sources.
    pub(super) name: String,
    /// The steps, without ignored ones.
    pub(super) steps: Vec<Step>,
}

/// A step of a chapter.
#[derive(Debug)]
pub(super) struct Step {
    /// The info string after the language.
    attributes: String,
    pub(super) script: String,
}

/// The chapters of the course, in order.
pub(super) fn chapters() -> Vec<Chapter> {
    let course = MDBook::load(workspace()).unwrap();
    let chapters = course.book.chapters().map(|chapter| {
        let path = chapter.source_path.as_ref().unwrap();
        Chapter::read(&path.display().to_string(), &chapter.content)
    });
    chapters.collect()
}

/// The chapter of the course with this path.
pub(super) fn chapter(name: &str) -> Chapter {
    let found = chapters().into_iter().find(|chapter| chapter.name == name);
    found.unwrap_or_else(|| panic!("the course has no {name}"))
}

impl Chapter {
    pub(super) fn read(name: &str, text: &str) -> Self {
        let mut steps = Vec::new();
        let mut block: Option<Step> = None;
        for event in new_cmark_parser(text, &MarkdownOptions::default()) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let (language, attributes) = info.split_once(' ').unwrap_or((&info, ""));
                    assert_ne!(language, "console", "{name}: prompts are not supported here");
                    let file = attributes.split(' ').find_map(|word| word.strip_prefix("file="));
                    let is_step = file.is_some() || ["bash", "sh", "shell"].contains(&language);
                    let attributes = attributes.to_owned();
                    block = is_step.then(|| Step { attributes, script: String::new() });
                }
                Event::Text(text) => {
                    if let Some(step) = &mut block {
                        step.script += &text;
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    steps.extend(block.take().filter(|step| !step.has("ignore")));
                }
                _ => {}
            }
        }
        Self { name: name.to_owned(), steps }
    }

    /// Whether it runs anything.
    pub(super) fn has_steps(&self) -> bool {
        self.steps.iter().any(Step::is_command)
    }

    /// A script with everything that a reader of the chapter runs. With `bash -e`, it ends at a failure
    /// that the chapter does not announce.
    pub(super) fn as_a_reader_runs_it(&self) -> String {
        self.steps
            .iter()
            .filter(|step| !step.has("hidden") && !step.is_for_older())
            .map(Step::as_a_reader_runs_it)
            .collect()
    }
}

impl Step {
    /// Whether it has this attribute, with or without a value.
    pub(super) fn has(&self, attribute: &str) -> bool {
        let mut words = self.attributes.split([' ', ',', '=']);
        words.any(|word| word == attribute)
    }

    /// Whether it is a command block, not one that is written to a file.
    pub(super) fn is_command(&self) -> bool {
        self.file().is_none()
    }

    /// Whether it is for versions of Docker Engine before that of these tests.
    fn is_for_older(&self) -> bool {
        self.attributes.contains("engine=\"<23\"")
    }

    /// Whether each question that it asks is answered with no.
    pub(super) fn answers_no(&self) -> bool {
        self.attributes.contains(r#"stdin="n\n""#)
    }

    /// Whether it has no attribute but `guard`.
    pub(super) fn is_guard(&self) -> bool {
        self.attributes == "guard"
    }

    /// The file that it is written to, if it is a block with `file`.
    fn file(&self) -> Option<&str> {
        self.attributes.split(' ').find_map(|word| word.strip_prefix("file="))
    }

    fn as_a_reader_runs_it(&self) -> String {
        if let Some(file) = self.file() {
            let directory = Path::new(file).parent().unwrap().display();
            let mode = self.attributes.split(' ').find_map(|word| word.strip_prefix("mode="));
            let mode = mode.unwrap_or("644");
            let content = &self.script;
            return format!(
                "mkdir -p \"./{directory}\"\ncat > {file} <<'END-OF-FILE'\n{content}END-OF-FILE\nchmod {mode} {file}\n"
            );
        }
        static DOCKER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\Adocker ").unwrap());
        let script = self.script.trim_end();
        if ["lines", "until", "for"].iter().any(|end| self.has(end)) {
            // Ctrl-C, after a while.
            let interrupted = DOCKER.replace(script, "timeout --signal INT 5 docker ");
            return format!("{interrupted} || true\n");
        }
        let answered = match self.has("stdin") {
            true if self.answers_no() => "<<< n",
            true => "<<< y",
            false => "",
        };
        let fails = if self.has("exit") { " || true" } else { "" };
        match (answered, fails) {
            ("", "") => format!("{script}\n"),
            _ => format!("{{\n{script}\n}} {answered}{fails}\n"),
        }
    }
}
