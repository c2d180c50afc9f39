//! Building a root file system from Debian's packages, with mmdebstrap.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

use docker_cli::Canceller;

use super::definition::Definition;
use super::{POLL, Preparing};
use crate::packages::IN_NAMESPACES;
use crate::root::is_on_path;
use crate::user_namespace::check_privileges;
use crate::{Error, Suite};

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// For systems on which apt has no mirror of Debian.
const MIRROR: &str = "http://deb.debian.org/debian";

/// mmdebstrap mounts the machine's /dev in the new root. In namespaces that end with this process, in
/// whatever way it ends, no mount is left that removing the unfinished directory would descend into.
///
/// In a user namespace of this program, too, root is what mmdebstrap takes itself for: it falls back to bind
/// mounts where it cannot create devices or mount a sysfs. Its own mode for that would enter another user
/// namespace.
const MMDEBSTRAP: [&str; 3] = ["mmdebstrap", "--mode=root", "--format=directory"];

/// Checks that what building needs is installed.
fn check() -> Result<(), Error> {
    check_privileges()?;
    let programs =
        [("mmdebstrap", "mmdebstrap"), ("setpriv", "util-linux"), ("unshare", "util-linux")];
    for (program, package) in programs {
        if !is_on_path(program) {
            return Err(Error::ProgramMissing { program, package });
        }
    }
    match Path::new(KEYRING).exists() {
        true => Ok(()),
        false => Err(Error::KeyringMissing { keyring: KEYRING }),
    }
}

/// Builds the root file system of a definition in `directory`. It grows in `part`, which is removed if it
/// fails, and may be left there by a kill.
pub(super) fn build(
    (suite, definition): (Suite, &Definition),
    part: &Path,
    directory: &Path,
    canceller: &Canceller,
    announce: &mut dyn FnMut(Preparing<'_>),
) -> Result<(), Error> {
    check()?;
    announce(Preparing::Building { suite });
    remove(part)?;
    let done = run(suite, definition, part, canceller, announce).and_then(|()| {
        match part.join("usr/sbin/dockerd").is_file() {
            true => Ok(()),
            false => Err(not_prepared(suite, "no `dockerd` in its packages")),
        }
    });
    if let Err(error) = done {
        // It is in the way of nothing: the next one removes it.
        let _ = remove(part);
        return Err(error);
    }
    fs::rename(part, directory)
        .map_err(Error::io(format!("creating the directory {}", directory.display())))
}

fn remove(part: &Path) -> Result<(), Error> {
    match part.exists() {
        true => fs::remove_dir_all(part)
            .map_err(Error::io(format!("removing the directory {}", part.display()))),
        false => Ok(()),
    }
}

fn run(
    suite: Suite,
    definition: &Definition,
    part: &Path,
    canceller: &Canceller,
    announce: &mut dyn FnMut(Preparing<'_>),
) -> Result<(), Error> {
    let (mirror, settings) = apt();
    let words = IN_NAMESPACES.iter().chain(&MMDEBSTRAP);
    let mut words: Vec<String> = words.map(|word| (*word).to_owned()).collect();
    words.extend(settings.into_iter().map(|option| format!("--aptopt={option}")));
    words.extend(definition.arguments().iter().cloned());
    words.push(part.to_string_lossy().into_owned());
    words.push(format!("deb [signed-by={KEYRING}] {mirror} {suite} main"));

    let mut child = std::process::Command::new("setpriv")
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::io("starting `mmdebstrap`"))?;
    let (sender, lines) = channel();
    let stderr = child.stderr.take();
    let reader = thread::spawn(move || {
        for line in stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n')) {
            let Ok(line) = line else { break };
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });
    let log = follow(&lines, canceller, announce);
    if canceller.is_cancelled() {
        // Its namespaces end with it. Ctrl-C may have ended it already.
        let _ = child.kill();
    }
    let status = child.wait().map_err(Error::io("waiting for `mmdebstrap`"))?;
    // It ends with what has printed to it.
    let _ = reader.join();
    if canceller.is_cancelled() {
        return Err(Error::Cancelled);
    }
    match status.success() {
        true => Ok(()),
        false => Err(not_prepared(suite, &reason(&log))),
    }
}

/// Announces what mmdebstrap does until it has ended, or is to be cancelled. Returns what it has printed.
fn follow(
    lines: &Receiver<String>,
    canceller: &Canceller,
    announce: &mut dyn FnMut(Preparing<'_>),
) -> Vec<String> {
    let mut log = Vec::new();
    while !canceller.is_cancelled() {
        match lines.recv_timeout(POLL) {
            Ok(line) => {
                if let Some(phase) = phase(&line) {
                    announce(Preparing::Phase(phase));
                }
                log.push(line);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    log
}

/// What mmdebstrap says that it does: `I: downloading packages with apt...`.
fn phase(line: &str) -> Option<&str> {
    // It also says when it is interrupted.
    line.strip_prefix("I: ")?.strip_suffix("...").filter(|phase| !phase.starts_with("main()"))
}

/// The cause in what mmdebstrap has printed: apt's first error.
fn reason(log: &[String]) -> String {
    let lines = || log.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let error = lines().find_map(|line| line.strip_prefix("E: "));
    let cause = error.or_else(|| lines().next_back()).unwrap_or("no output");
    let cause = cause.trim_end_matches('.');
    if lines().any(|line| line.contains("NO_PUBKEY")) {
        return format!(
            "{cause}: install a newer `debian-archive-keyring` with the keys of this release"
        );
    }
    cause.to_owned()
}

fn not_prepared(suite: Suite, reason: &str) -> Error {
    Error::NotPrepared { suite, reason: reason.to_owned() }
}

/// This machine's settings of apt for how it reaches a mirror, such as proxies, and for mirrors that are not renewed
/// any more.
const SETTINGS: [&str; 4] =
    ["Acquire::http", "Acquire::https", "Acquire::Check-Valid-Until", "Acquire::Check-Date"];

/// The mirror of Debian that this machine's apt uses, and its [`SETTINGS`]; mmdebstrap reads neither.
fn apt() -> (String, Vec<String>) {
    let read = |program, arguments: &[&str]| {
        let expression = duct::cmd(program, arguments).stdin_null().stderr_null();
        // On a system without apt, or without lists of packages, there is nothing to know.
        expression.read().unwrap_or_default()
    };
    let format = "$(REPO_URI) $(CODENAME) $(COMPONENT)";
    let words = ["indextargets", "--format", format, "Created-By: Packages", "Origin: Debian"];
    let targets = read("apt-get", &words);
    let words = [&["dump", "--format", "%F \"%v\";%n"][..], &SETTINGS].concat();
    let settings = read("apt-config", &words);
    let is_set = |line: &&str| !line.ends_with("\"\";");
    let settings = settings.lines().filter(is_set).map(str::to_owned).collect();
    (mirror(&targets).unwrap_or(MIRROR).to_owned(), settings)
}

/// The first mirror of Debian's main archive in apt's index targets, one per line: URI, codename,
/// component. The archive of security updates does not have a complete suite.
fn mirror(targets: &str) -> Option<&str> {
    targets.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (uri, codename, component) = (words.next()?, words.next()?, words.next()?);
        (component == "main" && !codename.contains('-')).then_some(uri)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_that_of_the_main_archive() {
        let targets = "http://a.example/security bookworm-security main\n\
                       http://b.example/debian bookworm-updates main\n\
                       http://b.example/debian bookworm contrib\n\
                       http://b.example/debian bookworm main";
        assert_eq!(mirror(targets), Some("http://b.example/debian"));
        assert_eq!(mirror(""), None);
    }

    #[test]
    fn progress_is_what_mmdebstrap_says_that_it_does() {
        assert_eq!(phase("I: extracting archives..."), Some("extracting archives"));
        assert_eq!(phase("I: success in 73.4208 seconds"), None);
        assert_eq!(phase("W: something..."), None);
        assert_eq!(phase("I: main() received signal PIPE: waiting for setup..."), None);
    }

    #[test]
    fn the_reason_is_the_first_error_of_apt() {
        let log = |lines: &[&str]| -> Vec<String> {
            lines.iter().map(|line| (*line).to_owned()).collect()
        };
        let unreachable = log(&[
            "I: running apt-get update...",
            "Err:1 http://a.example/debian trixie InRelease",
            "E: Failed to fetch http://a.example/debian/dists/trixie/InRelease",
            "E: mmdebstrap failed to run",
        ]);
        let reason = super::reason(&unreachable);
        assert_eq!(reason, "Failed to fetch http://a.example/debian/dists/trixie/InRelease");
        let unsigned = log(&[
            "W: GPG error: the public key is not available: NO_PUBKEY 6ED0E7B82643E131",
            "E: The repository 'http://a.example/debian trixie InRelease' is not signed.",
        ]);
        assert_eq!(
            super::reason(&unsigned),
            "The repository 'http://a.example/debian trixie InRelease' is not signed: install a \
             newer `debian-archive-keyring` with the keys of this release"
        );
        assert_eq!(super::reason(&log(&["  the last line ", ""])), "the last line");
        assert_eq!(super::reason(&[]), "no output");
    }
}
