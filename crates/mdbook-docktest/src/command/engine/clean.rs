//! `engine clean`: removes what the program keeps on this machine and on Dockers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use docker_cli::Canceller;
use docker_sandbox::{PreparedRoot, leftovers, lock_roots, prepared_roots};
use indicatif::DecimalBytes;

use crate::cli::EngineClean;
use crate::command::progress::say;
use crate::command::{Exit, cache, cancel_on_signals, print, print_error};
use crate::run::docker::{CleanedDocker, clean_docker};
use crate::run::{Amount, Cleaned, RunError, clean_images, disk_usage};
use crate::store::failures::kept_failures;

/// The singular and the plural of a noun.
type Noun = [&'static str; 2];

const IMAGES: Noun = ["image", "images"];
const REMAINS: Noun =
    ["unfinished or unused part of an image", "unfinished or unused parts of images"];
const LEARNED: Noun = ["note on the images of a chapter", "notes on the images of chapters"];
const EARLIER: Noun = ["file of an earlier version", "files of earlier versions"];
const ENGINES: Noun = ["prepared root file system", "prepared root file systems"];
const LEFTOVERS: Noun = ["leftover of a killed run", "leftovers of killed runs"];
const DOCKER_IMAGES: Noun = ["image with an engine on Docker", "images with engines on Docker"];
const DOCKER_VOLUMES: Noun =
    ["volume with a cache of images on Docker", "volumes with caches of images on Docker"];
const FAILURES: Noun =
    ["set of failed runs of `mdbook serve`", "sets of failed runs of `mdbook serve`"];

/// Why something is kept.
const IN_USE: &str = "in use by a running program";
const IN_USE_THERE: &str = "in use by a container";

pub(in crate::command) fn clean(options: &EngineClean) -> Result<Exit> {
    let cache = cache()?;
    let canceller = cancel_on_signals()?;
    let mut cleaning = Cleaning { is_dry_run: options.dry_run, ..Cleaning::default() };
    cleaning.images(&cache, &canceller)?;
    cleaning.earlier_versions(&cache);
    cleaning.engines(&cache.join("engines"), options.all);
    cleaning.leftovers();
    cleaning.failures(&cache);
    cleaning.dockers(&options.contexts, &canceller)?;
    print(&cleaning.text()).context("cannot write what was removed")?;
    let remedy = if rustix::process::geteuid().is_root() { "" } else { "; run this as root" };
    let failures = cleaning.failures.iter().map(|failure| format!("{failure}{remedy}"));
    let failures: Vec<String> = failures.chain(cleaning.docker_failures.iter().cloned()).collect();
    failures.iter().for_each(|failure| print_error(failure));
    Ok(if failures.is_empty() { Exit::Success } else { Exit::Error })
}

/// What was removed and kept so far, or would be.
#[derive(Debug, Default)]
struct Cleaning {
    is_dry_run: bool,
    removed: Vec<(Noun, Amount)>,
    /// With the reason.
    kept: Vec<(Noun, Amount, String)>,
    failures: Vec<String>,
    /// Of these, being root is no remedy.
    docker_failures: Vec<String>,
}

impl Cleaning {
    fn images(&mut self, cache: &Path, canceller: &Canceller) -> Result<()> {
        let waiting = || say("waiting for another run, which is adding images to the cache");
        match clean_images(&cache.join("images"), self.is_dry_run, waiting, canceller) {
            Ok(Cleaned { images, in_use, remains, learned, failures }) => {
                self.removed.extend([(IMAGES, images), (REMAINS, remains), (LEARNED, learned)]);
                self.kept.push((IMAGES, in_use, IN_USE.to_owned()));
                self.failures.extend(failures);
            }
            // The rest can be cleaned nevertheless.
            Err(error @ RunError::Io { .. }) => self.failures.push(error.to_string()),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Removes archives of images and copies of their layers, which earlier versions have kept.
    fn earlier_versions(&mut self, cache: &Path) {
        let is_archive =
            |path: &PathBuf| path.extension().is_some_and(|extension| extension == "tar");
        // If it cannot be read, that was reported with the images.
        let images = entries(&cache.join("images")).unwrap_or_default().into_iter();
        let mut old: Vec<PathBuf> = images.filter(is_archive).collect();
        match entries(&cache.join("stores")) {
            Ok(stores) => old.extend(stores),
            Err(error) => self.failed("read", &cache.join("stores"), &error),
        }
        self.remove_all(EARLIER, old);
        if !self.is_dry_run {
            // Fails if something is left in it.
            let _ = fs::remove_dir(cache.join("stores"));
        }
    }

    fn engines(&mut self, engines: &Path, all: bool) {
        let roots = match prepared_roots(engines) {
            Ok(roots) => roots,
            Err(error) => return self.failed("read", engines, &error),
        };
        let size = |roots: &[PreparedRoot]| Amount {
            count: roots.len(),
            bytes: roots.iter().map(|root| disk_usage(&root.path)).sum(),
        };
        if engines.is_symlink() {
            let reason = format!("`{}` is a link: remove them there", engines.display());
            return self.kept.push((ENGINES, size(&roots), reason));
        }
        let (in_use, free): (Vec<_>, Vec<_>) = roots.into_iter().partition(PreparedRoot::is_in_use);
        self.kept.push((ENGINES, size(&in_use), IN_USE.to_owned()));
        let (linked, free): (Vec<_>, Vec<_>) =
            free.into_iter().partition(|root| root.is_linked() && !all);
        let them = if linked.len() == 1 { "it" } else { "them" };
        let reason = format!("engines start from {them}; use `--all` to remove {them}, too");
        self.kept.push((ENGINES, size(&linked), reason));
        if self.is_dry_run || free.is_empty() {
            return self.removed.push((ENGINES, size(&free)));
        }
        match lock_roots(engines) {
            Ok(Some(_lock)) => self.remove_roots(&free),
            Ok(None) => {
                self.kept.push((ENGINES, size(&free), "another one is being prepared".to_owned()));
            }
            Err(error) => self.failed("lock", engines, &error),
        }
    }

    fn remove_roots(&mut self, roots: &[PreparedRoot]) {
        let mut removed = Amount::default();
        for root in roots {
            let size = disk_usage(&root.path);
            match root.remove() {
                Ok(true) => removed.add(size),
                // An engine has started from it in the meantime.
                Ok(false) => {}
                Err(error) => self.failed("remove", &root.path, &error),
            }
        }
        self.removed.push((ENGINES, removed));
    }

    fn leftovers(&mut self) {
        let mut removed = Amount::default();
        for leftover in leftovers() {
            // The files of control groups are not on a disk.
            let size = if leftover.is_control_group { 0 } else { disk_usage(&leftover.path) };
            match if self.is_dry_run { Ok(()) } else { leftover.remove() } {
                Ok(()) => removed.add(size),
                Err(error) => self.failed("remove", &leftover.path, &error),
            }
        }
        self.removed.push((LEFTOVERS, removed));
    }

    fn failures(&mut self, cache: &Path) {
        let sessions = match kept_failures(cache) {
            Ok(sessions) => sessions,
            Err(error) => return self.failed("read", &cache.join("failures"), &error),
        };
        let (over, running): (Vec<_>, Vec<_>) =
            sessions.into_iter().partition(|(_, is_over)| *is_over);
        let mut kept = Amount::default();
        running.iter().for_each(|(path, _)| kept.add(disk_usage(path)));
        self.kept.push((FAILURES, kept, IN_USE.to_owned()));
        self.remove_all(FAILURES, over.into_iter().map(|(path, _)| path).collect());
    }

    /// Cleans the Dockers of contexts or, without any, the one that `docker` uses by itself.
    fn dockers(&mut self, contexts: &[String], canceller: &Canceller) -> Result<()> {
        let contexts: Vec<Option<&str>> = match contexts {
            [] => vec![None],
            contexts => contexts.iter().map(|context| Some(context.as_str())).collect(),
        };
        for context in contexts {
            let cleaned = match clean_docker(context, self.is_dry_run, canceller) {
                Ok(Some(cleaned)) => cleaned,
                Ok(None) => continue,
                Err(RunError::Cancelled) => return Err(RunError::Cancelled.into()),
                Err(error) => {
                    self.docker_failures.push(error.to_string());
                    continue;
                }
            };
            let CleanedDocker { images, images_in_use, volumes, volumes_in_use, failures } =
                cleaned;
            let amount = |count| Amount { count, bytes: 0 };
            self.removed.extend([(DOCKER_IMAGES, images), (DOCKER_VOLUMES, amount(volumes))]);
            let kept = [(DOCKER_IMAGES, images_in_use), (DOCKER_VOLUMES, amount(volumes_in_use))];
            self.kept.extend(kept.map(|(noun, amount)| (noun, amount, IN_USE_THERE.to_owned())));
            self.docker_failures.extend(failures);
        }
        Ok(())
    }

    fn remove_all(&mut self, noun: Noun, paths: Vec<PathBuf>) {
        let mut removed = Amount::default();
        for path in paths {
            let size = disk_usage(&path);
            match if self.is_dry_run { Ok(()) } else { remove(&path) } {
                Ok(()) => removed.add(size),
                Err(error) => self.failed("remove", &path, &error),
            }
        }
        self.removed.push((noun, removed));
    }

    fn failed(&mut self, action: &str, path: &Path, error: &io::Error) {
        self.failures.push(format!("cannot {action} `{}`: {error}", path.display()));
    }

    /// A line for each kind of thing.
    fn text(&self) -> String {
        let verbs =
            if self.is_dry_run { ["would remove", "would keep"] } else { ["removed", "kept"] };
        let amount = |noun: &Noun, amount: &Amount| {
            let Amount { count, bytes } = amount;
            let name = noun[usize::from(*count != 1)];
            if *noun == DOCKER_VOLUMES {
                // Its size is not known.
                return format!("{count} {name}");
            }
            format!("{count} {name}, {}", DecimalBytes(*bytes))
        };
        let is_there = |amount: &Amount| amount.count > 0;
        let removed = self.removed.iter().filter(|(_, amount)| is_there(amount));
        let removed = removed.map(|(noun, of)| format!("{} {}\n", verbs[0], amount(noun, of)));
        let mut text: String = removed.collect();
        if text.is_empty() {
            text.push_str("nothing to remove\n");
        }
        for (noun, of, reason) in self.kept.iter().filter(|(_, of, _)| is_there(of)) {
            text.push_str(&format!("{} {}: {reason}\n", verbs[1], amount(noun, of)));
        }
        text
    }
}

/// What is in a directory, which need not exist.
fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Removes a file or a directory. It may have been removed already.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests;
