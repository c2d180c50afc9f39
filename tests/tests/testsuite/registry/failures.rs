//! An image that cannot be fetched: one finding, with the registry's words and what to do.

use testsuite::{Answer, Book, Hub, Names, Outcome};

/// A book with two steps that fail without `alpine`, and one that needs nothing.
fn book(hub: &Hub) -> Book {
    Book::new()
        .in_network(hub)
        .step("docker run --rm alpine echo first")
        .output("first\n")
        .step("docker run --name second alpine echo second")
        .step("docker rm second")
}

/// Checks that the only finding is the missing `alpine`, and that it contains these texts.
#[track_caller]
fn misses_alpine(outcome: &Outcome, texts: &[&str]) {
    outcome.exits(3).finds_only(&[("image-missing", "echo first")]);
    for text in texts {
        outcome.says(text);
    }
}

#[test]
fn an_unknown_tag() {
    let hub = Hub::start();
    let outcome = Book::new().in_network(&hub).step("docker run --rm alpine:missing true").verify();
    outcome
        .exits(3)
        .finds_only(&[("image-missing", "alpine:missing")])
        .says("manifest unknown")
        .says("check its name and tag");
}

#[test]
fn an_unknown_repository() {
    let hub = Hub::start();
    let outcome = Book::new().in_network(&hub).step("docker run --rm team/missing true").verify();
    outcome
        .exits(3)
        .finds_only(&[("image-missing", "team/missing")])
        .says("authentication required")
        .says("`docker login`");
}

#[test]
fn a_pull_and_a_build_of_an_unknown_image() {
    let hub = Hub::start();
    for command in [
        "docker pull alpine:missing",
        "printf 'FROM alpine:missing\\n' | DOCKER_BUILDKIT=0 docker build -",
    ] {
        let outcome = Book::new().in_network(&hub).step(command).verify();
        outcome.exits(3).finds_only(&[("image-missing", command)]).says("manifest unknown");
    }
}

#[test]
fn access_denied() {
    let hub = Hub::start();
    hub.answers("library/alpine", Answer::Denied);
    misses_alpine(&book(&hub).verify(), &["authentication required", "`docker login`"]);
}

#[test]
fn access_denied_by_a_registry_with_passwords() {
    let hub = Hub::start();
    hub.user("ana", "open-sesame");
    let book = Book::new().in_network(&hub).step("docker run --rm registry.example.com/team/app:1");
    let outcome = book.verify();
    outcome
        .exits(3)
        .finds_only(&[("image-missing", "registry.example.com")])
        .says("`docker login registry.example.com`");
    hub.login("registry.example.com", "ana", "open-sesame");
    book.verify().exits(0).finds_nothing();
}

#[test]
fn a_rate_limit() {
    let hub = Hub::start();
    hub.answers("library/alpine", Answer::RateLimit { retry_after: Some(3600) });
    let words = ["You have reached your unauthenticated pull rate limit", "try again after "];
    misses_alpine(&book(&hub).verify(), &words);
}

#[test]
fn a_rate_limit_without_its_end() {
    let hub = Hub::start();
    hub.answers("library/alpine", Answer::RateLimit { retry_after: None });
    let words = ["You have reached your unauthenticated pull rate limit", "100 per 6 h"];
    misses_alpine(&book(&hub).verify(), &words);
}

#[test]
fn no_name_service() {
    let hub = Hub::start();
    hub.names(Names::Failing);
    let words = ["registry-1.docker.io", "Temporary failure in name resolution"];
    misses_alpine(&book(&hub).verify(), &words);
}

#[test]
fn no_route() {
    let hub = Hub::start();
    hub.names(Names::NoRoute);
    let words = ["registry-1.docker.io", "Network is unreachable", "check the network connection"];
    misses_alpine(&book(&hub).verify(), &words);
}

#[test]
fn a_registry_that_is_gone() {
    let mut hub = Hub::start();
    hub.stop();
    misses_alpine(&book(&hub).verify(), &["registry-1.docker.io", "Connection refused"]);
}

#[test]
fn a_registry_that_cannot_be_trusted() {
    let (hub, other) = (Hub::start(), Hub::start());
    hub.remove_trust_of_engines();
    let outcome = book(&hub).to_verify().env("SSL_CERT_FILE", other.authority()).run();
    misses_alpine(&outcome, &["registry-1.docker.io", "SSL_CERT_FILE"]);
}

/// The engine itself pulls from a registry that is only known once the step runs.
#[test]
fn no_way_out_of_the_engine() {
    let hub = Hub::start();
    hub.remove_slirp4netns();
    let command = "docker pull $(echo registry.example.com/team/app:1)";
    let outcome = Book::new().in_network(&hub).step(command).verify();
    outcome.exits(3).finds_only(&[("image-missing", command)]).says("`/dev/net/tun`");
}

/// The engines themselves ask nothing here: they have no way out.
#[test]
fn a_registry_that_refuses_is_asked_once_for_all_chapters() {
    let hub = Hub::start();
    hub.remove_slirp4netns();
    hub.answers("library/alpine", Answer::RateLimit { retry_after: Some(3600) });
    let run = "docker run --rm alpine true";
    let book = Book::new().in_network(&hub);
    let book =
        book.chapter("one.md", "# One\n\n").step(run).chapter("two.md", "# Two\n\n").step(run);
    let outcome = book.verify();
    outcome.exits(3).finds_only(&[("image-missing", run), ("image-missing", run)]);
    assert_eq!(hub.times_asked_for("library/alpine"), 1, "{:#?}", hub.requests());
}
