//! A chapter that ruins its engine has findings where it does so; the run goes on.

use testsuite::Book;

#[test]
fn what_a_step_removes_or_stops_is_found_where_it_is_missed() {
    let outcome = Book::new()
        .with_alpine()
        .step("word=kept")
        // A mount, whose content is removed all the same.
        .step_with("exit=1", "rm -rf /run/docktest")
        .step("echo \"$word\"; docker ps --quiet")
        .output("kept\n")
        .step_with("tty", "echo \"$word\"")
        .output("kept\n")
        .step("kill -STOP \"$(cat /run/docker.pid)\"")
        .step_with("timeout=1s", "docker version")
        .step("kill -CONT \"$(cat /run/docker.pid)\"; pkill -KILL '^containerd$'; sleep 0.5")
        .step("docker run --rm alpine true")
        .step("rm -rf /usr/bin /usr/sbin")
        .step("docker ps --all")
        .step_with("tty", "echo a")
        .step("echo b")
        .chapter("next.md", "```bash\ndocker ps --quiet\n```\n")
        .verify();
    outcome.exits(1).finds_only(&[
        ("timeout", "docker version"),
        ("exit-status", "docker run --rm alpine true"),
        ("exit-status", "docker ps --all"),
        ("exit-status", "echo a"),
        ("exit-status", "echo b"),
    ]);
}
