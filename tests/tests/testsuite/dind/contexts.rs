//! Dockers by the names of contexts, several at once.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use testsuite::{Book, Engine, Program, eventually, is_running, marker, program};

use super::canaries::inventory;
use super::{SHARED, containers, containers_of, warm};

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

/// An engine as `docker context create` names it.
fn endpoint(engine: &Engine) -> String {
    format!("host={}", engine.host())
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn on_contexts(book: &Book, names: &[&str], config: &Path) -> Program {
    let program = book.to_verify().env("DOCKER_CONFIG", config).arg("--engine").arg("dind");
    names.iter().fold(program, |program, name| program.arg("--context").arg(name))
}

/// Waits until two chapters sleep at the same time.
fn wait_for_both(sleep: &str) {
    while testsuite::arguments_that_begin_with(sleep).len() < 2 {
        thread::sleep(Duration::from_millis(20));
    }
}

fn chapter(steps: &[&str]) -> String {
    steps.iter().map(|step| format!("```bash\n{step}\n```\n\n")).collect()
}

#[test]
fn chapters_are_spread_and_those_of_a_lost_docker_run_on_another() {
    let (one, two) = (Engine::start(), Engine::start());
    warm(&one);
    warm(&two);
    let config = contexts(&[("one", &endpoint(&one)), ("two", &endpoint(&two))]);
    let sleep = marker();
    // Two chapters that run at the same time, on a Docker each.
    let mut book = Book::new();
    for name in ["a.md", "b.md"] {
        book = book.chapter(name, &chapter(&[&format!("sleep {sleep} & sleep 5; kill $!")]));
    }
    let run = on_contexts(&book, &["one", "two"], config.path()).arg("--jobs").arg("1").start();
    wait_for_both(&sleep);
    assert!(!containers(&one).is_empty() && !containers(&two).is_empty());
    drop(one);
    let outcome = run.wait();
    outcome.exits(0).tells("context `one`: ").tells("; its chapters ran elsewhere");
    assert_eq!([1, 2].map(|step| outcome.status_of(step)), ["passed"; 2]);
    assert_eq!(containers(&two), "");
    assert!(!is_running(&sleep));
}

#[test]
fn contexts_of_the_book_keep_what_they_had_and_so_does_the_last_one() {
    let (one, two) = (Engine::with_objects(), Engine::with_objects());
    warm(&one);
    warm(&two);
    let before = [&one, &two].map(inventory);
    let config = contexts(&[("one", &endpoint(&one)), ("two", &endpoint(&two))]);
    let sleep = marker();
    let steps = [
        &format!("sleep {sleep} & sleep 5; kill $!"),
        "docker volume create data; docker run -d --name app -v data:/data alpine sleep 600",
        "docker rm -f $(docker ps -aq); docker system prune -af --volumes; docker volume prune -af",
        "docker ps -aq; docker volume ls -q; docker images -q",
    ];
    let mut book = Book::new().with_alpine().setting("contexts = [\"one\", \"two\"]");
    for name in ["a.md", "b.md"] {
        book = book.chapter(name, &chapter(&steps));
    }
    let start =
        || book.to_verify().env("DOCKER_CONFIG", config.path()).arg("--jobs").arg("1").start();

    let run = start();
    wait_for_both(&sleep);
    assert!(!containers(&one).is_empty() && !containers(&two).is_empty());
    run.wait().exits(0).finds_nothing();
    assert_eq!([&one, &two].map(inventory), before);

    let run = start();
    wait_for_both(&sleep);
    drop(one);
    run.wait()
        .exits(0)
        .finds_nothing()
        .tells("context `one`: ")
        .tells("; its chapters ran elsewhere");
    assert_eq!(inventory(&two), before[1]);
    assert_eq!(containers(&two), "");
}

#[test]
fn a_docker_that_cannot_be_reached_at_the_start_is_only_a_warning_beside_another() {
    let config = contexts(&[("here", &endpoint(&SHARED)), ("gone", "host=unix:///nowhere")]);
    let book = Book::new().step("echo one").output("one\n");
    let on = |names: &[&str]| on_contexts(&book, names, config.path());
    let run = on(&["gone", "here"]).start();
    let pid = run.pid();
    run.wait()
        .exits(0)
        .finds_nothing()
        .tells("warning: context `gone`: Cannot connect to the Docker daemon at unix:///nowhere")
        .tells("; its chapters run elsewhere\n");
    assert_eq!(containers_of(&SHARED, pid), [""; 0]);
    on(&["gone"]).run().exits(3).fails_saying(&["context `gone`: "]);
    on(&["gone", "gone"]).run().exits(3).fails_saying(&["context `gone`: "]);
}

#[test]
fn a_context_that_does_not_exist_is_named() {
    let config = contexts(&[("here", &endpoint(&SHARED))]);
    let book = Book::new().step("true");
    for names in [&["nowhere"][..], &["here", "nowhere"]] {
        let outcome = on_contexts(&book, names, config.path()).run();
        outcome.exits(3).fails_saying(&["context `nowhere`: "]);
    }
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
