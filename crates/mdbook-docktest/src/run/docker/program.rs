//! The program for a container: built for the platform of its Docker, and of the same version as this one.

use std::env;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_cli::{Docker, DockerCommand, Error};
use docker_images::Platform;

use super::brief;
use crate::run::RunError;

/// The program in the container. Steps do not see what is in this directory, as it is not on the container's own file
/// system.
pub(super) const PROGRAM: &str = "/run/mdbook-docktest/program";

/// What a program prints that fits this one, when it is asked for its version.
const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// Writes the program, and checks that it runs there.
const RECEIVE: &str = r#"cat >"$1" && chmod 0700 "$1" && "$1" --version"#;

/// Takes the program of the image. Says nothing if there is none.
const TAKE: &str =
    r#"program=$(command -v mdbook-docktest) || exit 1; cp "$program" "$1" && "$1" --version"#;

/// How long sending the program may take.
const LIMIT: Duration = Duration::from_secs(300);

/// Where the program comes from.
#[derive(Debug)]
pub(super) enum Program {
    /// This program itself.
    Own(File),
    /// A file beside it, with its path.
    Beside(File, PathBuf),
    /// The image of the container, which the author has named. The path is where a file could be.
    OfImage { platform: Platform, path: PathBuf },
}

impl Program {
    /// Finds the program for a platform: this one, or one beside it whose name ends with the platform, as
    /// `mdbook-docktest-linux-arm64`. If there is none, an image that the author has named may contain it.
    ///
    /// # Errors
    /// When there is none, and when it cannot be read.
    pub(super) fn find(platform: &Platform, has_named_image: bool) -> Result<Self, RunError> {
        let reading = || RunError::io("reading this program");
        if cfg!(target_os = "linux") && *platform == Platform::of_this_machine() {
            // Also if it was replaced since it was started.
            return Ok(Self::Own(File::open("/proc/self/exe").map_err(reading())?));
        }
        // A link to it can be in another directory.
        let own = env::current_exe().and_then(|path| path.canonicalize()).map_err(reading())?;
        Self::beside(&own, platform, has_named_image)
    }

    fn beside(own: &Path, platform: &Platform, has_named_image: bool) -> Result<Self, RunError> {
        let suffix = platform.to_string().replace('/', "-");
        let path = own.with_file_name(format!("{}-{suffix}", env!("CARGO_PKG_NAME")));
        match File::open(&path) {
            Ok(file) => Ok(Self::Beside(file, path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && has_named_image => {
                Ok(Self::OfImage { platform: platform.clone(), path })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(platform, &path)),
            Err(error) => Err(RunError::io(format!("reading `{}`", path.display()))(error)),
        }
    }

    /// Puts the program into a container.
    ///
    /// # Errors
    /// When it does not run there, or has another version.
    pub(super) fn send(self, docker: &Docker, container: &str) -> Result<(), RunError> {
        let exec = |script| {
            let words = ["sh", "-c", script, "program", PROGRAM];
            docker.container().exec(container, words).timeout(LIMIT)
        };
        let (sent, remedy) = match self {
            Self::Own(file) => {
                let remedy = "use an image whose C library is not older than this program's";
                (exec(RECEIVE).stdin(file).call(), remedy.to_owned())
            }
            Self::Beside(file, path) => {
                (exec(RECEIVE).stdin(file).call(), format!("replace `{}`", path.display()))
            }
            Self::OfImage { platform, path } => match exec(TAKE).call() {
                Err(Error::Exit(failure)) if failure.message.trim().is_empty() => {
                    return Err(missing(&platform, &path));
                }
                taken => (taken, "name another image with `--engine-image`".to_owned()),
            },
        };
        match sent {
            Ok(output) => check_version(&output.stdout_text(), &remedy),
            Err(error @ Error::Exit(_)) => {
                let said = brief(&error);
                let message =
                    format!("the program does not run in the engine's image: {said}: {remedy}");
                Err(RunError::Remote { message })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// That no program for the platform was found. `path` is where it could be.
fn missing(platform: &Platform, path: &Path) -> RunError {
    let message = format!(
        "its containers are for {platform}, and this program is not: put the release's program for {platform} beside it, \
         as `{}`, or name an image that contains it with `--engine-image`",
        path.display()
    );
    RunError::Remote { message }
}

/// Checks what a program has printed as its version. The two talk with each other.
fn check_version(printed: &str, remedy: &str) -> Result<(), RunError> {
    let found = printed.trim();
    if found == VERSION {
        return Ok(());
    }
    let message =
        format!("the program for the container is `{found}` instead of `{VERSION}`: {remedy}");
    Err(RunError::Remote { message })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn fails_saying(result: Result<Program, RunError>, expected: &str) {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }

    #[test]
    fn on_the_same_platform_it_is_this_program() {
        let found = Program::find(&Platform::of_this_machine(), false).unwrap();
        assert!(matches!(found, Program::Own(_)) == cfg!(target_os = "linux"), "{found:?}");
    }

    #[test]
    fn for_another_platform_it_is_beside_this_program_or_in_an_image_that_the_author_has_named() {
        let directory = tempfile::tempdir().unwrap();
        let own = directory.path().join("mdbook-docktest");
        let platform = Platform::new("linux", "aarch64", "");
        let path = directory.path().join("mdbook-docktest-linux-arm64");
        let find = |has_named_image| Program::beside(&own, &platform, has_named_image);
        fails_saying(
            find(false),
            &format!(
                "its containers are for linux/arm64, and this program is not: put the release's program for \
                 linux/arm64 beside it, as `{}`, or name an image that contains it with `--engine-image`",
                path.display()
            ),
        );
        assert!(matches!(find(true), Ok(Program::OfImage { path: at, .. }) if at == path));
        fs::write(&path, "").unwrap();
        for has_named_image in [false, true] {
            let found = find(has_named_image).unwrap();
            assert!(matches!(found, Program::Beside(_, at) if at == path));
        }
    }

    #[test]
    fn a_program_of_another_version_is_refused() {
        check_version(&format!("{VERSION}\n"), "replace `/p`").unwrap();
        let other = check_version("mdbook-docktest 0.0.1\n", "replace `/p`").unwrap_err();
        let expected = format!(
            "the program for the container is `mdbook-docktest 0.0.1` instead of `{VERSION}`: replace `/p`"
        );
        assert_eq!(other.to_string(), expected);
    }

    #[test]
    fn the_version_is_what_the_program_prints() {
        assert_eq!(
            <crate::Cli as clap::CommandFactory>::command().render_version().trim(),
            VERSION
        );
    }
}
