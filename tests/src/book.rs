//! A book that a test writes.

use std::fs;
use std::path::{Path, PathBuf};

use std::sync::Arc;

use mdbook_driver::MDBook;
use mdbook_preprocessor::PreprocessorContext;
use tempfile::TempDir;

use crate::outcome::Outcome;
use crate::program::{Program, program, workspace};
use crate::site::Site;

/// A book in a directory of its own, that goes with it.
#[derive(Debug)]
pub struct Book {
    directory: Arc<TempDir>,
    chapters: Vec<(String, String)>,
    summary: String,
    config: String,
    settings: String,
}

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    /// A book without chapters. No image is provided for it.
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
        }
    }

    /// Provides `alpine` from the course's recipe, where no registry gives it.
    pub fn with_alpine(self) -> Self {
        let recipe = workspace().join("book/images/alpine");
        self.setting(&format!("images.alpine = {recipe:?}"))
    }

    /// Adds a line to `[preprocessor.docktest]`.
    pub fn setting(mut self, line: &str) -> Self {
        self.settings += &format!("{line}\n");
        self
    }

    /// Takes the place of the first part of book.toml.
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

    /// Adds a file that is no chapter.
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

    /// Adds what the last step must print.
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

    /// Replaces a text that a chapter has once.
    #[track_caller]
    pub fn edit(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.text_of(path);
        assert_eq!(text.matches(from).count(), 1, "{path} has {from:?} once:\n{text}");
        *text = text.replace(from, to);
        self
    }

    /// Gives the file of a chapter another name.
    #[track_caller]
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        let chapter = self.chapters.iter_mut().find(|(path, _)| path == from);
        to.clone_into(&mut chapter.unwrap_or_else(|| panic!("there is no {from}")).0);
        self.summary = self.summary.replace(&format!("({from})"), &format!("({to})"));
        fs::remove_file(self.path().join("src").join(from)).unwrap();
        self
    }

    #[track_caller]
    fn text_of(&mut self, path: &str) -> &mut String {
        let chapter = self.chapters.iter_mut().find(|(chapter, _)| chapter == path);
        &mut chapter.unwrap_or_else(|| panic!("there is no {path}")).1
    }

    /// The file of a chapter's recording.
    pub fn recording(&self, chapter: &str) -> PathBuf {
        self.path().join("recordings").join(format!("{chapter}.json"))
    }

    /// The book's directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The directory for temporary files that all runs on this book, and only they, use.
    pub fn temporary(&self) -> PathBuf {
        self.path().join("tmp")
    }

    /// Writes the book down.
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

    /// The program, about to verify the book. It reports as JSON on standard output.
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
        self.chapters.iter().fold(program, |program, (path, text)| program.about(path, text))
    }

    /// Verifies the book.
    pub fn verify(&self) -> Outcome {
        self.to_verify().run()
    }

    /// The program as preprocessor, about to be told of the book as mdBook does.
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

    /// What the preprocessor makes of the book's chapters, in their order.
    #[track_caller]
    pub fn preprocess(&self, renderer: &str) -> Vec<String> {
        let outcome = self.to_preprocess(renderer).run();
        outcome.exits(0);
        let book: mdbook_preprocessor::book::Book =
            serde_json::from_str(outcome.stdout()).expect("standard output is the book");
        book.chapters().map(|chapter| chapter.content.clone()).collect()
    }

    /// A program that builds the book as `mdbook build` does, about to start in its directory.
    pub fn to_build(&self, mdbook: &str) -> Program {
        self.write();
        Program::through([mdbook], [""; 0])
            .directory(self.path())
            .env("TMPDIR", self.temporary())
            .keep(&self.directory)
    }

    /// The pages that the last build has left.
    pub fn site(&self) -> Site {
        let config = MDBook::load(self.path()).unwrap().config;
        Site::new(self.path().join(config.build.build_dir)).keep(&self.directory)
    }

    /// Builds the book with mdBook.
    ///
    /// # Errors
    /// What mdBook says.
    pub fn build(&self) -> Result<Site, String> {
        self.write();
        let book = MDBook::load(self.path()).unwrap();
        book.build().map_err(|error| format!("{error:#}"))?;
        Ok(self.site())
    }
}

/// Writes a file, as an editor does: one that was not changed is not saved.
fn save(path: &Path, text: &str) {
    if !fs::read_to_string(path).is_ok_and(|old| old == text) {
        fs::write(path, text).unwrap();
    }
}
