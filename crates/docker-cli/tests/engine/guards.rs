//! Guards on a real engine, and what a process leaves that was killed.

use std::process::Command;

use docker_cli::{Guard, Owner, Stdin};

use super::*;

/// Containers, networks and volumes, each with its label.
fn count(docker: &Docker, label: &str) -> (usize, usize, usize) {
    let filter = format!("label=test={label}");
    (
        docker.container().ls().all().filter(&filter).call().unwrap().len(),
        docker.network().ls().filter(&filter).call().unwrap().len(),
        docker.volume().ls().filter(&filter).call().unwrap().len(),
    )
}

/// One after the other, since each sweep removes whatever it finds.
#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn guards_and_sweeps_remove_what_guards_created() {
    let docker = docker();
    guards_remove_in_order(&docker);
    a_sweep_removes_what_a_killed_process_left(&docker);
    assert_eq!(examples::run("guards"), "ready: listening\nnothing is left\n");
}

fn guards_remove_in_order(docker: &Docker) {
    let name = name("guards");
    {
        let network = docker.network().create(&name).label("test", &name).guard().unwrap();
        let data = docker.volume().create().name(&name).label("test", &name).guard().unwrap();
        let run = docker.container().run(image()).program(["sleep", "600"]).label("test", &name);
        let run = run.network(&network).volume(format!("{name}:/data"));
        let web = run.detach().guard().unwrap();
        let found = docker.container().find(&web).unwrap().unwrap();
        let owner = &found.config.labels["docker-cli.owner"];
        assert_eq!(Owner::parse(owner), Some(Owner::current()));
        assert_eq!(found.mounts[0].name, data.as_str());
        assert_eq!(count(docker, &name), (1, 1, 1));
        let error = Guard::new(docker, data.clone()).remove().unwrap_err();
        assert!(matches!(error, Error::InUse(_)), "{error:?}");
        let error = docker.volume().create().name(&name).guard().unwrap_err();
        assert!(matches!(error, Error::Exists { .. }), "{error:?}");
        let run = docker.container().run(image()).label("test", &name).network("no-such-network");
        let error = run.detach().guard().unwrap_err();
        assert!(matches!(error, Error::NoSuch { kind: ObjectKind::Network, .. }), "{error:?}");
        // This process is still running.
        assert!(docker.sweep().unwrap().containers.is_empty());
        assert_eq!(count(docker, &name), (1, 1, 1));
    }
    assert_eq!(count(docker, &name), (0, 0, 0));
}

fn a_sweep_removes_what_a_killed_process_left(docker: &Docker) {
    let name = name("swept");
    // What the guards of a process leave that was killed.
    let mut process = Command::new("sleep").arg("600").spawn().unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap();
    let started = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().to_owned();
    let here = Owner::current().to_string();
    let place = here.split('/').take(3).collect::<Vec<_>>().join("/");
    let owner = |number| format!("{place}/{}/{started}/{number}", process.id());
    let label = "docker-cli.owner";
    let network = docker.network().create(&name).label("test", &name).label(label, owner(0));
    let network = network.call().unwrap();
    let volume = docker.volume().create().label("test", &name).label(label, owner(1));
    let volume = volume.call().unwrap();
    let run = docker.container().run(image()).program(["sleep", "600"]).label("test", &name);
    let run = run.label(label, owner(2)).network(&network).volume(format!("{volume}:/data"));
    let container = run.detach().call().unwrap();

    // A volume that it had kept, and the one that says so.
    let kept = docker.volume().create().label("test", &name).label(label, owner(3)).call().unwrap();
    let marker = docker.volume().create().label("docker-cli.kept", owner(3)).call().unwrap();

    docker.sweep().unwrap();
    assert_eq!(count(docker, &name), (1, 1, 2));
    process.kill().unwrap();
    process.wait().unwrap();
    let swept = docker.sweep().unwrap();
    assert!(swept.errors.is_empty(), "{swept:?}");
    assert_eq!(
        (swept.containers, swept.networks, swept.volumes),
        (vec![container], vec![network], vec![volume])
    );
    assert_eq!(count(docker, &name), (0, 0, 1));
    docker.volume().rm([&kept]).call().unwrap();
    docker.sweep().unwrap();
    assert!(docker.volume().find(&marker).unwrap().is_none());
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_program_is_talked_to_while_it_runs() {
    use std::io::Write;

    let docker = docker();
    let run = docker.container().run(image()).program(["cat"]).interactive();
    let cat = run.detach().guard().unwrap();
    let (stdin, mut input) = Stdin::pipe().unwrap();
    let mut lines = docker.container().attach(&cat).stdin(stdin).stream().unwrap();
    for text in ["one", "two"] {
        writeln!(input, "{text}").unwrap();
        assert_eq!(lines.next().unwrap().unwrap().text(), text);
    }
    // Without reading from it, its end does not end the program.
    drop((input, lines));
    let watch = docker.container().attach(&cat).stream().unwrap();
    drop(watch);
    assert!(docker.container().find(&cat).unwrap().unwrap().state.running);

    let (stdin, mut input) = Stdin::pipe().unwrap();
    let mut lines = docker.container().exec(&cat, ["cat"]).stdin(stdin).stream().unwrap();
    writeln!(input, "three").unwrap();
    assert_eq!(lines.next().unwrap().unwrap().text(), "three");
    drop(input);
    assert!(lines.next().is_none());
    cat.remove().unwrap();
}
