//! A book that a test writes.

use std::fs;
use std::path::{Path, PathBuf};

use std::sync::Arc;

use mdbook_driver::MDBook;
use mdbook_preprocessor::PreprocessorContext;
use tempfile::TempDir;

use crate::hub::{Hub, Way};
use crate::outcome::Outcome;
use crate::program::{Program, program, workspace};
use crate::site::Site;

/// A book in a temporary directory of its own, which is removed with it.
#[derive(Debug)]
pub struct Book {
    directory: Arc<TempDir>,
    chapters: Vec<(String, String)>,
    summary: String,
    config: String,
    settings: String,
    way: Option<Way>,
}

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    /// A book without chapters and without images.
    pub fn new() -> Self {
        let directory = Arc::new(TempDir::with_prefix("testsuite-").unwrap());
        for name in ["src", "tmp"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        Self {
            directory,
            chapters: Vec::new(),
            summary: "# Summary\n\n".to_owned(),
            config: "[book]\ntitle = \"Test\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n"
                .to_owned(),
            settings: String::new(),
            way: None,
        }
    }

    /// Adds the course's recipe for the image `alpine`, which is used if no registry provides it.
    pub fn with_alpine(self) -> Self {
        let recipe = workspace().join("book/images/alpine");
        self.setting(&format!("images.alpine = {recipe:?}"))
    }

    /// Runs the programs of this book in a hub's namespaces, with the hub's home directory and cache.
    pub fn in_network(mut self, hub: &Hub) -> Self {
        self.way = Some(hub.way());
        self
    }

    /// Adds a line to `[preprocessor.docktest]`.
    pub fn setting(mut self, line: &str) -> Self {
        self.settings += &format!("{line}\n");
        self
    }

    /// Replaces the first part of book.toml, before `[preprocessor.docktest]`.
    pub fn config(mut self, toml: &str) -> Self {
        self.config = format!("{toml}\n");
        self
    }

    /// Adds a chapter.
    pub fn chapter(mut self, path: &str, text: &str) -> Self {
        self.summary += &format!("- [{path}]({path})\n");
        self.chapters.push((path.to_owned(), text.to_owned()));
        self
    }

    /// Adds a line to SUMMARY.md.
    pub fn summary(mut self, line: &str) -> Self {
        self.summary += &format!("{line}\n");
        self
    }

    /// Adds a file that is not a chapter, at a path relative to the book's directory.
    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Adds a step to the last chapter.
    pub fn step(self, script: &str) -> Self {
        self.step_with("", script)
    }

    /// Adds a step with attributes to the last chapter.
    pub fn step_with(self, attributes: &str, script: &str) -> Self {
        let info = format!("bash {attributes}");
        self.prose(&format!("```{}\n{script}\n```\n\n", info.trim_end()))
    }

    /// Adds an `output` block: what the last step must print.
    pub fn output(self, text: &str) -> Self {
        self.prose(&format!("```output\n{text}```\n\n"))
    }

    /// Adds text to the last chapter.
    pub fn prose(mut self, text: &str) -> Self {
        if self.chapters.is_empty() {
            self = self.chapter("lab.md", "# Lab\n\n");
        }
        self.chapters.last_mut().unwrap().1 += text;
        self
    }

    /// Replaces a text that occurs in a chapter exactly once.
    #[track_caller]
    pub fn edit(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.text_of(path);
        assert_eq!(text.matches(from).count(), 1, "{path} must contain {from:?} once:\n{text}");
        *text = text.replace(from, to);
        self
    }

    /// Renames the file of a chapter.
    #[track_caller]
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        let chapter = self.chapters.iter_mut().find(|(path, _)| path == from);
        to.clone_into(&mut chapter.unwrap_or_else(|| panic!("no chapter {from}")).0);
        self.summary = self.summary.replace(&format!("({from})"), &format!("({to})"));
        fs::remove_file(self.path().join("src").join(from)).unwrap();
        self
    }

    #[track_caller]
    fn text_of(&mut self, path: &str) -> &mut String {
        let chapter = self.chapters.iter_mut().find(|(chapter, _)| chapter == path);
        &mut chapter.unwrap_or_else(|| panic!("no chapter {path}")).1
    }

    /// The file of a chapter's recording.
    pub fn recording(&self, chapter: &str) -> PathBuf {
        self.path().join("recordings").join(format!("{chapter}.json"))
    }

    /// The book's directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The directory for temporary files of all runs on this book, and of nothing else.
    pub fn temporary(&self) -> PathBuf {
        self.path().join("tmp")
    }

    /// Writes the book to its directory.
    pub fn write(&self) {
        let command = shlex::try_quote(program().to_str().unwrap()).unwrap();
        let toml = format!(
            "{}\n[preprocessor.docktest]\ncommand = {command:?}\nafter = [\"links\"]\n{}",
            self.config, self.settings
        );
        save(&self.path().join("book.toml"), &toml);
        let sources = self.path().join("src");
        save(&sources.join("SUMMARY.md"), &self.summary);
        for (path, text) in &self.chapters {
            let file = sources.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            save(&file, text);
        }
    }

    /// The program, ready to verify the book, with a JSON report on standard output.
    pub fn to_verify(&self) -> Program {
        self.command(["verify", "--format", "json"])
    }

    /// The program with these arguments, in the book's directory.
    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Program {
        self.write();
        let program = Program::new(arguments)
            .directory(self.path())
            .env("TMPDIR", self.temporary())
            .keep(&self.directory);
        let program = self.place(program);
        self.chapters.iter().fold(program, |program, (path, text)| program.about(path, text))
    }

    /// Verifies the book.
    pub fn verify(&self) -> Outcome {
        self.to_verify().run()
    }

    /// The program, ready to run as a preprocessor, with the input that mdBook gives it.
    pub fn to_preprocess(&self, renderer: &str) -> Program {
        self.command([]).stdin(self.sent(renderer))
    }

    /// What mdBook sends to a preprocessor.
    pub fn sent(&self, renderer: &str) -> Vec<u8> {
        self.write();
        let book = MDBook::load(self.path()).unwrap();
        let context =
            PreprocessorContext::new(book.root.clone(), book.config.clone(), renderer.to_owned());
        serde_json::to_vec(&(context, &book.book)).unwrap()
    }

    /// The text of the book's chapters after preprocessing, in their order.
    #[track_caller]
    pub fn preprocess(&self, renderer: &str) -> Vec<String> {
        let outcome = self.to_preprocess(renderer).run();
        outcome.exits(0);
        let book: mdbook_preprocessor::book::Book =
            serde_json::from_str(outcome.stdout()).expect("standard output is the book");
        book.chapters().map(|chapter| chapter.content.clone()).collect()
    }

    /// A program that builds the book as `mdbook build` does, ready to start in its directory.
    pub fn to_build(&self, mdbook: &str) -> Program {
        self.write();
        let program = Program::through([mdbook], [""; 0])
            .directory(self.path())
            .env("TMPDIR", self.temporary())
            .keep(&self.directory);
        self.place(program)
    }

    fn place(&self, program: Program) -> Program {
        match &self.way {
            Some(way) => program.by(way),
            None => program,
        }
    }

    /// The pages of the last build.
    pub fn site(&self) -> Site {
        let config = MDBook::load(self.path()).unwrap().config;
        Site::new(self.path().join(config.build.build_dir)).keep(&self.directory)
    }

    /// Builds the book with mdBook.
    ///
    /// # Errors
    /// mdBook's message.
    pub fn build(&self) -> Result<Site, String> {
        self.write();
        let book = MDBook::load(self.path()).unwrap();
        book.build().map_err(|error| format!("{error:#}"))?;
        Ok(self.site())
    }
}

/// Writes a file, as an editor does: only if it was changed.
fn save(path: &Path, text: &str) {
    if !fs::read_to_string(path).is_ok_and(|old| old == text) {
        fs::write(path, text).unwrap();
    }
}
