//! Dockers by the names of contexts, several at once.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use testsuite::{Book, Engine, Program, eventually, is_running, marker, program};

use super::{SHARED, containers, warm};

/// A configuration of docker with contexts.
fn contexts(contexts: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    for (name, endpoint) in contexts {
        run(Command::new("docker")
            .args(["context", "create", name, "--docker", endpoint])
            .env("DOCKER_CONFIG", directory.path()));
    }
    directory
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn on_contexts(book: &Book, names: &[&str], config: &Path) -> Program {
    let program = book.to_verify().env("DOCKER_CONFIG", config).arg("--engine").arg("dind");
    names.iter().fold(program, |program, name| program.arg("--context").arg(name))
}

fn chapter(steps: &[&str]) -> String {
    steps.iter().map(|step| format!("```bash\n{step}\n```\n\n")).collect()
}

#[test]
fn chapters_are_spread_and_those_of_a_lost_docker_run_on_another() {
    let (one, two) = (Engine::start(), Engine::start());
    warm(&one);
    warm(&two);
    let host = |engine: &Engine| format!("host={}", engine.host());
    let config = contexts(&[("one", &host(&one)), ("two", &host(&two))]);
    let sleep = marker();
    // Two chapters that run at the same time, on a Docker each.
    let mut book = Book::new();
    for name in ["a.md", "b.md"] {
        book = book.chapter(name, &chapter(&[&format!("sleep {sleep} & sleep 5; kill $!")]));
    }
    let run = on_contexts(&book, &["one", "two"], config.path()).arg("--jobs").arg("1").start();
    while testsuite::arguments_that_begin_with(&sleep).len() < 2 {
        thread::sleep(Duration::from_millis(20));
    }
    assert!(!containers(&one).is_empty() && !containers(&two).is_empty());
    drop(one);
    let outcome = run.wait();
    outcome.exits(0).tells("context `one`: ").tells("; its chapters ran elsewhere");
    assert_eq!([1, 2].map(|step| outcome.status_of(step)), ["passed"; 2]);
    assert_eq!(containers(&two), "");
    assert!(!is_running(&sleep));
}

#[test]
fn a_context_that_does_not_exist_is_named() {
    let config = contexts(&[]);
    let book = Book::new().step("true");
    let outcome = on_contexts(&book, &["nowhere"], config.path()).run();
    outcome.exits(3).fails_saying(&["context `nowhere`: "]);
}

/// A certificate authority with the certificates of a server on the loopback and of a client.
fn certificates(directory: &Path) {
    let openssl = |words: &str| {
        run(Command::new("openssl").args(words.split(' ')).current_dir(directory));
    };
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca-key.pem -out ca.pem -subj /CN=ca",
    );
    for (name, extension) in
        [("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")]
    {
        openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}-key.pem -out {name}.csr -subj /CN={name}"
        ));
        std::fs::write(directory.join("extension"), extension).unwrap();
        openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile extension -out {name}.pem"
        ));
    }
}

#[test]
fn a_docker_is_reached_by_tls() {
    // A Docker on an engine, in a container of the image that a run has left there.
    let image = SHARED.docker([
        "image",
        "ls",
        "--format",
        "{{.Repository}}:{{.Tag}}",
        "mdbook-docktest/engine",
    ]);
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    certificates(directory.path());
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    let daemon = "cd /run && echo \"$CA\" >ca.pem && echo \"$CERT\" >cert.pem && echo \"$KEY\" >key.pem && \
                  exec dockerd --host tcp://0.0.0.0:2376 --tlsverify --tlscacert ca.pem --tlscert cert.pem --tlskey key.pem";
    let variables = [("CA", "ca.pem"), ("CERT", "server.pem"), ("KEY", "server-key.pem")];
    let variables = variables.map(|(name, file)| format!("--env={name}={}", read(file)));
    let options = [
        "run",
        "--detach",
        "--privileged",
        "--publish",
        "127.0.0.1:2376:2376",
        "--tmpfs",
        "/var/lib/docker:exec",
        "--tmpfs",
        "/run:exec",
    ];
    let words = options.into_iter().chain(variables.iter().map(String::as_str));
    let daemon = SHARED.docker(words.chain([image.as_str(), "sh", "-c", daemon]));

    let path = directory.path().display();
    let endpoint = format!(
        "host=tcp://127.0.0.1:2376,ca={path}/ca.pem,cert={path}/client.pem,key={path}/client-key.pem"
    );
    let config = contexts(&[("remote", &endpoint)]);
    let in_network = |words: &[&str]| {
        let mut all: Vec<String> = SHARED.entering_network().into();
        all.extend(words.iter().map(|word| (*word).to_owned()));
        all
    };
    eventually("the daemon answers", || {
        let words = in_network(&["docker", "--context", "remote", "info"]);
        let output =
            Command::new(&words[0]).args(&words[1..]).env("DOCKER_CONFIG", config.path()).output();
        output.unwrap().status.success()
    });
    let book =
        Book::new().with_alpine().step("docker run --rm alpine echo far away").output("far away\n");
    book.write();
    let words = in_network(&[program().to_str().unwrap()]);
    let outcome = Program::through(words, ["verify", "--engine", "dind", "--context", "remote"])
        .directory(book.path())
        .env("DOCKER_CONFIG", config.path())
        .run();
    SHARED.docker(["rm", "--force", "--volumes", &daemon]);
    outcome.exits(0).tells("src/lab.md");
}
