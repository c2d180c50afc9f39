//! What the threads of a hub share with the test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::answers::{self, Answer, Rule};
use super::names::Names;

/// A request to a hub, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// For example `GET`.
    pub method: String,
    /// The `Host` header.
    pub host: String,
    /// The path, with the query.
    pub path: String,
    /// The status of the response.
    pub status: u16,
    /// Whether it had an `Authorization` header.
    pub authorized: bool,
}

impl Request {
    /// Whether it asks for a manifest of this repository by a tag. A pull does so once; what an index lists,
    /// it then asks for by digest.
    pub(crate) fn asks_for(&self, repository: &str) -> bool {
        let path = self.path.strip_prefix("/v2/").and_then(|path| path.strip_prefix(repository));
        let reference = path.and_then(|path| path.strip_prefix("/manifests/"));
        reference.is_some_and(|reference| !reference.starts_with("sha256:"))
    }
}

/// What a test has prescribed, and what has happened.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The directory of the repositories in the registry's storage.
    pub(crate) repositories: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) names: Names,
    pub(crate) rules: Vec<Rule>,
    pub(crate) log: Vec<Request>,
    /// Users and their passwords.
    pub(crate) users: BTreeMap<String, String>,
    /// The repositories that only users can pull.
    pub(crate) private: BTreeSet<String>,
    /// The tokens that were issued, and the repositories that each is for.
    pub(crate) tokens: BTreeMap<String, BTreeSet<String>>,
}

impl Shared {
    pub(crate) fn new(repositories: PathBuf) -> Self {
        Self { repositories, state: Mutex::default() }
    }

    /// The state. A test that panics does not damage it.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn names(&self) -> Names {
        self.state().names
    }

    pub(crate) fn answer(&self, repository: &str, blob: bool) -> Option<Answer> {
        answers::answer(&mut self.state().rules, repository, blob)
    }

    pub(crate) fn has_repository(&self, name: &str) -> bool {
        self.repositories.join(name).is_dir()
    }
}
