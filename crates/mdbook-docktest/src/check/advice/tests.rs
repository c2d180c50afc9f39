use super::*;

#[test]
fn each_failure_has_the_advice_that_fits() {
    for (command, status, output, expected, fix) in [
        (
            "docker run -it alpine",
            1,
            "the input device is not a TTY\n",
            "add `tty`",
            Some(Fix::tty()),
        ),
        (
            "docker exec -it web sh",
            1,
            "cannot attach stdin to a TTY-enabled container because stdin is not a terminal",
            "add `tty`",
            Some(Fix::tty()),
        ),
        (
            "docker login",
            1,
            "Error: Cannot perform an interactive login from a non TTY device",
            "logging in needs",
            Some(Fix::ignore()),
        ),
        (
            "docker push me/app",
            1,
            "denied: requested access to the resource is denied",
            "pushing needs",
            Some(Fix::ignore()),
        ),
        ("docker search nginx", 1, "", "searching needs Docker Hub", Some(Fix::ignore())),
        (
            "docker pause app",
            1,
            "Error response from daemon: cannot pause container 0a: OCI runtime pause failed: cannot toggle freezer: \
             cgroups not configured for container: unknown\n",
            "this user has no control groups",
            None,
        ),
        (
            "docker top app",
            1,
            "Error response from daemon: runc did not terminate successfully: exit status 1: unable to get all \
             container pids: lstat : no such file or directory\n: unknown\n",
            "this user has no control groups",
            None,
        ),
        (
            "docker scan app",
            1,
            "docker: 'scan' is not a docker command.\nSee 'docker --help'",
            "the engine has no command `docker scan`",
            Some(Fix::ignore()),
        ),
        (
            "docker scout",
            1,
            "docker: unknown command: docker scout\n",
            "the engine has no command `docker scout`",
            Some(Fix::ignore()),
        ),
        (
            "systemctl start docker",
            1,
            "System has not been booted with systemd as init system (PID 1). Can't operate.",
            "a step has no service manager",
            Some(Fix::ignore()),
        ),
        (
            "sudo dockerd -H unix:///run/other.sock",
            1,
            "failed to start daemon, ensure docker is not running or delete /var/run/docker.pid: process with PID 6 is \
             still running\n",
            "each chapter has a Docker daemon",
            Some(Fix::ignore()),
        ),
        (
            "docker -H ssh://me@host ps",
            1,
            "error during connect: Get \"http://docker.example.com/v1.45/containers/json\": exec: \"ssh\": executable \
             file not found in $PATH\n",
            "a step has no `ssh`",
            Some(Fix::ignore()),
        ),
        (
            "docker --tlsverify ps",
            1,
            "Failed to initialize: unable to resolve docker endpoint: open /home/me/.docker/ca.pem: no such file or directory",
            "a step has no certificates",
            Some(Fix::ignore()),
        ),
        (
            "docker ps",
            1,
            "Cannot connect to the Docker daemon at tcp://1.2.3.4:2375. Is the docker daemon running?",
            "no Docker daemon answers",
            None,
        ),
        (
            "sysctl -w vm.max_map_count=262144",
            1,
            "sysctl: permission denied on key \"vm.max_map_count\"",
            "a step cannot change settings of this machine’s kernel",
            Some(Fix::ignore()),
        ),
        (
            "make -j",
            254,
            "bash: fork: retry: Resource temporarily unavailable",
            "the engine has reached its limit of processes",
            None,
        ),
        (
            "docker load -i a.tar",
            1,
            "write /data: no space left on device",
            "a file system is full: raise `disk`",
            None,
        ),
        (
            "docker build -t app .",
            1,
            "ERROR: failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory",
            "the step’s directory has no such file: mark the block that shows it `file=Dockerfile`",
            None,
        ),
        (
            "docker build -f app.Dockerfile .",
            1,
            "ERROR: failed to solve: failed to read dockerfile: open app.Dockerfile: no such file or directory",
            "the step’s directory has no such file: mark the block that shows it `file=app.Dockerfile`",
            None,
        ),
        (
            "docker build .",
            1,
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /lab/Dockerfile: no such file or directory",
            "the step’s directory has no such file: mark the block that shows it `file=Dockerfile`",
            None,
        ),
        (
            "docker compose up -d",
            14,
            "no configuration file provided: not found",
            "the step’s directory has no Compose file",
            None,
        ),
        (
            "docker service ls",
            1,
            "Error response from daemon: This node is not a swarm manager. Use …",
            "run `docker swarm init`",
            None,
        ),
        (
            "docker run alpine foo",
            127,
            "docker: Error response from daemon: … exec: \"foo\": executable file not found in $PATH: unknown.",
            "the image has no program `foo`",
            None,
        ),
        (
            "git clone https://github.com/a/b",
            128,
            "fatal: unable to access 'https://github.com/a/b/': Could not resolve host: github.com",
            "the step cannot reach that host",
            Some(Fix::ignore()),
        ),
        (
            "curl localhost:8080",
            7,
            "curl: (7) Failed to connect to localhost port 8080 after 0 ms: Could not connect to server",
            "no program answers there",
            None,
        ),
        (
            "docker push localhost:5000/web",
            1,
            "Get \"http://localhost:5000/v2/\": read tcp 127.0.0.1:1->127.0.0.1:5000: read: connection reset by peer",
            "no program answers there",
            None,
        ),
        ("./run.sh", 126, "bash: ./run.sh: Permission denied", "the file cannot be executed", None),
        ("docker run alpine", 137, "", "it was killed", None),
        ("x", 139, "", "it crashed", None),
    ] {
        let found = advice(command, status, output).unwrap_or_else(|| panic!("{command}"));
        assert!(found.text.starts_with(expected), "{command}: {found:?}");
        assert_eq!(found.fix, fix, "{command}");
    }
}

#[test]
fn a_missing_program_is_named() {
    for (name, expected) in [
        ("vim", "nobody can type into an editor"),
        ("open", "a step has no desktop"),
        ("kubectl", "it needs more than a Docker Engine"),
        ("systemctl", "a step has no service manager"),
        ("apt-get", "add what the step needs to `packages` in book.toml"),
        ("brew", "it is the package manager of another system"),
        ("docker-compose", "it is the former name of `docker compose`"),
        ("mytool", "add the package that has it to `packages` in book.toml"),
        ("brctl", "add `bridge-utils` to `packages` in book.toml"),
    ] {
        let expected = format!("a step does not find the program `{name}`: {expected}");
        for (status, shell) in [(127, "/step: line 3"), (1, "sudo")] {
            let output = format!("{shell}: {name}: command not found\n");
            let found = advice(name, status, &output).unwrap_or_else(|| panic!("{name}"));
            assert!(found.text.starts_with(&expected), "{found:?}");
            assert_eq!(found.fix, Some(Fix::ignore()));
        }
    }
}

#[test]
fn of_other_failures_only_the_author_knows() {
    for (command, status, output) in [
        ("false", 1, ""),
        ("docker push me/app", 1, "An image does not exist locally with the tag: me/app"),
        ("docker run alpine sh -c foo", 127, "sh: foo: not found"),
        ("echo 'docker build'; exit 3", 3, "docker build"),
    ] {
        assert_eq!(advice(command, status, output), None, "{command}");
    }
}
