//! A workflow for a book's own repository: it checks proposed changes, and publishes the pages.

use std::io;
use std::path::{Path, PathBuf};
use std::{fs, iter};

use mdbook_preprocessor::MDBOOK_VERSION;
use mdbook_preprocessor::config::Config;

use super::{Done, InstallError};
use crate::book::build_directory::pages_directory;
use crate::book::source_file;
use crate::text::stamp::{self, Comment, Copy};

/// How YAML writes a comment.
const COMMENT: Comment = ("# ", "");

/// Who runs the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// GitHub Actions.
    Github,
    /// GitLab CI/CD.
    Gitlab,
}

impl Host {
    /// The file, relative to the root of the repository.
    fn file(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/book.yml",
            Self::Gitlab => ".gitlab-ci.yml",
        }
    }

    /// The value of the option `--ci`.
    fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Github => include_str!("ci/github.yml"),
            Self::Gitlab => include_str!("ci/gitlab.yml"),
        }
    }

    /// The address of a project's site, as far as the host knows it.
    fn site_url(self) -> &'static str {
        match self {
            Self::Github => {
                "https://${{ github.repository_owner }}.github.io/${{ github.event.repository.name }}/"
            }
            Self::Gitlab => "$CI_PAGES_URL/",
        }
    }

    /// The workflow for a book in the directory `inside` of its repository.
    pub fn workflow(self, inside: &Path, config: &Config) -> String {
        let text = |path: &Path| match path.to_string_lossy() {
            path if path.is_empty() => ".".to_owned(),
            path => path.into_owned(),
        };
        let (pages, in_repository) =
            (pages_directory(config), inside.join(pages_directory(config)));
        let is_known = ["site-url", "cname"]
            .iter()
            .any(|key| config.contains_key(&format!("output.html.{key}")));
        let site_url = match self {
            _ if is_known => String::new(),
            Self::Github => format!("\n          {SITE_URL}: {}", self.site_url()),
            Self::Gitlab => format!("\n    {SITE_URL}: {}", self.site_url()),
        };
        self.template()
            .replace("@mdbook@", MDBOOK_VERSION)
            .replace("@docktest@", stamp::version())
            .replace("@site-url@", &site_url)
            // An action gets a path in the repository, and a script is in the book's directory.
            .replace("@directory@", &in_yaml(&text(inside)))
            .replace("@pages@", &in_yaml(&text(&in_repository)))
            .replace("@enter@", &command(&format!("cd {}", in_shell(&text(inside)))))
            .replace(
                "@publish@",
                &command(&format!("mv {} \"$CI_PROJECT_DIR/public\"", in_shell(&text(&pages)))),
            )
    }
}

/// The variable with the address of the site, for mdBook.
const SITE_URL: &str = "MDBOOK_OUTPUT__HTML__SITE_URL";

/// A text as YAML, on one line. JSON's strings are YAML's (YAML 1.2.2, section 5.7).
fn in_yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A command as YAML, on one line: as it is, unless YAML reads it as something else than a text.
fn command(command: &str) -> String {
    let is_plain = !command.contains(": ") && !command.contains(" #");
    if is_plain { command.to_owned() } else { in_yaml(command) }
}

/// A text as one word of a shell.
fn in_shell(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Writes the workflow for the book in a directory; or updates it, unless it was edited or is another's. Returns its
/// path, relative to the book, what was done, and a warning. With `force`, an edited one is replaced, too.
///
/// # Errors
/// When a file cannot be read or written. It is then unchanged.
pub(super) fn install(
    host: Host,
    directory: &Path,
    config: &Config,
    force: bool,
) -> Result<(PathBuf, Done, Option<String>), InstallError> {
    let book = directory.canonicalize();
    let book = book.map_err(|source| InstallError::Read { path: directory.to_owned(), source })?;
    let (up, inside) = place(&book);
    let shown = up.join(host.file());
    let path = directory.join(&shown);
    let text = host.workflow(&inside, config);
    let new = stamp::stamped(&text, COMMENT);
    let old = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            source_file::create(&path, &new)?;
            return Ok((shown, Done::Added, None));
        }
        Err(source) => return Err(InstallError::Read { path, source }),
    };
    let name = host.name();
    let done = match stamp::judge(&text, &String::from_utf8_lossy(&old), COMMENT) {
        Copy::Current => return Ok((shown, Done::Unchanged, None)),
        Copy::Unedited { version } => Done::Updated(version),
        Copy::Edited | Copy::EditedAndOld if force => Done::Overwritten,
        Copy::Edited => return Ok((shown, Done::Kept, None)),
        Copy::EditedAndOld => {
            let warning = format!(
                "{} was edited, and is not the current version: to replace it, run `mdbook-docktest install \
                 --ci {name} --force`",
                shown.display()
            );
            return Ok((shown, Done::KeptOld, Some(warning)));
        }
        Copy::Other => {
            let warning = format!(
                "{} is not from this program: to get its jobs, move it away, run `mdbook-docktest install \
                 --ci {name}`, and join both",
                shown.display()
            );
            return Ok((shown, Done::KeptOther, Some(warning)));
        }
    };
    source_file::replace(&path, &old, &new)?;
    Ok((shown, done, None))
}

/// The way from a book up to the root of its repository, and back. Without a repository, it will be the root of one.
fn place(book: &Path) -> (PathBuf, PathBuf) {
    let root = book.ancestors().find(|directory| directory.join(".git").exists()).unwrap_or(book);
    let inside = book.strip_prefix(root).unwrap_or(Path::new("")).to_owned();
    (iter::repeat_n("..", inside.components().count()).collect(), inside)
}

#[cfg(test)]
mod tests;
