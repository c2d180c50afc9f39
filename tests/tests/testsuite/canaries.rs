//! A chapter cannot change anything outside of its sandbox.

use testsuite::{Book, Engine, interfaces};

#[test]
fn the_authors_own_engine_is_unchanged() {
    let engine = Engine::with_objects();
    let before = (engine.inventory(), interfaces());

    let outcome = Book::new()
        .with_alpine()
        .step("docker volume create data; docker network create web")
        .step("docker run -d --name app --network web -v data:/data alpine sleep 600")
        .step("docker rm -f $(docker ps -aq)")
        .step("docker volume prune -af")
        .step("docker network prune -f")
        .step("docker system prune -af --volumes")
        .step("docker rmi -f $(docker images -q) || true")
        .step("docker ps -aq; docker volume ls -q; docker images -q")
        .to_verify()
        .env("DOCKER_HOST", engine.host())
        .run();
    outcome.exits(0).prints(8, "");
    assert!(outcome.output(4).contains("data"), "{outcome}");

    assert_eq!((engine.inventory(), interfaces()), before);
}

#[test]
fn a_step_cannot_reach_the_authors_engine_by_its_address() {
    let engine = Engine::start();
    let host = engine.host();
    let outcome = Book::new()
        .step_with("exit=any", &format!("docker -H {host} volume create intruder"))
        .step("echo \"${DOCKER_HOST-unset}\"")
        .to_verify()
        .env("DOCKER_HOST", &host)
        .run();
    outcome.exits(0).prints(2, "unset\n");
    assert_eq!(engine.docker(["volume", "ls", "-q"]), "");
}

#[test]
fn steps_cannot_reach_the_machines_files() {
    let book = Book::new()
        .with_alpine()
        .file("secret", "mine\n")
        .step("echo spoilt >/etc/hostname; rm -rf /usr/share/*; echo x >/tmp/x; ls /tmp");
    let secret = book.path().join("secret");
    let secret = secret.display();
    let before = std::fs::read("/etc/hostname").ok();
    let outcome = book
        .step_with("exit=1", &format!("cat {secret}"))
        .step_with("exit=1", &format!("docker run --rm -v /:/host alpine cat /host{secret}"))
        .step("docker run --rm -v /:/host alpine cat /host/etc/hostname")
        .verify();
    outcome.exits(0).prints(1, "x\n").prints(4, "spoilt\n");
    assert_eq!(std::fs::read("/etc/hostname").ok(), before);
}
