//! Books that are built once per run of the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use serde::de::IgnoredAny;
use testsuite::{program, workspace};

use crate::server::{SITE_URL, Server};

/// A book's pages.
#[derive(Debug)]
pub struct BuiltBook {
    pages: PathBuf,
}

impl BuiltBook {
    /// Builds the book in a directory from its recordings, with the real preprocessor. The pages go
    /// to `target/browser/NAME`.
    #[track_caller]
    pub fn build(root: &Path, name: &str) -> Self {
        Self::build_at(root, name, Some(SITE_URL))
    }

    /// The same with another `site-url`, or with none.
    #[track_caller]
    pub fn build_at(root: &Path, name: &str, site_url: Option<&str>) -> Self {
        let pages = workspace().join("target/browser").join(name);
        let mut config = Config::from_disk(root.join("book.toml")).unwrap();
        let command = shlex::try_quote(program().to_str().unwrap()).unwrap();
        if config.get::<IgnoredAny>("preprocessor.docktest").unwrap().is_some() {
            config.set("preprocessor.docktest.command", command).unwrap();
            // There may be no engine: a chapter without a recording must be a finding.
            config.set("preprocessor.docktest.run", "never").unwrap();
        }
        config.set("build.build-dir", &pages).unwrap();
        if let Some(site_url) = site_url {
            config.set("output.html.site-url", site_url).unwrap();
        }
        let book = MDBook::load_with_config(root, config).unwrap();
        book.build().unwrap_or_else(|error| panic!("{name} cannot be built: {error:#}"));
        let mut finish = Command::new(program());
        finish.arg("finish").arg(root).env("MDBOOK_BUILD__BUILD_DIR", &pages);
        finish.envs(site_url.map(|site_url| ("MDBOOK_OUTPUT__HTML__SITE_URL", site_url)));
        let finished = finish.status().unwrap().success();
        assert!(finished, "the pages of {name} cannot be completed");
        Self { pages }
    }

    /// The `file:` URL of a page.
    pub fn file(&self, page: &str) -> String {
        format!("file://{}", self.pages.join(page).display())
    }

    /// The names of all pages except print.html, toc.html and 404.html, sorted.
    pub fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.pages).unwrap().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let no_chapters = ["404.html", "print.html", "toc.html"];
        let mut names: Vec<String> = names
            .filter(|name| name.ends_with(".html") && !no_chapters.contains(&name.as_str()))
            .collect();
        names.sort();
        names
    }

    /// Starts a server for the pages.
    pub fn serve(&self) -> Server {
        Server::start(self.pages.clone())
    }
}

/// The course of this repository.
pub fn course() -> &'static BuiltBook {
    static COURSE: LazyLock<BuiltBook> = LazyLock::new(|| BuiltBook::build(workspace(), "course"));
    &COURSE
}

/// The author's guide.
pub fn guide() -> &'static BuiltBook {
    static GUIDE: LazyLock<BuiltBook> = LazyLock::new(|| {
        BuiltBook::build(&workspace().join("crates/mdbook-docktest/guide"), "guide")
    });
    &GUIDE
}
