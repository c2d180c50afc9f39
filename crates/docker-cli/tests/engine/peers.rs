//! Faults that were measured in other libraries that run docker: each is tried here.

use std::collections::BTreeSet;

use docker_cli::Source;

use super::*;
use crate::machine::{clients, eventually};

/// Prints each argument between `<` and `>`.
const PRINT: &str = r#"printf '<%s>' "$@"; printf "($MARK)""#;

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_stream_does_not_outlive_its_iterator() {
    let (docker, name) = (docker(), name("iterator"));
    // The filter distinguishes these clients from all others.
    let events = docker.system().events().filter(format!("label={name}")).follow().unwrap();
    eventually(|| clients(&name) == 1);
    drop(events);
    eventually(|| clients(&name) == 0);

    let run = docker.container().run(image()).program(["sleep", "600"]).name(&name);
    run.detach().call().unwrap();
    let logs = docker.container().logs(&name).follow().stream().unwrap();
    eventually(|| clients(&name) == 1);
    drop(logs);
    eventually(|| clients(&name) == 0);
    docker.container().rm([&name]).force().call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_timeout_leaves_neither_a_client_nor_a_container() {
    let (docker, name) = (docker(), name("timeout"));
    let limit = Duration::from_secs(2);
    let run = docker.container().run(image()).program(["sleep", "600"]).name(&name);
    let error = run.timeout(limit).call().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    // On a busy machine, the removal may end after the call.
    eventually(|| clients(&name) == 0);
    eventually(|| docker.container().find(&name).unwrap().is_none());

    let run = docker.container().run(image()).program(["sleep", "600"]).name(&name);
    run.detach().call().unwrap();
    let follow = docker.container().logs(&name).follow().timeout(limit);
    assert!(matches!(follow.call(), Err(Error::Timeout { .. })));
    eventually(|| clients(&name) == 0);
    assert!(docker.container().find(&name).unwrap().unwrap().state.running);
    docker.container().rm([&name]).force().call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn hundreds_of_lines_come_through_a_stream() {
    let script = "seq 1 300; seq 1001 1300 >&2";
    let run = docker().container().run(image()).rm().program(["sh", "-c", script]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    for line in run.stream().unwrap() {
        let line = line.unwrap();
        let lines = if line.source == Source::Stdout { &mut out } else { &mut err };
        lines.push(line.text().parse::<u32>().unwrap());
    }
    assert_eq!(out, (1..=300).collect::<Vec<_>>());
    assert_eq!(err, (1001..=1300).collect::<Vec<_>>());
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn names_may_contain_spaces() {
    let docker = docker();
    let (name, label) = (format!("{} of all", name("spaces")), "a b,c=d  e");
    let network = docker.network().create(&name).label("key", label).call().unwrap();
    let rows = docker.network().ls().filter(format!("id={network}")).call().unwrap();
    assert_eq!((rows.len(), &rows[0].name), (1, &name));
    let found = docker.network().find(&name).unwrap().unwrap();
    assert_eq!((&found.id, found.labels["key"].as_str()), (&network, label));

    let container = docker.container();
    let create = container.create(image()).program(["true"]).network(&name).label("key", label);
    let id = create.call().unwrap();
    let found = container.ls().all().filter(format!("id={id}")).inspect().unwrap();
    assert_eq!(found[0].config.labels["key"], label);
    assert_eq!(found[0].host_config.network_mode, name);
    container.rm([&id]).call().unwrap();
    docker.network().rm([&name]).call().unwrap();
    assert!(docker.network().find(&name).unwrap().is_none());
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn each_container_is_a_row() {
    let (docker, name) = (docker(), name("rows"));
    let container = docker.container();
    let names = ["a", "b"].map(|end| format!("{name}-{end}"));
    for name in &names {
        // With a space in the columns of the command and of the status.
        container.create(image()).program(["sleep", "600"]).name(name).call().unwrap();
    }
    container.start([&names[1]]).call().unwrap();
    let rows = container.ls().all().filter(format!("name={name}")).call().unwrap();
    let seen: BTreeSet<_> = rows.iter().map(|row| (row.name(), row.state.as_str())).collect();
    assert_eq!(seen, BTreeSet::from([(&*names[0], "created"), (&*names[1], "running")]));
    assert!(rows.iter().all(|row| row.image == image() && row.command == "\"sleep 600\""));
    assert!(rows.iter().any(|row| row.status.starts_with("Up ")), "{rows:?}");
    container.rm(&names).force().call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_flag_without_a_method_is_passed_once_and_not_to_the_program() {
    let docker = docker();
    let program = ["sh", "-c", PRINT, "sh", "a b", "--env=MARK=no"];
    let run = docker.container().run(image()).rm().flag("--env=MARK=yes").program(program);
    assert_eq!(run.call().unwrap().stdout_text(), "<a b><--env=MARK=no>(yes)");
    let words = ["run", "--rm", &image()].map(str::to_owned);
    let raw = docker.command(words.into_iter().chain(program.map(str::to_owned)));
    let raw = raw.flag("--env=MARK=yes");
    assert_eq!(raw.call().unwrap().stdout_text(), "<a b><--env=MARK=no>(yes)");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn what_a_program_prints_is_not_a_message_of_docker() {
    let sleeper = Sleeper::start("words");
    let container = sleeper.docker.container();
    for words in ["no such image", "Error response from daemon: No such image: x:latest"] {
        let script = format!("echo '{words}'; echo '{words}' >&2; exit 7");
        let program = ["sh", "-c", &script];
        for error in [
            container.run(image()).rm().program(program).call().unwrap_err(),
            container.exec(&sleeper.name, program).call().unwrap_err(),
        ] {
            let Error::Exit(failure) = &error else { panic!("{error:?}") };
            assert_eq!(failure.status.unwrap().code(), Some(7));
            assert_eq!(failure.message, words);
        }
        let id = container.create(image()).program(program).call().unwrap();
        assert!(matches!(container.start([&id]).attach().call(), Err(Error::Exit(_))));
        assert_eq!(container.logs(&id).call().unwrap().stderr_text().trim_end(), words);
        container.rm([&id]).call().unwrap();
    }
}
