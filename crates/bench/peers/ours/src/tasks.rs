use std::time::Duration;

use docker_cli::{Docker, DockerCommand, Error, Publication};

pub fn run(task: &str) -> Result<String, Error> {
    let docker = Docker::new();
    let container = docker.container();
    Ok(match task {
        "output" => {
            let script = "echo out; echo err >&2";
            let output = container.run("alpine").rm().program(["sh", "-c", script]).call()?;
            format!("stdout: {}stderr: {}", output.stdout_text(), output.stderr_text())
        }
        "status" => {
            let script = "echo no such image >&2; exit 3";
            match container.run("alpine").rm().program(["sh", "-c", script]).call() {
                Err(Error::Exit(failure)) => {
                    format!("status: {}", failure.status.and_then(|it| it.code()).unwrap_or(-1))
                }
                other => return other.map(|_| "no failure".to_owned()),
            }
        }
        "logs" => {
            let lines = container.logs("peers-logs").follow().stream()?.take(3);
            let lines: Result<Vec<String>, Error> =
                lines.map(|line| Ok(line?.to_string())).collect();
            lines?.join("\n")
        }
        "stdin" => {
            let output = container.exec("peers-box", ["cat"]).stdin(b"typed in").call()?;
            output.stdout_text().into_owned()
        }
        "limit" => {
            let run = container.run("alpine").name("peers-limit").program(["sleep", "600"]);
            match run.timeout(Duration::from_secs(2)).call() {
                Err(Error::Timeout { .. }) => "timed out".to_owned(),
                other => return other.map(|_| "no timeout".to_owned()),
            }
        }
        "volumes" => {
            let volumes = docker.volume().ls().filter("label=peers").inspect()?;
            volumes.iter().map(|it| format!("{}: {}\n", it.name, it.labels["peers"])).collect()
        }
        "rows" => {
            let rows = container.ls().all().filter("label=peers-rows").call()?;
            rows.iter().map(|it| format!("{}: {}\n", it.name(), it.state)).collect()
        }
        "ports" => {
            let found = container.find("peers-web")?;
            match found.as_ref().and_then(|it| it.published(80)) {
                Some(Publication { address: Some(address), host_port: Some(port), .. }) => {
                    format!("{address} {port}")
                }
                _ => "none".to_owned(),
            }
        }
        "build" => {
            let dockerfile = b"FROM alpine\nRUN echo broken; exit 7\n";
            match docker.image().build_from(dockerfile).call() {
                Err(error) => format!("failed: {error}"),
                Ok(_) => "no failure".to_owned(),
            }
        }
        "prune" => {
            let pruned = container.prune().filter("label=peers-prune").call()?;
            pruned.iter().map(|id| format!("{id}\n")).collect()
        }
        _ => "not offered".to_owned(),
    })
}

pub fn call() -> Result<(), Error> {
    Docker::new().volume().inspect(["peers-volume"]).call().map(drop)
}
