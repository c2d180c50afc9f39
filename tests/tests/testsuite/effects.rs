//! Effects that Docker does not show: containers that die in the background, and leftovers.

use testsuite::{Book, Outcome};

/// Starts a container in the background that fails after a moment.
const DIES: &str = "docker run -d --name job alpine sh -c 'sleep 0.3; echo no luck; exit 3'";

fn verify(attributes: &str, script: &str) -> Outcome {
    Book::new()
        .with_alpine()
        .step_with(attributes, script)
        .step_with("cleanup", "docker rm -fv $(docker ps -aq)")
        .verify()
}

#[test]
fn a_container_that_dies_early_is_reported_with_its_log() {
    // Waiting for it or reading its log does not mean that its death was expected.
    let outcome = verify("", &format!("true\n{DIES}\ndocker wait job\ndocker logs job"));
    outcome
        .exits(1)
        .finds_only(&[("container-died", DIES)])
        .says("container `job`, started by this command, died with status 3")
        .says("add `dies=3`")
        .says("it printed `no luck`");
    assert_eq!([outcome.status_of(1), outcome.status_of(2)], ["failed", "passed"]);
}

#[test]
fn a_container_that_dies_after_the_last_step_is_reported() {
    let outcome = Book::new().with_alpine().step(DIES).verify();
    outcome.exits(1).finds_only(&[("container-died", DIES), ("leftover", DIES)]).says("no luck");
}

#[test]
fn a_container_that_succeeds_or_is_stopped_is_not_reported() {
    for script in [
        "docker run -d --name job alpine true; docker wait job",
        "docker run -d --name job alpine sleep 600; docker kill job",
        "docker run -d --name job alpine sleep 600; docker stop -t 0 job; docker start job",
        "docker run -d --rm --name job alpine sleep 600; docker rm -f job",
        "docker run --name job alpine sh -c 'exit 3' || true",
        "docker run -d alpine nosuchprogram || true",
    ] {
        verify("", &format!("{script}\ndocker create alpine")).exits(0).finds_nothing();
    }
}

#[test]
fn an_announced_death_is_not_reported() {
    verify("dies=3", &format!("{DIES}\ndocker wait job")).exits(0).finds_nothing();
    verify("dies", &format!("{DIES}\ndocker wait job")).exits(0).finds_nothing();
}

#[test]
fn an_announced_death_must_happen() {
    let sleeps = "docker run -d --name job alpine sleep 600";
    verify("dies=3", sleeps)
        .exits(1)
        .finds_only(&[("container-died", sleeps)])
        .says("no container that this step started died by itself");
    verify("dies=4", &format!("{DIES}\ndocker wait job"))
        .exits(1)
        .finds_only(&[("container-died", DIES)])
        .says("died with status 3 instead of 4");
}

#[test]
fn leftovers_are_warnings() {
    let outcome = Book::new()
        .with_alpine()
        .step("docker volume create data\ndocker network create net")
        .step("docker run --name first -v /anonymous alpine true\ndocker rename first second")
        .step("docker commit second mine:1\ndocker tag alpine mine:2\ndocker rmi mine:2")
        .step("docker volume create gone\ndocker volume rm gone")
        .verify();
    outcome
        .exits(0)
        .finds_only(&[
            ("leftover", "docker volume create data"),
            ("leftover", "docker network create net"),
            ("leftover", "docker run --name first"),
            ("leftover", "docker run --name first"),
            ("leftover", "docker commit second"),
        ])
        .says("`docker volume rm data`")
        .says("`docker network rm net`")
        .says("`docker rm -f second`")
        .says("anonymous volume `")
        .says("`docker image rm mine:1`");
    assert_eq!(outcome.status_of(1), "passed");
}

#[test]
fn the_report_of_a_clean_chapter_has_its_effects() {
    let outcome = Book::new()
        .with_alpine()
        .step("docker run -d --name app -v data:/data alpine sleep 600")
        .step("docker rm -f app\ndocker volume rm data")
        .verify();
    outcome.exits(0).finds_nothing();
    let effects = |step| {
        let step = outcome.step(step);
        let effects = step["effects"].as_array().unwrap().clone();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let others = effects.iter().filter(|effect| effect["kind"] != "network");
        others
            .map(|effect| format!("{} {}", text(&effect["action"]), text(&effect["name"])))
            .collect::<Vec<_>>()
    };
    let mut created = effects(1);
    created.sort_unstable();
    assert_eq!(created, ["created app", "created data", "mounted data", "started app"]);
    assert_eq!(effects(2), ["died app", "removed app", "removed data"]);
}

#[test]
fn an_image_without_a_tag_is_reported_if_the_lint_is_enabled() {
    let run = "docker run --rm alpine true\ndocker run --rm alpine:latest true";
    let book = Book::new()
        .with_alpine()
        .step(run)
        .step("docker tag alpine alpine:1\ndocker run --rm alpine:1 true")
        .step("docker run --rm $(docker images -q alpine:1) true")
        .step("docker tag alpine mine\ndocker run --rm mine true\ndocker rmi mine alpine:1");
    book.verify().exits(0).finds_nothing();
    let outcome = book.setting("lints.unpinned-image = \"deny\"").verify();
    outcome
        .exits(1)
        .finds_only(&[
            ("unpinned-image", "docker run --rm alpine true"),
            ("unpinned-image", "docker run --rm alpine:latest"),
        ])
        .says("image `alpine` is not pinned to a version")
        .says("`alpine:TAG`");
    assert_eq!([outcome.status_of(1), outcome.status_of(2)], ["failed", "passed"]);
    assert_eq!(outcome.step(1)["effects"][0]["image"], "alpine");
}
