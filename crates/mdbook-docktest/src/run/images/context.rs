//! The build context of a recipe: its files, and what its `prepare` makes.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::Canceller;

use super::recipe;
use crate::run::{CANCEL_INTERVAL, Progress, RunError};

/// How long a recipe's `prepare` may take.
const RECIPE_LIMIT: Duration = Duration::from_secs(900);

/// Makes build contexts on this machine.
pub(crate) struct ContextMaker<'a> {
    /// A directory for copies of recipes, which the caller removes.
    pub(crate) scratch: &'a Path,
    pub(crate) canceller: &'a Canceller,
    pub(crate) progress: &'a dyn Fn(Progress<'_>),
}

impl ContextMaker<'_> {
    /// Copies the recipe, runs its `prepare`, and packs the result. Returns the tar archive, which the next
    /// context replaces.
    ///
    /// # Errors
    /// When `prepare` fails, or a file cannot be written.
    pub(crate) fn make(&self, reference: &str, recipe: &Path) -> Result<PathBuf, RunError> {
        let context = self.scratch.join("context");
        let archive = self.scratch.join("context.tar");
        let make = |context: &Path| -> io::Result<()> {
            fs::create_dir(context)?;
            recipe::copy(recipe, context)
        };
        make(&context).map_err(RunError::io("copying the recipe"))?;
        if context.join("prepare").is_file() {
            self.prepare(reference, &context)?;
        }
        let words = [
            OsString::from("--create"),
            "--file".into(),
            archive.clone().into(),
            "--directory".into(),
            context.clone().into(),
            ".".into(),
        ];
        duct::cmd("tar", words)
            .stdin_null()
            .stdout_null()
            .run()
            .map_err(RunError::io("packing the recipe with `tar`"))?;
        fs::remove_dir_all(&context).map_err(RunError::io("removing the recipe's copy"))?;
        Ok(archive)
    }

    /// Runs the recipe's `prepare` in its own PID and mount namespaces, so that its processes and mounts
    /// end with this process.
    ///
    /// It is root, if need be in a user namespace: recipes are promised that (`guide/src/settings.md`). They mount, and unpack
    /// files of several owners, which the build takes over into the image.
    fn prepare(&self, reference: &str, context: &Path) -> Result<(), RunError> {
        // Only root may create the other namespaces by themselves.
        let is_root = rustix::process::geteuid().is_root();
        let words = ["setpriv", "--pdeathsig", "KILL", "unshare"].into_iter();
        let words = words.chain((!is_root).then_some("--map-root-user"));
        let words = words.chain([
            "--mount",
            "--pid",
            "--fork",
            "--mount-proc",
            "--kill-child=KILL",
            "./prepare",
        ]);
        let starting = || RunError::io(format!("running the recipe of `{reference}`"));
        let reader = duct::cmd("setsid", words)
            .dir(context)
            // If it is killed, its temporary files are removed with the engine.
            .env("TMPDIR", self.scratch)
            .stdin_null()
            .stderr_to_stdout()
            .unchecked()
            .reader()
            .map_err(starting())?;
        let deadline = Instant::now() + RECIPE_LIMIT;
        let done = AtomicBool::new(false);
        let last_line = thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if self.canceller.is_cancelled() || Instant::now() > deadline {
                        // Fails only if the process has exited.
                        let _ = reader.kill();
                        break;
                    }
                    thread::sleep(CANCEL_INTERVAL);
                }
            });
            let last_line = self.report_lines(&reader);
            done.store(true, Ordering::Relaxed);
            last_line
        });
        let last_line = last_line.map_err(starting())?;
        self.check_cancelled()?;
        match reader.try_wait().map_err(starting())? {
            Some(output) if output.status.success() => Ok(()),
            _ => Err(RunError::Recipe { message: last_line }),
        }
    }

    /// Reports each line of a recipe's output. Returns the last line that is not blank.
    fn report_lines(&self, output: impl io::Read) -> io::Result<String> {
        let mut last_line = String::new();
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            (self.progress)(Progress::Recipe { line: &line });
            if !line.trim().is_empty() {
                last_line = line.trim().to_owned();
            }
        }
        Ok(last_line)
    }

    fn check_cancelled(&self) -> Result<(), RunError> {
        if self.canceller.is_cancelled() { Err(RunError::Cancelled) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn each_line_of_a_recipe_is_reported_and_the_last_one_returned() {
        let lines = RefCell::new(Vec::new());
        let maker = ContextMaker {
            scratch: Path::new(""),
            canceller: &Canceller::new(),
            progress: &|progress| {
                if let Progress::Recipe { line } = progress {
                    lines.borrow_mut().push(line.to_owned());
                }
            },
        };
        let last = maker.report_lines(&b"one\n two \xff\n\n"[..]).unwrap();
        assert_eq!(last, "two \u{fffd}");
        assert_eq!(*lines.borrow(), ["one", " two \u{fffd}", ""]);
    }
}
