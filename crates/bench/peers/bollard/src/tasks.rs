use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::StartExecResults;
use bollard::models::{ContainerCreateBody, ExecConfig};
use bollard::query_parameters::*;
use futures_util::{StreamExt, TryStreamExt};
use tokio::io::AsyncWriteExt;

fn words(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(ToString::to_string).collect())
}

fn filters(label: &str) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![label.to_owned()])])
}

/// Runs a program; returns its output, and its status.
async fn run_program(
    docker: &Docker,
    name: &str,
    program: &[&str],
) -> Result<(String, String, i64), Error> {
    let body = ContainerCreateBody {
        image: Some("alpine".to_owned()),
        cmd: words(program),
        ..ContainerCreateBody::default()
    };
    let options = CreateContainerOptionsBuilder::default().name(name).build();
    docker.create_container(Some(options), body).await?;
    let attach = AttachContainerOptionsBuilder::default().stdout(true).stderr(true).stream(true);
    let mut attached = docker.attach_container(name, Some(attach.build())).await?;
    docker.start_container(name, None::<StartContainerOptions>).await?;
    let (mut out, mut err) = (String::new(), String::new());
    while let Some(piece) = attached.output.next().await {
        match piece? {
            LogOutput::StdErr { message } => err.push_str(&String::from_utf8_lossy(&message)),
            other => out.push_str(&String::from_utf8_lossy(&other.into_bytes())),
        }
    }
    let mut waiting = docker.wait_container(name, None::<WaitContainerOptions>);
    let status = match waiting.next().await {
        Some(Ok(ended)) => ended.status_code,
        Some(Err(Error::DockerContainerWaitError { code, .. })) => code,
        Some(Err(error)) => return Err(error),
        None => -1,
    };
    Ok((out, err, status))
}

async fn remove(docker: &Docker, name: &str) -> Result<(), Error> {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    docker.remove_container(name, Some(options)).await
}

pub async fn run(task: &str) -> Result<String, Error> {
    let docker = Docker::connect_with_defaults()?;
    Ok(match task {
        "output" => {
            let program = ["sh", "-c", "echo out; echo err >&2"];
            let (out, err, _) = run_program(&docker, "peers-output", &program).await?;
            remove(&docker, "peers-output").await?;
            format!("stdout: {out}stderr: {err}")
        }
        "status" => {
            let program = ["sh", "-c", "echo no such image >&2; exit 3"];
            let (_, _, status) = run_program(&docker, "peers-status", &program).await?;
            remove(&docker, "peers-status").await?;
            format!("status: {status}")
        }
        "logs" => {
            let options = LogsOptionsBuilder::default().follow(true).stdout(true).stderr(true);
            let logs = docker.logs("peers-logs", Some(options.build())).take(3);
            let lines: Vec<LogOutput> = logs.try_collect().await?;
            lines.iter().map(ToString::to_string).collect()
        }
        "stdin" => {
            let config = ExecConfig {
                attach_stdin: Some(true),
                attach_stdout: Some(true),
                cmd: words(&["cat"]),
                ..ExecConfig::default()
            };
            let id = docker.create_exec("peers-box", config).await?.id;
            let StartExecResults::Attached { output, mut input } =
                docker.start_exec(&id, None).await?
            else {
                return Ok("not attached".to_owned());
            };
            input.write_all(b"typed in").await?;
            input.shutdown().await?;
            let output: Vec<LogOutput> = output.try_collect().await?;
            output.iter().map(ToString::to_string).collect()
        }
        "limit" => {
            let running = run_program(&docker, "peers-limit", &["sleep", "600"]);
            let ended = tokio::time::timeout(Duration::from_secs(2), running).await;
            remove(&docker, "peers-limit").await?;
            if ended.is_err() { "timed out".to_owned() } else { "no timeout".to_owned() }
        }
        "volumes" => {
            let options = ListVolumesOptionsBuilder::default().filters(&filters("peers")).build();
            let volumes = docker.list_volumes(Some(options)).await?.volumes.unwrap_or_default();
            volumes.iter().map(|it| format!("{}: {}\n", it.name, it.labels["peers"])).collect()
        }
        "rows" => {
            let options = ListContainersOptionsBuilder::default().all(true);
            let options = options.filters(&filters("peers-rows")).build();
            let mut rows = String::new();
            for row in docker.list_containers(Some(options)).await? {
                let name = row.names.unwrap_or_default().concat();
                let state = row.state.map(|state| state.to_string()).unwrap_or_default();
                rows += &format!("{}: {state}\n", name.trim_start_matches('/'));
            }
            rows
        }
        "ports" => {
            let web = docker.inspect_container("peers-web", None::<InspectContainerOptions>);
            let ports = web.await?.network_settings.and_then(|it| it.ports).unwrap_or_default();
            let ports = ports.get("80/tcp").cloned().flatten().unwrap_or_default();
            ports.first().map_or("none".to_owned(), |port| {
                let (address, number) = (port.host_ip.clone(), port.host_port.clone());
                format!("{} {}", address.unwrap_or_default(), number.unwrap_or_default())
            })
        }
        "build" => {
            let dockerfile = b"FROM alpine\nRUN echo broken; exit 7\n";
            let mut archive = tar::Builder::new(Vec::new());
            let mut header = tar::Header::new_gnu();
            header.set_size(dockerfile.len() as u64);
            archive.append_data(&mut header, "Dockerfile", &dockerfile[..])?;
            let context = bollard::body_full(archive.into_inner()?.into());
            let options = BuildImageOptionsBuilder::default().build();
            let mut progress = docker.build_image(options, None, Some(context));
            while let Some(step) = progress.next().await {
                match step {
                    Ok(step) => {
                        if let Some(error) = step.error_detail.and_then(|it| it.message) {
                            return Ok(format!("failed: {error}"));
                        }
                    }
                    Err(error) => return Ok(format!("failed: {error}")),
                }
            }
            "no failure".to_owned()
        }
        "prune" => {
            let options = PruneContainersOptionsBuilder::default();
            let options = options.filters(&filters("peers-prune")).build();
            let pruned = docker.prune_containers(Some(options)).await?;
            pruned.containers_deleted.unwrap_or_default().join("\n")
        }
        _ => "not offered".to_owned(),
    })
}

pub async fn call() -> Result<(), Error> {
    Docker::connect_with_defaults()?.inspect_volume("peers-volume").await.map(drop)
}
