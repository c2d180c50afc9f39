//! Details and results on a real engine.

use std::collections::BTreeSet;
use std::io;
use std::process::Stdio;
use std::thread;
use std::time::SystemTime;

use docker_cli::container::FileChange;
use docker_cli::{LoadEvent, Stdin};

use super::*;

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_container_is_described_in_detail() {
    let (docker, name) = (docker(), name("details"));
    let container = docker.container();
    let id = container
        .create(image())
        .program(["sleep", "600"])
        .name(&name)
        .publish("127.0.0.1::80")
        .volume(format!("{name}:/data:ro"))
        .tmpfs("/scratch")
        .memory("64m")
        .cpus(0.5)
        .health_cmd("true")
        .health_interval(Duration::from_secs(1))
        .call()
        .unwrap();
    let found = container.find(&id).unwrap().unwrap();
    assert_eq!(
        (found.state.status.as_str(), found.state.started_at.system_time()),
        ("created", None)
    );
    let wanted = &found.host_config.port_bindings[0];
    assert_eq!((wanted.host_port, wanted.host_range), (None, None));
    let age = SystemTime::now().duration_since(found.created.system_time().unwrap()).unwrap();
    assert!(age < Duration::from_secs(3600), "{age:?}");

    container.start([&id]).call().unwrap();
    let started = Instant::now();
    let found = loop {
        let found = container.find(&id).unwrap().unwrap();
        if found.state.is_healthy() == Some(true) || started.elapsed() > Duration::from_secs(60) {
            break found;
        }
    };
    assert_eq!(found.state.is_healthy(), Some(true), "{:?}", found.state);
    assert!(found.state.started_at.system_time() > found.created.system_time());
    assert_eq!((found.host_config.memory, found.host_config.nano_cpus), (64 << 20, 500_000_000));
    assert_eq!(found.host_config.tmpfs.keys().collect::<Vec<_>>(), ["/scratch"]);
    let mount = &found.mounts[0];
    assert_eq!(
        (mount.name.as_str(), mount.destination.as_str(), mount.writable),
        (name.as_str(), "/data", false)
    );

    let published = found.published(80).unwrap();
    assert_eq!(published.address, "127.0.0.1".parse().ok());
    assert_eq!(container.port(&id).call().unwrap(), std::slice::from_ref(published));
    let endpoint = &found.network.networks["bridge"];
    assert!(endpoint.ip_address.parse::<std::net::Ipv4Addr>().is_ok(), "{endpoint:?}");
    let network = docker.network().find("bridge").unwrap().unwrap();
    let address = format!("{}/{}", endpoint.ip_address, endpoint.ip_prefix_len);
    assert_eq!(network.containers[id.as_str()].ipv4_address, address);

    let processes = container.top(&id).ps(["-o", "pid,args"]).call().unwrap();
    assert_eq!(processes.titles, ["PID", "COMMAND"]);
    assert_eq!(processes.rows, [[found.state.pid.to_string(), "sleep 600".to_owned()]]);
    let usage = container.stats([&id]).call().unwrap();
    assert_eq!((usage.len(), usage[0].name.as_str()), (1, name.as_str()));
    assert!(usage[0].cpu_percent().is_some() && usage[0].memory.ends_with("64MiB"), "{usage:?}");
    let mut followed = container.stats([&id]).follow().unwrap();
    for _ in 0..2 {
        assert_eq!(followed.next().unwrap().unwrap().id, id.as_str());
    }
    drop(followed);

    container.update([&id]).memory("96m").memory_swap("-1").call().unwrap();
    container.restart([&id]).grace(Duration::ZERO).call().unwrap();
    let list = container.ls().filter(format!("name={name}")).inspect().unwrap();
    assert_eq!((list.len(), list[0].host_config.memory), (1, 96 << 20));
    container.kill([&id]).call().unwrap();
    assert_eq!(container.wait([&id]).call().unwrap(), [137]);
    container.rm([&id]).call().unwrap();
    docker.volume().rm([&name]).call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_requested_range_of_ports_is_known() {
    let (docker, name) = (docker(), name("range"));
    let create = docker.container().create(image()).name(&name);
    let id = create.publish("127.0.0.1:8000-8010:53/udp").call().unwrap();
    let found = docker.container().find(&id).unwrap().unwrap();
    let [wanted] = &*found.host_config.port_bindings else { panic!("{:?}", found.host_config) };
    assert_eq!(wanted.host_range.unwrap().to_string(), "8000-8010");
    assert_eq!((wanted.port.to_string().as_str(), wanted.host_port), ("53/udp", None));
    docker.container().rm([&id]).call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn files_go_in_and_out_of_a_container() {
    let (docker, name) = (docker(), name("files"));
    let container = docker.container();
    let id = container.create(image()).program(["sh", "-c", "cat /tmp/a; exit 3"]).name(&name);
    let id = id.label("test", &name).call().unwrap();
    let mut archive = tar_of("a", b"hello");
    container.copy_in(archive.clone(), &id, "/tmp").call().unwrap();
    archive = container.copy_out(&id, "/tmp/a").call().unwrap();
    assert_eq!(&archive[..2], b"a\0");
    assert_eq!(&archive[512..517], b"hello");
    assert!(container.export(&id).call().unwrap().len() > 10_000);
    let differences = container.diff(&id).call().unwrap();
    let added = differences.iter().find(|one| one.path == "/tmp/a").unwrap();
    assert_eq!(added.change, FileChange::Added);
    let error = container.copy_out(&id, "/nowhere").call().unwrap_err();
    assert!(error.failure().unwrap().message.contains("/nowhere"), "{error}");

    let Err(Error::Exit(failure)) = container.start([&id]).attach().call() else {
        panic!("the program has succeeded")
    };
    assert_eq!(
        (failure.status.unwrap().code(), failure.stdout.as_slice()),
        (Some(3), &b"hello"[..])
    );
    let prune = container.prune().filter(format!("label=test={name}"));
    assert_eq!(prune.call().unwrap(), [id]);
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn archives_are_passed_on_while_they_are_made() {
    let (docker, name) = (docker(), name("pipe"));
    let container = docker.container();
    let from = container.create(image()).program(["true"]).name(&name).call().unwrap();
    // More than pipes and buffers hold.
    let content: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    let tar = tar_of("big", &content);
    container.copy_in(Stdin::from_reader(io::Cursor::new(tar)), &from, "/tmp").call().unwrap();

    // From one container into another, without the archive in memory.
    let to = container.create(image()).program(["cat", "/srv/big"]).call().unwrap();
    let copied = Stdin::from_reader(container.copy_out(&from, "/tmp/big").reader().unwrap());
    container.copy_in(copied, &to, "/srv").call().unwrap();
    assert!(container.start([&to]).attach().call().unwrap().stdout == content);
    let broken = Stdin::from_reader(container.copy_out(&from, "/nowhere").reader().unwrap());
    let error = container.copy_in(broken, &to, "/srv").call().unwrap_err();
    assert!(matches!(&error, Error::Io { source, .. } if source.to_string().contains("/nowhere")));

    // A reader of archives in another process, as it arrives.
    let mut archive = container.export(&from).reader().unwrap();
    let mut tar = std::process::Command::new("tar");
    let tar = tar.args(["--list", "--verbose"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut tar = tar.spawn().unwrap();
    let mut input = tar.stdin.take().unwrap();
    let feed = thread::spawn(move || {
        io::copy(&mut archive, &mut input).unwrap();
        archive.finish().unwrap();
    });
    let listed = tar.wait_with_output().unwrap();
    feed.join().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.lines().any(|line| line.contains(" 3000000 ") && line.ends_with(" tmp/big")));
    let missing = container.export("no-such-container").reader().unwrap().finish();
    assert!(matches!(missing, Err(Error::NoSuch { .. })), "{missing:?}");

    let images = docker.image();
    for tag in ["a", "b"] {
        images.tag(image(), format!("{name}:{tag}")).call().unwrap();
    }
    let both = [format!("{name}:a"), format!("{name}:b")];
    let saved = images.save(&both).reader().unwrap();
    let loaded = images.load(Stdin::from_reader(saved)).follow().unwrap();
    let loaded = loaded.map(|event| match event.unwrap() {
        LoadEvent::Loaded { image } => image,
        other => panic!("{other:?}"),
    });
    assert_eq!(loaded.collect::<BTreeSet<_>>(), BTreeSet::from(both.clone()));
    images.rm(&both).call().unwrap();
    container.rm([&from, &to]).call().unwrap();
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn files_are_copied_between_a_container_and_docker_s_machine() {
    let (docker, name) = (docker(), name("cp"));
    let container = docker.container();
    let id = container.create(image()).program(["cat", "/srv/in/a b"]).call().unwrap();
    let directory = format!("/tmp/{name}");
    machine::shell("mkdir -p \"$1\"/in && printf hello >\"$1/in/a b\"", &[&directory]);
    container.cp(format!("{directory}/in"), format!("{id}:/srv")).archive().call().unwrap();
    assert_eq!(container.start([&id]).attach().call().unwrap().stdout, b"hello");
    container.cp(format!("{id}:/srv/in/a b"), format!("{directory}/out")).call().unwrap();
    assert_eq!(machine::shell("cat \"$1/out\"; rm -r \"$1\"", &[&directory]), "hello");
    let error = container.cp(format!("{id}:/nowhere"), &directory).call().unwrap_err();
    assert!(error.failure().unwrap().message.contains("/nowhere"), "{error}");
    container.rm([&id]).call().unwrap();
}

/// A tar archive of one file.
fn tar_of(name: &str, content: &[u8]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(name), content).unwrap();
    let tar = std::process::Command::new("tar");
    let tar = { tar }.args(["--create", "--directory"]).arg(directory.path()).arg(name).output();
    tar.unwrap().stdout
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn images_and_networks_that_nothing_uses_are_pruned() {
    let (docker, name) = (docker(), name("prune"));
    let label = format!("label=test={name}");
    let network = docker.network().create(&name).label("test", &name).subnet("10.211.0.0/24");
    network.call().unwrap();
    let found = docker.network().ls().filter(&label).inspect().unwrap();
    assert_eq!(found[0].ipam.config[0].subnet, "10.211.0.0/24");
    assert_eq!(docker.network().prune().filter(&label).call().unwrap(), [name.as_str()]);

    let dockerfile = format!("FROM {}\nRUN true\nEXPOSE 53/udp\nVOLUME /data\n", image());
    let build = docker.image().build_from(dockerfile.as_bytes()).label("test", &name).tag(&name);
    let id = build.quiet().call().unwrap();
    let found = docker.image().ls().filter(&label).inspect().unwrap();
    assert_eq!((found.len(), &found[0].id), (1, &id));
    assert_eq!(found[0].config.exposed_ports[0].to_string(), "53/udp");
    assert_eq!(found[0].config.volumes, ["/data"]);
    let steps = docker.image().history(&id).call().unwrap();
    assert_eq!((steps[0].bytes(), steps[0].image().as_ref()), (Some(0), Some(&id)));
    assert!(steps.iter().any(|step| step.created_by.contains("true")), "{steps:?}");
    let pruned = docker.image().prune().all().filter(&label).call().unwrap();
    assert_eq!(pruned.untagged, [format!("{name}:latest")]);
    assert!(pruned.deleted.contains(&id), "{pruned:?}");
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn generated_commands_work() {
    let docker = docker();
    let error = docker.node().ls().call().unwrap_err();
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
    let renamed = name("renamed");
    let sleeper = Sleeper::start("generated");
    docker.container().rename(&sleeper.name, &renamed).call().unwrap();
    docker.container().pause([&renamed]).call().unwrap();
    assert!(docker.container().find(&renamed).unwrap().unwrap().state.paused);
    docker.container().unpause([&renamed]).call().unwrap();
    docker.container().rename(&renamed, &sleeper.name).call().unwrap();
}
