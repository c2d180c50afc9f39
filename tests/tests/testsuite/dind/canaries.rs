//! The author's Docker keeps each object, with its ID and state.

use testsuite::{Book, Engine, eventually};

use super::on;

/// All objects except what this program keeps there: its image and its volume.
fn inventory(engine: &Engine) -> Vec<String> {
    let state = "{{.ID}} {{.Name}} {{.State.StartedAt}} {{.State.Status}} {{.RestartCount}}";
    let answers = [
        engine.docker(["inspect", "--format", state, "app", "stopped", "paused"]),
        engine.docker(["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.Image}}"]),
        engine.docker(["volume", "ls", "--format", "volume {{.Name}} {{.Driver}}"]),
        engine.docker(["network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"]),
        engine.docker([
            "image",
            "ls",
            "--no-trunc",
            "--format",
            "{{.ID}} {{.Repository}}:{{.Tag}}",
        ]),
        engine.docker(["exec", "app", "cat", "/data/file"]),
    ];
    let lines = answers.iter().flat_map(|answer| answer.lines()).map(str::to_owned);
    let mut lines: Vec<String> = lines.filter(|line| !line.contains("mdbook-docktest")).collect();
    // The order of images of the same age is not defined.
    lines.sort();
    lines
}

#[test]
fn the_docker_keeps_what_the_author_had() {
    let engine = Engine::start();
    engine.docker(["volume", "create", "data"]);
    engine.docker(["volume", "create", "unused"]);
    engine.docker(["network", "create", "web"]);
    engine.docker(["tag", "alpine", "mine:1"]);
    let run = ["run", "-d", "--name", "app", "--network", "web", "-v", "data:/data", "alpine"];
    engine.docker(run.into_iter().chain(["sh", "-c", "echo precious >/data/file; sleep 6000"]));
    engine.docker(["run", "--name", "stopped", "alpine", "true"]);
    engine.docker(["run", "-d", "--name", "paused", "alpine", "sleep", "6000"]);
    engine.docker(["pause", "paused"]);
    eventually("a file in the volume", || engine.docker(["exec", "app", "ls", "/data"]) == "file");
    let before = inventory(&engine);

    let book = Book::new()
        .with_alpine()
        .step("docker volume create data; docker network create web")
        .step("docker run -d --name app --network web -v data:/data alpine sleep 600")
        .step("docker run --rm --privileged --pid host alpine sh -c 'kill -9 1; ps | wc -l'")
        .step("docker run --rm -v /:/host alpine ls /host/lab")
        .step("docker rm -f $(docker ps -aq)")
        .step("docker volume prune -af; docker network prune -f")
        .step("docker system prune -af --volumes")
        .step("docker rmi -f $(docker images -q) || true")
        .step("docker ps -aq; docker volume ls -q; docker images -q");
    let outcome = on(&engine, &book, "verify").run();
    outcome.exits(0).prints(9, "");

    assert_eq!(inventory(&engine), before);
    let kept = ["volume", "ls", "-q", "--filter", "label=mdbook-docktest.kept"];
    assert_eq!(engine.docker(kept), "mdbook-docktest-cache");
}
