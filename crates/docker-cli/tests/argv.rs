//! The command lines of the builders.

use std::path::Path;
use std::time::Duration;

use docker_cli::{Docker, DockerCommand, VolumeName};

fn assert_argv(command: &impl DockerCommand, expected: &str) {
    let words: Vec<String> =
        command.argv().into_iter().map(|word| word.into_string().expect("UTF-8")).collect();
    assert_eq!(words.join(" "), expected);
}

#[test]
fn wrapper_and_global_flags_come_first() {
    let docker = Docker::new()
        .program("podman")
        .through(["nsenter", "--target", "123", "--mount", "--"])
        .host("unix:///run/d.sock")
        .context("far");
    assert_argv(
        &docker.volume().ls(),
        "nsenter --target 123 --mount -- podman --host unix:///run/d.sock --context far \
         volume ls --quiet",
    );
}

#[test]
fn flags_come_before_the_image_and_its_program_is_left_alone() {
    let run = Docker::new()
        .container()
        .run("alpine")
        .program(["sh", "-c", "exit 3"])
        .name("web")
        .rm()
        .env("A", "b=c")
        .publish("8080:80")
        .cpus(1.5)
        .pids_limit(-1)
        .sig_proxy(false)
        .flag("--gpus=all");
    assert_argv(
        &run,
        "docker container run --name=web --rm --env=A=b=c --publish=8080:80 --cpus=1.5 \
         --pids-limit=-1 --sig-proxy=false --gpus=all alpine sh -c exit 3",
    );
    assert_argv(
        &Docker::new().container().run("alpine").stdin(b"in").detach(),
        "docker container run --interactive --detach alpine",
    );
}

#[test]
fn names_cannot_become_flags() {
    let docker = Docker::new();
    assert_argv(&docker.container().rm(["-f", "web"]), "docker container rm -- -f web");
    assert_argv(
        &docker.container().exec("web", ["ls", "-l"]).user("root"),
        "docker container exec --user=root web ls -l",
    );
    assert_argv(&docker.container().run("-x"), "docker container run -- -x");
}

#[test]
fn containers() {
    let docker = Docker::new();
    let container = docker.container();
    assert_argv(
        &container.logs("web").follow().tail(5).timestamps(),
        "docker container logs --follow --tail=5 --timestamps web",
    );
    assert_argv(
        &container.ls().all().filter("name=web"),
        "docker container ls --no-trunc --format={{json .}} --all --filter=name=web",
    );
    assert_argv(
        &container.inspect(["a1", "b2"]),
        "docker container inspect --format={{json .}} a1 b2",
    );
    assert_argv(
        &container.stop(["web"]).grace(Duration::from_millis(1500)).signal("INT"),
        "docker container stop -t=2 --signal=INT web",
    );
    assert_argv(&container.kill(["web"]).signal("HUP"), "docker container kill --signal=HUP web");
    assert_argv(&container.start(["web"]), "docker container start web");
    assert_argv(
        &container.rm(["web"]).force().volumes(),
        "docker container rm --force --volumes web",
    );
}

#[test]
fn images() {
    let docker = Docker::new();
    let image = docker.image();
    assert_argv(
        &image.build(".").tag("app").build_arg("V", "1").quiet(),
        "docker image build --tag=app --build-arg=V=1 --quiet .",
    );
    assert_argv(&image.build_from(b"FROM scratch"), "docker image build -");
    assert_argv(&image.load(Path::new("a.tar")), "docker image load");
    assert_argv(&image.save(["a", "b"]), "docker image save a b");
    assert_argv(
        &image.import(Path::new("a.tar")).change("CMD sh").reference("alpine"),
        "docker image import --change=CMD sh - alpine",
    );
    assert_argv(
        &image.pull("alpine").platform("linux/arm64"),
        "docker image pull --platform=linux/arm64 alpine",
    );
    assert_argv(&image.tag("a", "b"), "docker image tag a b");
    assert_argv(&image.rm(["a"]).force(), "docker image rm --force a");
    assert_argv(
        &image.ls().filter("dangling=true"),
        "docker image ls --no-trunc --format={{json .}} --filter=dangling=true",
    );
    assert_argv(&image.inspect(["a"]), "docker image inspect --format={{json .}} a");
}

#[test]
fn volumes_and_networks() {
    let docker = Docker::new();
    let name: VolumeName = "data".parse().expect("a valid name");
    assert_argv(
        &docker.volume().create().label("a", "b").name(&name),
        "docker volume create --label=a=b data",
    );
    assert_argv(
        &docker.volume().inspect([&name]),
        "docker volume inspect --format={{json .}} data",
    );
    assert_argv(&docker.volume().rm([&name]).force(), "docker volume rm --force data");
    assert_argv(&docker.volume().prune().all(), "docker volume prune --force --all");
    assert_argv(&docker.network().create("net").internal(), "docker network create --internal net");
    assert_argv(&docker.network().ls(), "docker network ls --no-trunc --format={{json .}}");
    assert_argv(&docker.network().rm(["net"]), "docker network rm net");
}

#[test]
fn the_daemon() {
    let docker = Docker::new();
    assert_argv(
        &docker.system().events().since("0").filter("type=volume"),
        "docker system events --format={{json .}} --since=0 --filter=type=volume",
    );
    assert_argv(&docker.system().info(), "docker system info --format={{json .}}");
    assert_argv(&docker.system().version(), "docker version --format={{json .}}");
    assert_argv(&docker.command(["compose", "up"]).flag("--detach"), "docker compose up --detach");
    assert_argv(&docker.command(["run", "alpine", "ls"]).flag("--rm"), "docker run --rm alpine ls");
    assert_argv(
        &docker.command(["--debug", "container", "exec", "web", "run"]).flag("--tty"),
        "docker --debug container exec --tty web run",
    );
    assert_argv(&docker.command(["logs", "web"]).flag("--follow"), "docker logs --follow web");
    assert_argv(
        &docker.command(["rm", "--", "-x"]).flag("--force").flag("--link"),
        "docker rm --force --link -- -x",
    );
    assert_argv(
        &docker.command(["scout", "cves", "app"]).flag("--debug"),
        "docker scout cves app --debug",
    );
}
