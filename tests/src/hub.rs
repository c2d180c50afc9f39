//! Registries for a test: Docker Hub and two others, in a network of their own.
//!
//! ```no_run
//! use testsuite::{Answer, Book, Hub};
//!
//! let hub = Hub::start();
//! hub.answers("library/alpine", Answer::RateLimit { retry_after: Some(60) });
//! let book = Book::new().in_network(&hub).step("docker run --rm alpine true");
//! book.verify().exits(3);
//! assert_eq!(hub.times_asked_for("library/alpine"), 1);
//! ```
//!
//! A hub has network, mount and PID namespaces. Nothing on the machine is changed, and nothing can leave
//! the network namespace: its only interface is the loopback. At [`world::ADDRESS`] are
//!
//! * a name server, which resolves [`NAMES`]; /etc/resolv.conf in the mount namespace names it;
//! * a TLS server for these names ([`front`]), with a certificate from an authority of the hub's own;
//! * behind it, Debian's docker-registry with [`images`] that a real engine has pushed.
//!
//! A program in the hub ([`Program::in_network`](crate::Program::in_network)) has a home directory and a
//! cache directory of the hub's own. Both are empty at first, except that the cache links to the user's
//! engines. The program trusts the authority through `SSL_CERT_FILE`.
//!
//! An engine that the program starts has its own network namespace. It reaches the hub as an engine on the
//! machine reaches the internet: through slirp4netns from the engine's root file system, which needs
//! /dev/net/tun, and whose sockets belong to the network namespace of the program that started the engine:
//! the hub's. The engine resolves names with a copy of the hub's /etc/resolv.conf. It trusts the authority,
//! because the mount namespace has an overlay over the engine's root file system, with another
//! ca-certificates.crt. So that root must be a prepared one (`cargo xtask engine`), not the machine's.
//!
//! Everything ends with the hub, or with the process of the test: see world.sh.

mod access;
mod answers;
mod certificates;
mod front;
mod http;
mod images;
mod names;
mod shared;
mod world;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use docker_sandbox::EngineRoot;
use serde_json::json;
use tempfile::TempDir;

pub use self::answers::Answer;
use self::answers::Rule;
use self::certificates::Certificates;
use self::front::Front;
use self::names::NameServer;
pub use self::names::Names;
pub use self::shared::Request;
use self::shared::Shared;
use self::world::World;
use crate::cache::link_engines;
use crate::program::Program;

/// Docker Hub's registry.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// Where Docker Hub's registry sends clients for blobs.
const STORAGE: &str = "production.cloudflare.docker.com";

/// The names that are resolved.
const NAMES: [&str; 6] = [
    DOCKER_HUB,
    "index.docker.io",
    "auth.docker.io",
    STORAGE,
    // Issues tokens, like Docker Hub, and sends blobs itself.
    "ghcr.io",
    // Requires a password with each request if the hub has users.
    "registry.example.com",
];

/// Registries in namespaces of their own. All have the same images: `library/alpine:latest`,
/// `library/busybox:latest`, `library/nginx:1.27`, `library/postgres:15`, `library/team_app:1` and
/// `team/app:1`. Those in `library` are indexes of several platforms, and also have the tag `other`, with
/// other content.
#[derive(Debug)]
pub struct Hub {
    // In the order in which they end.
    front: Option<Front>,
    _name_server: NameServer,
    world: World,
    tls: Arc<rustls::ServerConfig>,
    shared: Arc<Shared>,
    /// The root file system of engines. In the mount namespace, it is an overlay that can be written to.
    engine: PathBuf,
    directory: TempDir,
}

/// How a program gets into a hub.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    /// The words in front of it.
    pub(crate) words: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, PathBuf)>,
}

impl Hub {
    /// Starts registries that answer.
    pub fn start() -> Self {
        let directory = TempDir::with_prefix("testsuite-hub-").unwrap();
        let path = directory.path();
        images::copy_to(&path.join("storage"));
        let certificates = Certificates::new(path.to_str().unwrap(), &NAMES);
        let bundle = path.join("trust/etc/ssl/certs/ca-certificates.crt");
        fs::create_dir_all(bundle.parent().unwrap()).unwrap();
        fs::write(bundle, &certificates.authority).unwrap();
        fs::create_dir(path.join("home")).unwrap();
        link_engines(&path.join("cache"));
        let EngineRoot::Prepared(engine) = EngineRoot::find() else {
            panic!("no root file system of engines: run `cargo xtask engine`");
        };
        let engine = fs::canonicalize(engine).unwrap();

        let world = World::start(path, &engine);
        let repositories = path.join("storage/docker/registry/v2/repositories");
        let shared = Arc::new(Shared::new(repositories));
        let name_server = NameServer::start(&world, Arc::clone(&shared));
        let tls = certificates.server;
        let mut hub =
            Self { front: None, _name_server: name_server, world, tls, shared, engine, directory };
        hub.restart();
        hub
    }

    /// Stops the registries: connections are refused. Names are still resolved.
    pub fn stop(&mut self) {
        self.front = None;
    }

    /// Starts the registries after [`Self::stop`].
    pub fn restart(&mut self) {
        self.stop();
        self.front =
            Some(Front::start(&self.world, Arc::clone(&self.tls), Arc::clone(&self.shared)));
    }

    /// Sets what the name server answers.
    pub fn names(&self, names: Names) {
        self.shared.state().names = names;
    }

    /// Removes slirp4netns from the root file system of engines, only for programs in the hub. Engines that
    /// are started from now on have no way out.
    pub fn remove_slirp4netns(&self) {
        self.remove_from_engines("usr/bin/slirp4netns");
    }

    /// Lets engines, only those of programs in the hub, trust no certificates. What a program itself trusts is
    /// what its `SSL_CERT_FILE` names.
    pub fn remove_trust_of_engines(&self) {
        self.remove_from_engines("etc/ssl/certs/ca-certificates.crt");
    }

    /// Removes a file from the root file system of engines, only for programs in the hub.
    fn remove_from_engines(&self, file: &str) {
        let file = self.engine.join(file);
        Program::through(["rm".as_ref(), file.as_os_str()], [""; 0])
            .in_network(self)
            .run()
            .exits(0);
    }

    /// Prescribes the answer to requests for a repository, for example `library/alpine`, from now on.
    pub fn answers(&self, repository: &str, answer: Answer) {
        self.rule(repository, answer, false);
    }

    /// Prescribes the answer to the next request for a repository.
    pub fn answers_once(&self, repository: &str, answer: Answer) {
        self.rule(repository, answer, true);
    }

    fn rule(&self, repository: &str, answer: Answer, once: bool) {
        assert!(self.shared.has_repository(repository), "no repository `{repository}`");
        let repository = repository.to_owned();
        self.shared.state().rules.push(Rule { repository, answer, once });
    }

    /// Ends all prescribed answers.
    pub fn answers_normally(&self) {
        self.shared.state().rules.clear();
    }

    /// Adds a user.
    pub fn user(&self, name: &str, password: &str) {
        self.shared.state().users.insert(name.to_owned(), password.to_owned());
    }

    /// Allows only users to pull from a repository.
    pub fn private(&self, repository: &str) {
        assert!(self.shared.has_repository(repository), "no repository `{repository}`");
        self.shared.state().private.insert(repository.to_owned());
    }

    /// Writes what `docker login` writes for a registry, in the home directory. The name of Docker Hub in
    /// this file is `https://index.docker.io/v1/`.
    pub fn login(&self, registry: &str, name: &str, password: &str) {
        let directory = self.home().join(".docker");
        fs::create_dir_all(&directory).unwrap();
        let auth = STANDARD.encode(format!("{name}:{password}"));
        let config = json!({"auths": {registry: {"auth": auth}}});
        fs::write(directory.join("config.json"), config.to_string()).unwrap();
    }

    /// Makes a tag of a repository stand for what another tag of it stands for.
    pub fn tag(&self, repository: &str, from: &str, to: &str) {
        let tags = self.shared.repositories.join(repository).join("_manifests/tags");
        let current = tags.join(to).join("current");
        fs::create_dir_all(&current).unwrap();
        fs::copy(tags.join(from).join("current/link"), current.join("link")).unwrap();
    }

    /// All requests until now, in their order.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().log.clone()
    }

    /// How often a client asked for a tag of a repository, not counting requests that were refused because
    /// they had no token or password.
    pub fn times_asked_for(&self, repository: &str) -> usize {
        let requests = self.requests();
        let counts = |it: &&Request| it.status != 401 && it.asks_for(repository);
        requests.iter().filter(counts).count()
    }

    /// The home directory of programs in the hub.
    pub fn home(&self) -> PathBuf {
        self.directory.path().join("home")
    }

    /// The directory for caches of programs in the hub.
    pub fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    /// A file with the certificate of the hub's authority, as PEM.
    pub fn authority(&self) -> PathBuf {
        self.directory.path().join("trust/etc/ssl/certs/ca-certificates.crt")
    }

    pub(crate) fn way(&self) -> Way {
        Way {
            words: self.world.entering().map(OsString::from).into(),
            environment: vec![
                ("HOME", self.home()),
                ("XDG_CACHE_HOME", self.cache()),
                ("SSL_CERT_FILE", self.authority()),
            ],
        }
    }
}
