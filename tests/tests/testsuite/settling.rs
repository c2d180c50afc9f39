//! The next command begins when a reader would type it: what docker goes on to do is done.

use std::time::Duration;

use testsuite::Book;

/// A container that publishes a port, and listens on it only after some seconds.
const SLOW: &str =
    "docker run -d --name web -p 8080:80 alpine sh -c 'sleep 2; exec httpd -f -p 80 -h /etc'";

const ASK: &str = "curl -sS localhost:8080/os-release >/dev/null";

#[test]
fn a_service_listens_before_the_next_step() {
    let book = Book::new().with_alpine().step(SLOW).step(ASK);
    book.verify().exits(0).finds_only(&[("leftover", SLOW)]);
}

#[test]
fn a_service_listens_before_the_next_command_of_its_step() {
    let book = Book::new().with_alpine().step(&format!("{SLOW}\n{ASK}\ndocker rm -f web"));
    book.verify().exits(0).finds_nothing();
    let session = format!(
        "```console\n$ {SLOW}\n$ {ASK}\n$ docker restart -t 0 web\n$ {ASK}\n$ docker rm -f web\n```\n"
    );
    let book = Book::new().with_alpine().chapter("lab.md", &session);
    book.verify().exits(0);
}

#[test]
fn a_port_on_which_nothing_listens_delays_the_next_command_only() {
    let outcome = Book::new()
        .with_alpine()
        .step("docker run -d --name idle -p 8080:80 alpine sleep 600\necho one")
        .step_with("cleanup", "docker rm -f idle")
        .verify();
    outcome.exits(0).finds_nothing().takes(Duration::from_secs(5));
}

#[test]
fn the_networks_of_a_swarm_are_there_in_the_next_command() {
    Book::new()
        .step("docker swarm init >/dev/null\ndocker network inspect ingress docker_gwbridge >/dev/null\ndocker swarm leave --force")
        .verify()
        .exits(0);
}
