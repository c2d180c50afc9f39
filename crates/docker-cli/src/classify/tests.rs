use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::*;
use crate::command_line::CommandLine;
use crate::error::ObjectKind;

fn output(origin: Origin, code: i32, stdout: &str, stderr: &str) -> Output {
    Output {
        command: CommandLine::new(&[], &["docker".into()]),
        status: ExitStatus::from_raw(code << 8),
        stdout: stdout.into(),
        stderr: stderr.into(),
        origin,
    }
}

fn error(origin: Origin, code: i32, stderr: &str) -> Error {
    failure(output(origin, code, "", stderr), &Settings::default())
}

fn message(error: &Error) -> &str {
    &error.failure().unwrap().message
}

/// The full text of docker 26.1.5.
const CONFLICT: &str = "docker: Error response from daemon: Conflict. The container name \"/aa\" is \
    already in use by container \"3781\". You have to remove (or rename) that container to be \
    able to reuse that name.\nSee 'docker run --help'.\n";

#[test]
fn a_message_loses_its_prefixes_and_hints() {
    let error = error(Origin::Run, 125, CONFLICT);
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
    assert!(message(&error).starts_with("Conflict. The container name"), "{error}");
    assert!(message(&error).ends_with("reuse that name"), "{error}");
}

#[test]
fn the_first_of_several_messages_names_the_case_and_all_are_kept() {
    let error = error(
        Origin::Docker,
        1,
        "Error response from daemon: get nope: no such volume\n\
         Error response from daemon: remove v1: volume is in use - [8ffe]\n",
    );
    assert!(
        matches!(&error, Error::NoSuch { kind: ObjectKind::Volume, name, .. } if name == "nope"),
        "{error:?}"
    );
    assert_eq!(message(&error).lines().count(), 2);
}

#[test]
fn progress_and_notices_come_before_the_message() {
    let error = error(
        Origin::Run,
        125,
        "Unable to find image 'nope:latest' locally\n\
         docker: Error response from daemon: pull access denied for nope, repository does not exist \
         or may require 'docker login'\n\nRun 'docker run --help' for more information\n",
    );
    assert!(
        matches!(&error, Error::NoSuch { kind: ObjectKind::Image, name, .. } if name == "nope"),
        "{error:?}"
    );
}

#[test]
fn the_first_builder_fails_without_an_opening_of_its_own() {
    let error = error(
        Origin::Docker,
        1,
        "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n\
         \x20           Install the buildx component to build images with BuildKit:\n\
         \x20           https://docs.docker.com/go/buildx/\n\n\
         The command '/bin/sh -c exit 4' returned a non-zero code: 4\n",
    );
    assert!(matches!(error, Error::Failed(_)), "{error:?}");
    assert_eq!(message(&error), "The command '/bin/sh -c exit 4' returned a non-zero code: 4");
}

#[test]
fn what_a_containers_program_prints_is_not_dockers() {
    for (code, stderr) in [
        (3, ""),
        (125, "no such image\n"),
        (1, "Error response from daemon: No such container: x\n"),
        (125, "docker: Error response from daemon: Conflict.\nand more of my own\n"),
    ] {
        let error = error(Origin::Run, code, stderr);
        assert!(matches!(error, Error::Exit(_)), "{error:?}");
        assert_eq!(error.failure().unwrap().status.unwrap().code(), Some(code));
    }
}

#[test]
fn a_program_that_cannot_be_started_is_dockers_error() {
    let not_found = "failed to create task for container: exec: \"nosuchprog\": executable file \
        not found in $PATH: unknown";
    let error =
        error(Origin::Run, 127, &format!("docker: Error response from daemon: {not_found}.\n"));
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
    assert_eq!(message(&error), not_found);
}

/// The full texts of docker 26.1.5 and 28.2.2.
#[test]
fn a_wrong_flag_is_not_a_failing_program() {
    for stderr in [
        "unknown flag: --frob\nSee 'docker run --help'.\n",
        "unknown flag: --frob\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\n\
         Run 'docker run --help' for more information\n",
    ] {
        for origin in [Origin::Docker, Origin::Run, Origin::Exec] {
            let error = error(origin, 125, stderr);
            assert!(matches!(error, Error::Usage(_)), "{error:?}");
            assert_eq!(message(&error), "unknown flag: --frob");
        }
    }
}

#[test]
fn run_fails_before_it_starts_when_its_context_is_missing() {
    let line = "Failed to initialize: unable to resolve docker endpoint: invalid bind address \
        format: foo://x\n";
    assert!(matches!(error(Origin::Run, 1, line), Error::Failed(_)));
}

#[test]
fn exec_reports_a_missing_program_on_standard_output() {
    let text = "OCI runtime exec failed: exec failed: unable to start container process: exec: \
        \"nosuchprog\": executable file not found in $PATH: unknown\n";
    let error = failure(output(Origin::Exec, 126, text, ""), &Settings::default());
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");

    let error = self::error(Origin::Exec, 1, "Error response from daemon: No such container: x\n");
    assert!(matches!(error, Error::NoSuch { .. }), "{error:?}");
    for (code, stderr) in [
        (5, ""),
        (1, "unknown flag: --frob\n"),
        (1, "Error: cannot find module\n"),
        (2, "Error response from daemon: No such container: x\n"),
    ] {
        let error = self::error(Origin::Exec, code, stderr);
        assert!(matches!(error, Error::Exit(_)), "{error:?}");
    }
}

/// Compose looks for services; `run` and `exec` do not, but a program may, or for secrets.
#[test]
fn a_service_is_missing_only_in_compose() {
    let line = "no such service: web\n";
    let error = self::error(Origin::Compose, 1, line);
    assert!(matches!(error, Error::NoSuch { kind: ObjectKind::Service, .. }), "{error:?}");
    for (origin, code, line) in [
        (Origin::Exec, 1, line),
        (Origin::Exec, 1, "secret not found: web\n"),
        (Origin::Run, 125, line),
        (Origin::Compose, 2, line),
    ] {
        let error = self::error(origin, code, line);
        assert!(matches!(error, Error::Exit(_)), "{error:?}");
    }
}

/// As docker 26.1.5 prints it.
#[test]
fn several_objects_of_a_swarm_are_missing() {
    let stderr = "\nStatus: Error: no such service: web\nError: no such service: db, Code: 1\n";
    let error = error(Origin::Docker, 1, stderr);
    assert!(
        matches!(&error, Error::NoSuch { kind: ObjectKind::Service, name, .. } if name == "web"),
        "{error:?}"
    );
    assert_eq!(message(&error), "no such service: web\nno such service: db");
}

#[test]
fn docker_is_missing_behind_a_wrapper() {
    let exec = |wrapper: &str| Wrapper::Exec(vec![wrapper.into()]);
    let shell = || Wrapper::Shell(vec!["ssh".into(), "host".into()]);
    let error = |wrapper, code, line| {
        let settings = Settings { wrapper, ..Settings::default() };
        failure(output(Origin::Run, code, "", line), &settings)
    };
    for (wrapper, line) in [
        (exec("nsenter"), "nsenter: failed to execute docker: No such file or directory"),
        (exec("/usr/bin/sudo"), "sudo: docker: command not found"),
        (exec("env"), "env: ‘docker’: No such file or directory"),
        (
            Wrapper::Exec(["nsenter", "--mount", "env", "A=b"].map(Into::into).into()),
            "env: ‘docker’: No such file or directory",
        ),
        (shell(), "sh: 1: docker: not found\n"),
        (shell(), "bash: line 1: docker: command not found\n"),
        (shell(), "env: ‘docker’: No such file or directory"),
    ] {
        let error = error(wrapper, 127, line);
        assert!(matches!(error, Error::ProgramMissing { .. }), "{line}: {error:?}");
    }
    for (wrapper, code, line) in [
        (exec("nsenter"), 1, "nsenter: cannot open /proc/1/ns/mnt: Permission denied"),
        (exec("nsenter"), 127, "sh: 1: docker: not found"),
        (exec("nsenter"), 1, "nsenter: docker: Permission denied"),
        (shell(), 1, "sh: 1: docker: not found"),
        (shell(), 127, "sh: 1: other: not found"),
        (shell(), 127, "starting\nsh: 1: docker: not found"),
    ] {
        let error = error(wrapper, code, line);
        assert!(matches!(error, Error::Exit(_)), "{line}: {error:?}");
    }
}

#[test]
fn ssh_that_does_not_reach_docker_is_not_the_program() {
    let wrapper = Wrapper::Shell(["/usr/bin/ssh", "--", "host"].map(Into::into).into());
    let settings = Settings { wrapper, ..Settings::default() };
    for line in [
        "ssh: connect to host host port 22: Connection refused",
        "me@host: Permission denied (publickey).",
        "No ED25519 host key is known for host.\nHost key verification failed.",
    ] {
        let error = failure(output(Origin::Run, 255, "", line), &settings);
        assert!(matches!(error, Error::Failed(_)), "{line}: {error:?}");
        let error = failure(output(Origin::Run, 255, "", line), &Settings::default());
        assert!(matches!(error, Error::Exit(_)), "{line}: {error:?}");
    }
    for (code, line) in [(255, "failed"), (255, ""), (1, "ssh: connect to host x: refused")] {
        let error = failure(output(Origin::Run, code, "", line), &settings);
        assert!(matches!(error, Error::Exit(_)), "{line}: {error:?}");
    }
}

#[test]
fn a_signal_that_ends_docker_is_no_failure_of_the_program() {
    for origin in [Origin::Run, Origin::Exec] {
        let killed = Output { status: ExitStatus::from_raw(9), ..output(origin, 0, "", "") };
        let error = failure(killed, &Settings::default());
        assert!(matches!(error, Error::Failed(_)), "{error:?}");
        let program = failure(output(origin, 137, "", ""), &Settings::default());
        assert!(matches!(program, Error::Exit(_)), "{program:?}");
    }
}

/// As printed by docker 20.10.24, which prints the second line at times.
#[test]
fn what_docker_logs_after_its_message_does_not_hide_it() {
    let stderr = "docker: Error response from daemon: failed to create shim task: exec: \
        \"no-such-program\": executable file not found in $PATH: unknown.\n\
        time=\"2026-11-26T08:08:14Z\" level=error msg=\"error waiting for container: context canceled\"\n";
    let error = error(Origin::Run, 127, stderr);
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
    assert!(message(&error).ends_with("not found in $PATH: unknown"), "{error}");
}
