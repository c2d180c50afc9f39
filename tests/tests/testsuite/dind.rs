//! Chapters on a Docker: they come out as on this machine, and that Docker keeps what it had.

use testsuite::{Book, Engine};

/// A chapter with containers, a volume, a published port, a recipe's image, output of all kinds and a failure.
fn lab() -> Book {
    Book::new()
        .with_alpine()
        .setting("timeout = \"20s\"")
        .setting("placeholders.WORD = '[a-z]+'")
        .setting("values.\"<name>\" = \"web\"")
        .setting("env.COURSE = \"docker\"")
        .chapter("lab.md", "# Lab\n\n")
        .step("echo \"$COURSE é\"; echo two >&2; ls -A /; pwd; ls -A /run /tmp /root; hostname")
        .step("docker run -d --name <name> -p 8080:80 -v data:/data alpine httpd -f -h /etc")
        .step_with("retry=10s", "curl -sf http://127.0.0.1:8080/group | head -n 1")
        .output("[WORD]:x:0:[WORD]\n")
        .step_with("exit=3", "docker exec <name> sh -c 'exit 3'")
        .step("docker ps --format '{{.Names}} {{.Ports}}'")
        .step("docker network create net; docker rm -f <name>")
}

#[test]
fn a_chapter_comes_out_as_on_this_machine() {
    let engine = Engine::start();
    let book = lab();
    let here = book.command(["record"]).run();
    let recording = book.recording("lab.md");
    let read = || std::fs::read_to_string(&recording).unwrap();
    here.exits(0);
    let expected = read();
    let there = book.command(["record", "--engine", "dind"]).env("DOCKER_HOST", engine.host()).run();
    there.exits(0).fails_saying(&["lab.md.json: unchanged"]);
    assert_eq!(read(), expected);
}
