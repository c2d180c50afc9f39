//! Docker behind a shell, as over ssh.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::fs;

use docker_cli::{Docker, DockerCommand, Error};
use fake::{Fake, SSH};

/// Prints its arguments, each between `<` and `>`.
const PRINT: &str = r#"printf '<%s>' "$@""#;

#[test]
fn words_arrive_as_they_are() {
    let fake = Fake::new(PRINT);
    let docker = fake.docker.clone().through_shell([SSH, "host"]);
    let words = [
        "volume",
        "--label=A=b c",
        "it's",
        "\"$HOME\"",
        "a; echo INJECTED >&2",
        "> file",
        "$(id) `id` \\",
        "two\nlines",
        "!x *?[a-z] {a,b} ~ # &",
        "",
        "café \u{202f}",
    ];
    let output = docker.command(words).call().unwrap();
    let expected: String = words.iter().map(|word| format!("<{word}>")).collect();
    assert_eq!(output.stdout_text(), expected);
    assert_eq!(output.stderr_text(), "");
    assert_eq!(fs::read_dir(fake.directory.path()).unwrap().count(), 0);
}

#[test]
fn environment_settings_apply_on_the_other_side() {
    let fake = Fake::new(r#"printf '<%s>' "$A" "${USER-unset}" "${CARGO-unset}" "$1""#);
    let docker = fake.docker.clone().env("A", "b; c 'd'\n").env_remove("USER");
    let output = docker.clone().through_shell([SSH, "host"]).command(["x"]).call().unwrap();
    let cargo = std::env::var("CARGO").unwrap();
    assert_eq!(output.stdout_text(), format!("<b; c 'd'\n><unset><{cargo}><x>"));

    let cleared = fake.docker.clone().env_clear().env("FAKE_DIRECTORY", fake.directory.path());
    let cleared = cleared.env("FAKE_SCRIPT", "printf \"<$A><${CARGO-unset}>\"").env("A", "b c");
    let output = cleared.through_shell([SSH, "host"]).command(["x"]).call().unwrap();
    assert_eq!(output.stdout_text(), "<b c><unset>");
}

#[test]
fn ssh_gets_the_host_and_one_word() {
    let docker = Docker::new().env("A", "b").over_ssh("me@host");
    let argv = docker.container().run("app").program(["echo", "a b"]).argv();
    assert_eq!(
        argv,
        [
            "ssh",
            "-oBatchMode=yes",
            "--",
            "me@host",
            "env 'A=b' docker container run app echo 'a b'"
        ]
    );
}

#[test]
fn without_a_command_there_is_no_shell() {
    let docker = Docker::new().through_shell([SSH, "host"]).through_shell([""; 0]);
    assert_eq!(docker.command(["ps", "a b"]).argv(), ["docker", "ps", "a b"]);
}

#[test]
fn status_and_missing_program_come_back() {
    let fake = Fake::new("exit 7");
    let docker = fake.docker.clone().through_shell([SSH, "host"]);
    let error = docker.container().run("app").call().unwrap_err();
    assert!(matches!(&error, Error::Exit(failure) if failure.status.unwrap().code() == Some(7)));

    let error = docker.program("/nowhere/docker").ping().unwrap_err();
    assert!(
        matches!(&error, Error::ProgramMissing { program, .. } if program == "/nowhere/docker"),
        "{error:?}"
    );
    let missing = Docker::new().program("/nowhere/docker").through_shell([SSH, "host"]);
    let error = missing.ping().unwrap_err();
    assert!(
        matches!(&error, Error::ProgramMissing { program, .. } if program == "/nowhere/docker"),
        "{error:?}"
    );
}
