//! `docker image load`, `save` and `import`
//!
//! The archives pass through standard input and output, never through docker's `--input` and
//! `--output`: those would name files where [`through`](crate::Docker::through) leads.

use std::ffi::OsStr;
use std::path::Path;

use crate::command::Command;
use crate::define::command;
use crate::docker::Docker;
use crate::error::Error;
use crate::id::ImageId;
use crate::output::Output;
use crate::read;
use crate::stdin::Stdin;

command! {
    /// `docker image load`. It returns what was loaded: names or, where an image has none,
    /// identifiers.
    Load = "image" "load" => Vec<String>, loaded;
    /// Only the image for this platform (Docker 28 and later).
    platform: value "--platform";
}

impl Load {
    pub(super) fn of(docker: &Docker, archive: Stdin) -> Self {
        let mut load = Self::new(docker);
        load.0.stdin(archive);
        load
    }
}

/// `Loaded image: alpine:latest` or `Loaded image ID: sha256:…`, one line each.
#[expect(clippy::needless_pass_by_value, reason = "a reader owns the output")]
fn loaded(output: Output) -> Result<Vec<String>, Error> {
    let text = output.stdout_text();
    let names = text.lines().filter_map(|line| {
        line.strip_prefix("Loaded image: ").or_else(|| line.strip_prefix("Loaded image ID: "))
    });
    Ok(names.map(|name| name.trim().to_owned()).collect())
}

command! {
    /// `docker image save`. [`call`](Command::call) returns the archive in memory;
    /// [`to`](Self::to) writes it into a file.
    Save = "image" "save" => Vec<u8>, bytes;
    /// Only the image for this platform (Docker 28 and later).
    platform: value "--platform";
}

fn bytes(output: Output) -> Result<Vec<u8>, Error> {
    Ok(output.stdout)
}

impl Save {
    /// Writes the archive into this file, which appears, or is replaced, when it is complete.
    ///
    /// # Errors
    ///
    /// Those of every call; [`Error::Io`] when the file cannot be written.
    pub fn to(mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let cannot_write = || Error::io(format!("write {}", path.display()));
        let file = tempfile::Builder::new()
            .prefix(".docker-save-")
            .tempfile_in(directory)
            .map_err(cannot_write())?;
        self.0.stdout(file.reopen().map_err(cannot_write())?);
        self.call()?;
        file.persist(path).map_err(|error| cannot_write()(error.error))?;
        Ok(())
    }
}

command! {
    /// `docker image import`. It returns the new image's identifier.
    Import = "image" "import" => ImageId, read::last_line;
    /// A Dockerfile instruction to apply: `CMD ["sh"]`.
    change: value "--change";
    /// The message of the image's only layer.
    message: value "--message";
    /// The platform of what is in the archive.
    platform: value "--platform";
}

impl Import {
    pub(super) fn of(docker: &Docker, archive: Stdin) -> Self {
        let mut import = Self::new(docker).positionals(["-"]);
        import.0.stdin(archive);
        import
    }

    /// The new image's name.
    pub fn reference(mut self, name: impl AsRef<OsStr>) -> Self {
        self.0.positional(name);
        self
    }
}
