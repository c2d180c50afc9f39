use std::sync::{Arc, Mutex};
use std::time::Duration;

use docker_wrapper::*;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

pub async fn run(task: &str) -> Result<String> {
    Ok(match task {
        "output" => {
            let script = "echo out; echo err >&2";
            let run = RunCommand::new("alpine").remove().cmd(words(&["sh", "-c", script]));
            let (seen, result) = collect(&run).await;
            result?;
            seen
        }
        "status" => {
            let script = "echo no such image >&2; exit 3";
            let run = RunCommand::new("alpine").remove().cmd(words(&["sh", "-c", script]));
            match run.execute().await {
                Err(Error::CommandFailed { exit_code, .. }) => format!("status: {exit_code}"),
                other => return other.map(|_| "no failure".to_owned()),
            }
        }
        "logs" => {
            // Its stream ends early if its future is dropped.
            let logs = LogsCommand::new("peers-logs").follow();
            let seen = Arc::new(Mutex::new(Vec::new()));
            let (sender, receiver) = tokio::sync::oneshot::channel();
            let (lines, mut sender) = (Arc::clone(&seen), Some(sender));
            let stream = logs.stream(move |line| {
                let mut lines = lines.lock().expect("no panic");
                if let (OutputLine::Stdout(line), true) = (line, lines.len() < 3) {
                    lines.push(line);
                }
                if lines.len() == 3 {
                    sender.take().map(|sender| sender.send(()));
                }
            });
            tokio::select! {
                ended = stream => { ended?; }
                _ = receiver => {}
            }
            let lines = seen.lock().expect("no panic").join("\n");
            lines
        }
        "limit" => {
            let mut run = RunCommand::new("alpine").name("peers-limit");
            run = run.cmd(words(&["sleep", "600"]));
            match run.with_timeout(Duration::from_secs(2)).execute().await {
                Err(Error::Timeout { .. }) => "timed out".to_owned(),
                other => return other.map(|_| "no timeout".to_owned()),
            }
        }
        "volumes" => {
            let list = VolumeLsCommand::new().filter("label", "peers").format("json");
            let volumes = list.run().await?.volumes;
            volumes
                .iter()
                .map(|it| format!("{}: {:?}\n", it.name, it.labels.get("peers")))
                .collect()
        }
        "rows" => {
            let list = PsCommand::new().all().filter("label=peers-rows").format_json();
            let rows = list.execute().await?.containers;
            rows.iter().map(|it| format!("{}: {}\n", it.names, it.status)).collect()
        }
        "ports" => {
            let ports = PortCommand::new("peers-web").port(80).run().await?;
            let port = ports.port_mappings().first();
            port.map_or("none".to_owned(), |it| format!("{} {}", it.host_ip, it.host_port))
        }
        "build" => {
            let directory = std::env::temp_dir().join(format!("peers-{}", std::process::id()));
            std::fs::create_dir_all(&directory)?;
            std::fs::write(directory.join("Dockerfile"), "FROM alpine\nRUN echo broken; exit 7\n")?;
            let built = BuildCommand::new(directory.to_string_lossy()).execute().await;
            std::fs::remove_dir_all(&directory)?;
            match built {
                Err(Error::CommandFailed { stderr, .. }) => format!("failed: {stderr}"),
                other => return other.map(|_| "no failure".to_owned()),
            }
        }
        "prune" => {
            let prune = ContainerPruneCommand::new().force().filter("label", "peers-prune");
            prune.run().await?.containers_deleted.join("\n")
        }
        _ => "not offered".to_owned(),
    })
}

async fn collect(run: &RunCommand) -> (String, Result<()>) {
    let seen = Arc::new(Mutex::new(String::new()));
    let lines = Arc::clone(&seen);
    let ended = run.stream(move |line| {
        let line = match line {
            OutputLine::Stdout(line) => format!("stdout: {line}\n"),
            OutputLine::Stderr(line) => format!("stderr: {line}\n"),
        };
        lines.lock().expect("no panic").push_str(&line);
    });
    let ended = ended.await.map(|_| ());
    let seen = seen.lock().expect("no panic").clone();
    (seen, ended)
}

pub async fn call() -> Result<()> {
    VolumeInspectCommand::new("peers-volume").run().await.map(|_| ())
}
