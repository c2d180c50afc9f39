//! Secrets stay out of what is displayed and off the disk.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::time::Duration;

use docker_cli::{Docker, DockerCommand, Error};
use fake::{Fake, SSH};

/// Asserts that no form of this error shows `s3cret`; returns the long one for people.
fn shown(error: &Error) -> String {
    let long = format!("{error:#}");
    for text in [error.to_string(), format!("{error:?}"), long.clone()] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    long
}

#[test]
fn errors_show_names_without_values() {
    let fake = Fake::new("exit 1");
    let docker = &fake.docker;
    for (error, name) in [
        (docker.container().run("app").env("TOKEN", "s3cret").call().unwrap_err(), "TOKEN"),
        (docker.container().exec("web", ["x"]).env("TOKEN", "s3cret").call().unwrap_err(), "TOKEN"),
        (docker.image().build(".").build_arg("KEY", "s3cret").call().unwrap_err(), "KEY"),
        (docker.volume().create().opt("o", "password=s3cret").call().unwrap_err(), "o"),
        (docker.command(["run", "-e", "TOKEN=s3cret", "app"]).call().unwrap_err(), "TOKEN"),
    ] {
        let text = shown(&error);
        assert!(text.contains(&format!("{name}=[redacted]")), "{text}");
    }
    let login = docker.command(["login", "--username=me", "--password=s3cret"]);
    let text = shown(&login.call().unwrap_err());
    assert!(text.contains("'--username=me' '--password=[redacted]'"), "{text}");
}

#[test]
fn a_far_shell_does_not_reveal_them() {
    let fake = Fake::new("exit 1");
    let docker = fake.docker.clone().env("PASSWORD", "s3cret").through_shell([SSH, "host"]);
    let error = docker.container().run("app").env("TOKEN", "s3cret").call().unwrap_err();
    let text = shown(&error);
    assert!(text.contains("PASSWORD=[redacted]") && text.contains("TOKEN=[redacted]"), "{text}");
    assert!(error.failure().unwrap().command.words()[2].to_string_lossy().contains("s3cret"));
}

#[test]
fn builders_and_output_do_not_reveal_them() {
    let fake = Fake::new("exit 0");
    let docker = fake.docker.clone().through(["env", "A=s3cret"]).env("B", "s3cret");
    let login = docker.command(["login"]).stdin(b"s3cret");
    let run = docker.container().run("app").env("TOKEN", "s3cret");
    let output = run.clone().call().unwrap();
    for text in
        [format!("{docker:?}"), format!("{login:?}"), format!("{run:?}"), format!("{output:?}")]
    {
        assert!(!text.contains("s3cret"), "{text}");
    }
    assert!(format!("{run:?}").contains("--env=TOKEN=[redacted]"), "{run:?}");
    assert!(output.command.words().contains(&"--env=TOKEN=s3cret".into()));
    assert_eq!(format!("{:?}", docker_cli::Stdin::from(b"s3cret")), "Bytes([redacted]; 6)");
    assert!(format!("{:?}", Docker::new().env("B", "s3cret")).contains(r#"environment: ["B"]"#));
}

#[cfg(target_os = "linux")]
#[test]
fn standard_input_stays_in_memory() {
    let fake = Fake::new("readlink /proc/self/fd/0; cat");
    let output = fake.docker.command(["login"]).stdin(b"s3cret").call().unwrap();
    assert_eq!(output.stdout_text(), "/memfd:docker-cli standard input (deleted)\ns3cret");
}

#[test]
fn a_running_command_does_not_reveal_them() {
    let fake = Fake::new("exec sleep 60");
    let docker = fake.docker.clone().env("A", "s3cret");
    let stream = docker.container().run("app").env("TOKEN", "s3cret").stream().unwrap();
    let events = docker.system().events().flag("--env=T=s3cret").follow();
    for text in [format!("{stream:?}"), format!("{:?}", events.unwrap())] {
        assert!(!text.contains("s3cret"), "{text}");
    }
}

/// A list of containers of which one is missing: docker describes the other one before it fails.
#[test]
fn what_docker_describes_is_not_revealed() {
    let fake = Fake::new(
        r#"echo '{"Config":{"Env":["P=s3cret"]}}'
echo 'Error response from daemon: No such container: gone' >&2
exit 1"#,
    );
    let inspect = fake.docker.container().inspect(["web", "gone"]);
    let output = inspect.clone().output().unwrap();
    let error = inspect.call().unwrap_err();
    assert!(matches!(error, Error::NoSuch { .. }), "{error:?}");
    shown(&error);
    for text in [format!("{output:?}"), format!("{error:?}")] {
        assert!(!text.contains("s3cret") && text.contains("stdout: (32 bytes)"), "{text}");
    }
    assert!(output.stdout_text().contains("s3cret"));

    let fake = Fake::new("echo '{}'; sleep 60");
    let inspect = fake.docker.container().inspect(["web"]).timeout(Duration::from_secs(1));
    let error = inspect.call().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains("{}"), "{error:?}");
}

/// serde's own message repeats the value.
#[test]
fn what_is_not_the_expected_json_is_not_revealed() {
    for answer in [
        r#"{"Id":"web","Config":{"Env":["PASSWORD=s3cret"]},"State":"s3cret"}"#,
        r#"{"Id":"web","Config":{"Env":["PASSWORD=s3cret"]"#,
        r#"{"Config":{"Env":"PASSWORD=s3cret"}}"#,
    ] {
        let fake = Fake::new(&format!("echo '{answer}'"));
        let error = fake.docker.container().inspect(["web"]).call().unwrap_err();
        let long = shown(&error);
        let begins = "cannot parse the output of `docker container inspect`: ";
        assert!(long.starts_with(begins) && long.contains("line 1"), "{long}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            assert!(!format!("{cause} {cause:?}").contains("s3cret"), "{cause}");
            source = cause.source();
        }
        let Error::Json { source, text, .. } = error else { panic!("{error:?}") };
        assert_eq!(text.reveal(), answer);
        assert_eq!(source.reveal().line(), 1);
    }
}

#[test]
fn what_is_not_the_expected_text_is_not_revealed() {
    let fake = Fake::new("echo 's3cret of a program'");
    let error = fake.docker.container().run("app").detach().call().unwrap_err();
    assert!(shown(&error).contains("is not a container identifier"), "{error:#}");
    assert!(format!("{error:?}").contains("text: (19 bytes)"), "{error:?}");
    let Error::Unexpected { text, .. } = error else { panic!("{error:?}") };
    assert_eq!(text.reveal(), "s3cret of a program");
}

/// It is what the caller wants to see.
#[test]
fn what_a_program_prints_is_shown() {
    let fake = Fake::new("echo said; exit 3");
    let error = fake.docker.container().exec("web", ["x"]).call().unwrap_err();
    assert!(format!("{error:?}").contains(r#"stdout: "said\n""#), "{error:?}");
}
