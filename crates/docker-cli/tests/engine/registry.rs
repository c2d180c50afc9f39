//! Log in, push and pull with a real registry: Debian's docker-registry.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::process::Child;

use docker_cli::TransferEvent;
use rustix::process::{Pid, Signal, kill_process_group};

use super::*;
use crate::machine;

const USER: &str = "me";
const PASSWORD: &[u8] = b"s3cret";
/// For the password (bcrypt).
const USERS: &str = "me:$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK\n";

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn an_image_goes_to_a_registry_and_comes_back() {
    let registry = Registry::start("push");
    let anonymous = docker().config_directory(format!("{}/anonymous", registry.directory));
    let docker = docker().config_directory(format!("{}/config", registry.directory));
    let name = format!("{}/app", registry.address);
    let tags = ["one", "two"].map(|tag| format!("{name}:{tag}"));
    let images = docker.image();
    // A layer of its own: one that is there already could not be uploaded or downloaded.
    let dockerfile = format!("FROM {}\nRUN echo {name} >/made\n", image());
    let id = images.build_from(dockerfile.as_bytes()).tag(&tags[0]).quiet().call().unwrap();
    images.tag(&id, &tags[1]).call().unwrap();

    let denied = images.push(&tags[0]).call().unwrap_err();
    assert!(matches!(denied, Error::AccessDenied(_)), "{denied:?}");
    let login = docker.login().server(&registry.address).username(USER).password_stdin();
    let wrong = login.clone().stdin(b"wrong").call().unwrap_err();
    assert!(matches!(wrong, Error::AccessDenied(_)), "{wrong:?}");
    let printed = login.stdin(PASSWORD).call().unwrap();
    assert!(printed.stdout_text().contains("Login Succeeded"), "{printed:?}");
    let denied = anonymous.image().push(&tags[0]).call().unwrap_err();
    assert!(matches!(denied, Error::AccessDenied(_)), "{denied:?}");

    let pushed = images.push(&tags[0]).call().unwrap();
    assert_eq!((pushed.len(), pushed[0].tag.as_str()), (1, "one"));
    assert!(pushed[0].digest.starts_with("sha256:"), "{pushed:?}");
    let events: Vec<_> = images.push(&tags[1]).follow().unwrap().map(Result::unwrap).collect();
    assert!(has_finished_layer(&events), "{events:?}");
    let tag = Some("two".to_owned());
    assert!(events.contains(&TransferEvent::Digest { tag, digest: pushed[0].digest.clone() }));
    let mut all = images.push(&name).all_tags().call().unwrap();
    all.sort_by(|a, b| a.tag.cmp(&b.tag));
    assert_eq!(all.iter().map(|one| one.tag.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(images.push(&tags[0]).quiet().call().unwrap(), []);

    let present = images.pull(&tags[0]).call().unwrap();
    assert_eq!((&present.name, present.is_new), (&tags[0], Some(false)));
    images.rm(&tags).call().unwrap();
    let pulled = images.pull(&tags[0]).call().unwrap();
    assert_eq!((&pulled.name, pulled.is_new), (&tags[0], Some(true)));
    assert_eq!(pulled.digest.as_ref(), Some(&pushed[0].digest));
    assert_eq!(images.find(&tags[0]).unwrap().unwrap().id, id);
    images.rm([&tags[0]]).call().unwrap();
    let events: Vec<_> = images.pull(&tags[1]).follow().unwrap().map(Result::unwrap).collect();
    assert!(has_finished_layer(&events), "{events:?}");
    let digest = pushed[0].digest.clone();
    assert!(events.contains(&TransferEvent::Digest { tag: None, digest }), "{events:?}");
    let quiet = images.pull(&tags[1]).quiet().call().unwrap();
    assert_eq!((&quiet.name, quiet.is_new), (&tags[1], None));
    images.rm([&tags[1]]).call().unwrap();

    docker.logout().server(&registry.address).call().unwrap();
    let denied = images.pull(&tags[0]).call().unwrap_err();
    assert!(matches!(denied, Error::AccessDenied(_)), "{denied:?}");
    let failed = images.pull(&tags[0]).follow().unwrap().last().unwrap().unwrap_err();
    assert!(matches!(failed, Error::AccessDenied(_)), "{failed:?}");
}

fn has_finished_layer(events: &[TransferEvent]) -> bool {
    events.iter().any(|event| matches!(event, TransferEvent::Layer { is_done: true, .. }))
}

/// A registry where the engine runs, with one user.
struct Registry {
    process: Child,
    address: String,
    /// A directory there, for the registry and for the configuration of docker.
    directory: String,
}

/// Writes standard input, the program, to a file, and runs it; its arguments are the directory and the users.
const SCRIPT: &str = r#"
    mkdir "$1" && cd "$1" && cat >docker-registry && chmod +x docker-registry
    printf %s "$2" >users
    cat >config.yml <<END
version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $1/storage}}
http: {addr: "127.0.0.1:0"}
auth: {htpasswd: {realm: test, path: $1/users}}
END
    exec ./docker-registry serve config.yml >log 2>&1
"#;

/// Prints the address in the registry's log, or nothing yet.
const ADDRESS: &str =
    r#"sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$1/log" 2>/dev/null || :"#;

impl Registry {
    fn start(test: &str) -> Self {
        let directory = format!("/tmp/{}", name(test));
        let program = File::open("/usr/bin/docker-registry").expect("install docker-registry");
        let mut command = machine::command(["sh", "-c", SCRIPT, "sh", &directory, USERS]);
        let process = command.process_group(0).stdin(program).spawn().unwrap();
        let mut registry = Self { process, address: String::new(), directory };
        machine::eventually(|| {
            let ended = registry.process.try_wait().unwrap();
            let log = || machine::shell(r#"cat "$1/log""#, &[&registry.directory]);
            assert!(ended.is_none(), "docker-registry has ended: {}", log());
            registry.address = machine::shell(ADDRESS, &[&registry.directory]).trim().to_owned();
            !registry.address.is_empty()
        });
        registry
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // With the process in front of it, which does not end it.
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
        let remove = machine::command(["rm", "-rf", &self.directory]).status();
        assert!(remove.is_ok() || std::thread::panicking(), "cannot remove {}", self.directory);
    }
}
