//! `docker context …`

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde_json::Value;

use crate::define::{command, record};
use crate::docker::Docker;
pub use crate::generated::context::*;
use crate::read;

/// The `docker context` commands; see [`Docker::contexts`].
#[derive(Clone, Copy, Debug)]
pub struct Contexts<'a>(pub(crate) &'a Docker);

impl Contexts<'_> {
    /// Lists contexts.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Returns the details of contexts; without a name, those of the context in use.
    pub fn inspect<I>(&self, contexts: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).with_positionals(contexts)
    }
}

command! {
    /// `docker context ls`
    Ls = "context" "ls" "--format={{json .}}" => Vec<Row>, read::json_lines;
}

record! {
    /// A row of `docker context ls`.
    Row {
        /// The context's name.
        name: String,
        /// Whether it is in use.
        current: bool,
        /// What it is for, in its author's words.
        description: String,
        /// The address of the daemon: `unix:///var/run/docker.sock`.
        docker_endpoint: String,
        /// Why it cannot be used; else empty.
        error: String,
    }
}

command! {
    /// `docker context inspect`. If one context is missing, the call fails.
    Inspect = "context" "inspect" "--format={{json .}}" => Vec<Context>, read::json_lines;
}

record! {
    /// A context, as `docker context inspect` describes it.
    Context {
        /// The context's name.
        name: String,
        /// What it was created with: `Description`, and what other programs have added.
        metadata: BTreeMap<String, Value>,
        /// The addresses by their kinds; `docker` is that of the daemon.
        endpoints: BTreeMap<String, Endpoint>,
    }
}

impl Context {
    /// The address of the daemon: `unix:///var/run/docker.sock`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.endpoints.get("docker").map(|endpoint| endpoint.host.as_str())
    }
}

record! {
    /// An address that a context has.
    Endpoint {
        /// The address, in the format of `docker --host`.
        host: String,
        /// Whether the certificate of the daemon is not verified.
        #[serde(rename = "SkipTLSVerify")]
        skip_tls_verify: bool,
    }
}
