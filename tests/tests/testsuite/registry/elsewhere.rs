//! Steps that pull images of other registries than Docker Hub.

use testsuite::{Answer, Book, Hub, Names};

const IMAGE: &str = "registry.example.com/team/app:1";

#[test]
fn an_image_is_pulled_from_the_cache_with_the_authors_login() {
    let mut hub = Hub::start();
    hub.user("ana", "open-sesame");
    hub.login("registry.example.com", "ana", "open-sesame");
    hub.remove_slirp4netns();
    let build = format!(
        "docker image rm {IMAGE} >/dev/null\n\
         echo FROM {IMAGE} | DOCKER_BUILDKIT=0 docker build --quiet --tag own - >/dev/null 2>&1\n\
         docker run --rm own; docker image rm own >/dev/null"
    );
    let book = Book::new()
        .in_network(&hub)
        .step(&format!("docker pull {IMAGE}"))
        .step(&format!("docker run --quiet --rm --pull=always {IMAGE}"))
        .output("team/app\n")
        .step(&build)
        .output("team/app\n")
        .step("test ! -e ~/.docker/config.json");
    let pulled = || {
        let outcome = book.verify();
        outcome.exits(0).finds_nothing();
        outcome.keeps_quiet_about("open-sesame");
        outcome.output(1)
    };
    let first = pulled();
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines[0], "1: Pulling from team/app", "{first}");
    assert!(lines[lines.len() - 3].starts_with("Digest: sha256:"), "{first}");
    let status = format!("Status: Downloaded newer image for {IMAGE}");
    assert_eq!(lines[lines.len() - 2..], [&status, IMAGE]);
    hub.stop();
    assert_eq!(pulled().lines().last(), Some(IMAGE));
    assert_eq!(hub.times_asked_for("team/app"), 1, "{:#?}", hub.requests());
}

#[test]
fn a_pull_prints_what_it_prints_without_the_cache() {
    let hub = Hub::start();
    let pull = |command: &str| {
        let outcome = Book::new().in_network(&hub).step(command).verify();
        outcome.exits(0);
        // How fast a layer comes decides whether these are printed.
        let passing = [": Verifying Checksum", ": Download complete", ": Waiting"];
        let output = outcome.output(1);
        let lines = output.lines().filter(|line| !passing.iter().any(|end| line.ends_with(end)));
        // Layers come in any order.
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort();
        lines
    };
    // Before it runs, the program does not know that the chapter uses this image.
    let directly = pull(&format!("docker pull $(echo {IMAGE})"));
    assert_eq!(hub.times_asked_for("team/app"), 1, "{:#?}", hub.requests());
    assert_eq!(pull(&format!("docker pull {IMAGE}")), directly);
}

#[test]
fn a_login_to_a_registry_in_the_cache_fails() {
    let hub = Hub::start();
    hub.user("ana", "open-sesame");
    hub.login("registry.example.com", "ana", "open-sesame");
    let login = "echo open-sesame | docker login registry.example.com -u ana --password-stdin";
    let book = Book::new()
        .in_network(&hub)
        .step(&format!("docker pull --quiet {IMAGE}"))
        .step_with("exit=1", login)
        .step_with("exit=1", &format!("docker push --quiet {IMAGE}"));
    let outcome = book.verify();
    outcome.exits(0);
    for step in [2, 3] {
        let words = "denied: images of registry.example.com come from a cache here: logging in \
                     and pushing are not possible\n";
        assert!(outcome.output(step).ends_with(words), "{outcome}");
    }
}

#[test]
fn a_chapter_can_publish_the_ports_of_a_registry() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .step("docker run --quiet --detach --name web -p 80:80 -p 443:80 nginx:1.27 >/dev/null")
        .step_with("retry=30s", "curl --silent http://localhost http://localhost:443")
        .output("Welcome to nginx!\nWelcome to nginx!\n")
        .step("docker pull --quiet ghcr.io/team/app:1")
        .output("ghcr.io/team/app:1\n")
        .step("docker rm --force web >/dev/null");
    book.verify().exits(0).finds_nothing();
    assert_eq!(hub.times_asked_for("team/app"), 1);
}

#[test]
fn what_its_registry_does_not_provide_is_missing() {
    let command = format!("docker pull {IMAGE}");
    let mut hub = Hub::start();
    let book = Book::new().in_network(&hub).step(&command);
    let misses_it = |words: &str| {
        let outcome = book.verify();
        outcome.exits(3).finds_only(&[("image-missing", &command)]).says(words);
    };
    hub.user("ana", "open-sesame");
    misses_it("`docker login registry.example.com`");
    hub.login("registry.example.com", "ana", "wrong");
    misses_it("denied with your login");
    hub.login("registry.example.com", "ana", "open-sesame");
    hub.names(Names::Failing);
    misses_it("Temporary failure in name resolution");
    hub.names(Names::Known);
    hub.stop();
    misses_it("Connection refused");
    hub.restart();
    book.verify().exits(0).finds_nothing();
}

/// Then the cache answers for the registry.
#[test]
fn what_its_registry_does_not_provide_is_missing_next_to_an_image_that_it_does() {
    let hub = Hub::start();
    let command = format!("docker pull {IMAGE}");
    let other = "docker pull --quiet registry.example.com/library/busybox";
    let book = Book::new().in_network(&hub).step(other).step(&command);
    for (answer, said) in [
        (Answer::RateLimit { retry_after: None }, "toomanyrequests: You have reached your"),
        (Answer::Denied, "unauthorized: authentication required"),
        (Answer::ServerError, "received unexpected HTTP status: 503 Service Unavailable"),
    ] {
        hub.answers("team/app", answer);
        let outcome = book.verify();
        outcome.exits(3).finds_only(&[("image-missing", &command)]);
        let output = outcome.output(2);
        assert!(output.starts_with("Error response from daemon: "), "{output}");
        assert!(output.contains(said), "{output}");
        hub.answers_normally();
    }
    book.verify().exits(0).finds_nothing();
}

#[test]
fn an_unknown_tag_is_unknown() {
    let hub = Hub::start();
    let missing = "registry.example.com/team/app:missing";
    let output = format!(
        "Error response from daemon: manifest for {missing} not found: manifest unknown: manifest \
         unknown\n"
    );
    let pull = format!("docker pull {missing}");
    // The first one asks the registry itself; next to an image that is there, the cache answers.
    for book in [Book::new(), Book::new().step(&format!("docker pull --quiet {IMAGE}"))] {
        let book = book.in_network(&hub);
        book.step_with("exit=1", &pull).output(&output).verify().exits(0);
    }
}
