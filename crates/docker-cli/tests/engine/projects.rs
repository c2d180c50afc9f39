//! Compose, builds, contexts and disk use on a real engine.

use docker_cli::{BuildEvent, Project};

use super::*;

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_project_is_started_described_and_removed() {
    let (docker, name) = (docker(), name("project"));
    let file = format!(
        "name: {name}
services:
  web: {{image: {image}, command: sh -c 'echo ready; exec sleep 600', ports: [\"127.0.0.1::80\"], volumes: [\"data:/data\"]}}
volumes: {{data: {{}}}}
",
        image = image()
    );
    let compose = docker.compose().file("-");
    let up = || compose.up().stdin(file.as_bytes());
    if !has_plugin("compose") {
        let error = up().guard().unwrap_err();
        return assert!(matches!(error, Error::Usage(_)), "{error:?}");
    }
    let project = up().guard().unwrap();
    assert_eq!(project.name(), name);
    let compose = docker.compose().project_name(project.name());
    let containers = compose.ps().call().unwrap();
    assert_eq!((containers.len(), containers[0].service.as_str()), (1, "web"));
    assert_eq!(
        (containers[0].state.as_str(), containers[0].publishers[0].target_port),
        ("running", 80)
    );
    assert!(compose.ls().call().unwrap().iter().any(|project| project.name == name));
    let wait = docker.container().wait_until(&containers[0].id, Duration::from_secs(60));
    wait.prints("ready").unwrap();
    let coloured = docker_with("COMPOSE_ANSI=always");
    for compose in [
        compose.clone(),
        compose.clone().ansi("always"),
        coloured.compose().project_name(project.name()),
    ] {
        let line = compose.logs().follow().lines().unwrap().next().unwrap().unwrap();
        assert_eq!((line.container.as_str(), line.text.as_str()), ("web-1", "ready"));
    }
    assert!(matches!(up().guard(), Err(Error::Exists { kind: ObjectKind::Project, .. })));

    let has_something = |project: &Project| {
        let filter = format!("label=com.docker.compose.project={project}");
        !docker.container().ls().all().filter(&filter).call().unwrap().is_empty()
            || !docker.network().ls().filter(&filter).call().unwrap().is_empty()
            || !docker.volume().ls().filter(&filter).call().unwrap().is_empty()
    };
    assert!(has_something(&project));
    let gone = Project::new(project.name());
    project.remove().unwrap();
    assert!(!has_something(&gone));
    let marker = docker.volume().find(format!("docker-cli.project.{name}")).unwrap();
    assert!(marker.is_none());
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn builds_are_followed() {
    let (docker, name) = (docker(), name("followed"));
    let dockerfile = format!("FROM {}\nRUN echo first; echo {name}\nRUN exit 3\n", image());
    let dockerfile = dockerfile.as_bytes();
    let of_image = |docker: &Docker| docker.image().build_from(dockerfile).follow();
    let buildx = docker.buildx();
    let has_buildx = has_plugin("buildx");
    let wrong = docker_with("BUILDKIT_PROGRESS=rawjson");
    let mut builders = vec![
        of_image(&docker),
        of_image(&docker_with("DOCKER_BUILDKIT=0")),
        of_image(&wrong),
        of_image(&docker.clone().env("BUILDKIT_PROGRESS", "rawjson")),
    ];
    if has_buildx {
        builders.extend([
            docker.image().build_from(dockerfile).progress("rawjson").follow(),
            buildx.build_from(dockerfile).follow(),
            buildx.build_from(dockerfile).progress("quiet").follow(),
            wrong.buildx().build_from(dockerfile).follow(),
        ]);
    }
    for builder in builders {
        let mut items: Vec<_> = builder.unwrap().collect();
        let error = items.pop().unwrap().unwrap_err();
        assert!(error.failure().is_some(), "{error:?}");
        let events: Vec<BuildEvent> = items.into_iter().map(Result::unwrap).collect();
        let number = events.iter().find_map(|event| match event {
            BuildEvent::Step { number, name } if name.contains("RUN echo first") => Some(*number),
            _ => None,
        });
        let number = number.unwrap();
        let said = BuildEvent::Output { number, text: name.clone() };
        assert!(
            events.contains(&said) || events.contains(&BuildEvent::Cached { number }),
            "{events:?}"
        );
        assert!(events.iter().any(|event| matches!(
            event,
            BuildEvent::Step { name, .. } if name.contains("RUN exit 3")
        )));
    }
    let dockerfile = format!("FROM {}\nRUN true\n", image());
    let built = buildx.build_from(dockerfile.as_bytes()).quiet().call();
    match built {
        Ok(id) if has_buildx => docker.image().rm([&id]).call().unwrap(),
        Err(Error::Usage(_)) if !has_buildx => {}
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn contexts_and_disk_use_are_listed() {
    let docker = docker();
    let contexts = docker.contexts().ls().call().unwrap();
    let current = contexts.iter().find(|context| context.current).unwrap();
    let none: [&str; 0] = [];
    let inspected = docker.contexts().inspect(none).call().unwrap();
    assert_eq!(inspected[0].name, current.name);
    assert_eq!(inspected[0].host(), Some(current.docker_endpoint.as_str()));
    for error in [
        docker.contexts().inspect(["no-such-context"]).call().unwrap_err(),
        docker.clone().context("no-such-context").ping().unwrap_err(),
    ] {
        assert!(
            matches!(&error, Error::NoSuch { kind: ObjectKind::Context, name, .. }
                if name == "no-such-context"),
            "{error:?}"
        );
    }

    let rows = docker.system().df().call().unwrap();
    let images = rows.iter().find(|row| row.kind == "Images").unwrap();
    assert!(images.count() > Some(0) && images.bytes() > Some(1_000_000), "{images:?}");
    let error = docker.image().pull("localhost:1/none").call().unwrap_err();
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
}
