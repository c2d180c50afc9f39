//! The files that a chapter's commands write, by the paths that the commands use.

use std::collections::BTreeMap;

use super::expansion::{UNKNOWN, is_known, limited};

/// The greatest number of files that are kept.
const LIMIT: usize = 256;

/// The greatest length of a path, as in Linux.
const PATH_LIMIT: usize = 4096;

/// The files with known contents, and the current directory.
#[derive(Debug)]
pub(super) struct Files {
    contents: BTreeMap<String, String>,
    /// The current directory, relative to the one in which the chapter starts; `None` if it is not
    /// known.
    directory: Option<String>,
    previous: Option<String>,
}

impl Default for Files {
    fn default() -> Self {
        let start = Some(String::new());
        Self { contents: BTreeMap::new(), directory: start.clone(), previous: start }
    }
}

impl Files {
    /// Returns the current directory, to return to it.
    pub(super) fn directory(&self) -> Option<String> {
        self.directory.clone()
    }

    pub(super) fn set_directory(&mut self, directory: Option<String>) {
        self.directory = directory;
    }

    /// Changes the current directory as `cd` does.
    pub(super) fn change_directory(&mut self, target: Option<&str>) {
        let new = match target {
            Some("-") => self.previous.clone(),
            Some(target) => self.path(target),
            None => self.path("~"),
        };
        self.previous = std::mem::replace(&mut self.directory, new);
    }

    /// Returns the path from which a name leads to the same file in any directory.
    fn path(&self, name: &str) -> Option<String> {
        if !is_known(name) || name.len() > PATH_LIMIT {
            return None;
        }
        let is_absolute = name.starts_with(['/', '~']);
        let base = if is_absolute { "" } else { self.directory.as_deref()? };
        let mut parts: Vec<&str> = Vec::new();
        for part in base.split('/').chain(name.split('/')) {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let root =
            if is_absolute && !name.starts_with('~') || base.starts_with('/') { "/" } else { "" };
        let path = format!("{root}{}", parts.join("/"));
        (path.len() <= PATH_LIMIT).then_some(path)
    }

    /// Returns the contents of a file.
    pub(super) fn read(&self, name: &str) -> Option<&str> {
        self.contents.get(&self.path(name)?).map(String::as_str)
    }

    /// Writes a file. `contents` is `None` if they are not known.
    pub(super) fn write(&mut self, name: &str, contents: Option<&str>, appends: bool) {
        let Some(path) = self.path(name) else { return };
        let contents = contents.map_or_else(|| UNKNOWN.to_string(), str::to_owned);
        // A chapter starts in an empty directory.
        let before = if appends { self.contents.get(&path).map_or("", String::as_str) } else { "" };
        let contents = limited(format!("{before}{contents}"));
        if self.contents.len() < LIMIT || self.contents.contains_key(&path) {
            self.contents.insert(path, contents);
        }
    }

    /// Copies a file to another, or into a directory.
    pub(super) fn copy(&mut self, from: &str, to: &str) {
        let name = from.rsplit('/').next().unwrap_or(from);
        let contents = self.read(from).map(str::to_owned);
        let is_directory = to.ends_with('/') || matches!(to, "." | "..");
        let to = if is_directory { format!("{to}/{name}") } else { to.to_owned() };
        self.write(&to, contents.as_deref(), false);
    }
}
