//! The command lines of commands and flags that are generated from docker's help.

use std::time::Duration;

use docker_cli::{Docker, DockerCommand};

fn assert_argv(command: &impl DockerCommand, expected: &str) {
    let words: Vec<String> =
        command.argv().into_iter().map(|word| word.into_string().expect("UTF-8")).collect();
    assert_eq!(words.join(" "), expected);
}

#[test]
fn each_kind_of_flag_is_spelled_as_docker_parses_it() {
    let docker = Docker::new();
    assert_argv(
        &docker
            .service()
            .create("app")
            .program(["server", "--port", "80"])
            .init()
            .name("web")
            .publish("80:80")
            .publish("443:443")
            .env("A", "b=c")
            .replicas(3)
            .limit_cpu(0.5)
            .update_delay(Duration::from_millis(1500)),
        "docker service create --init --name=web --publish=80:80 --publish=443:443 --env=A=b=c \
         --replicas=3 --limit-cpu=0.5 --update-delay=1500ms app server --port 80",
    );
    assert_argv(
        &docker.container().commit("web").pause(false).repository("app:2"),
        "docker container commit --pause=false web app:2",
    );
    assert_argv(
        &docker.compose().stop().grace(Duration::from_millis(100)),
        "docker compose stop --timeout=1",
    );
}

#[test]
fn commands_that_are_declared_by_hand_have_the_other_flags() {
    let docker = Docker::new();
    assert_argv(
        &docker
            .container()
            .run("alpine")
            .name("web")
            .gpus("all")
            .add_host("db:10.0.0.2")
            .health_interval(Duration::from_secs(5)),
        "docker container run --name=web --gpus=all --add-host=db:10.0.0.2 --health-interval=5s \
         alpine",
    );
    assert_argv(
        &docker.image().build(".").secret("id=key,src=key.txt").output_("type=local,dest=out"),
        "docker image build --secret=id=key,src=key.txt --output=type=local,dest=out .",
    );
    assert_argv(
        &docker.volume().create().type_("block").name("data"),
        "docker volume create --type=block data",
    );
}

#[test]
fn arguments_have_their_places() {
    let docker = Docker::new();
    assert_argv(&docker.swarm().init(), "docker swarm init");
    assert_argv(&docker.swarm().join("10.0.0.1:2377"), "docker swarm join 10.0.0.1:2377");
    assert_argv(&docker.node().ls().quiet(), "docker node ls --quiet");
    assert_argv(&docker.node().ps().node("a").node("b"), "docker node ps a b");
    assert_argv(&docker.node().inspect(["self"]).pretty(), "docker node inspect --pretty self");
    assert_argv(&docker.contexts().use_("far"), "docker context use far");
    assert_argv(&docker.trust().key_generate("me"), "docker trust key generate me");
    assert_argv(
        &docker.manifest().inspect("app:arm").manifest_list("app").flag("--verbose"),
        "docker manifest inspect --verbose app app:arm",
    );
    assert_argv(
        &docker.plugin().set("p", ["A=b", "C=d"]).flag("--x"),
        "docker plugin set --x p A=b C=d",
    );
    assert_argv(&docker.secret().create("key").file("-").stdin(b"x"), "docker secret create key -");
    assert_argv(
        &docker.login().username("me").password_stdin(),
        "docker login --username=me --password-stdin",
    );
    assert_argv(&docker.buildx().build(".").load(), "docker buildx build --load .");
    assert_argv(
        &docker.buildx().bake().target("app").set("*.platform=linux/arm64"),
        "docker buildx bake --set=*.platform=linux/arm64 app",
    );
    assert_argv(&docker.service().rm(["-x"]), "docker service rm -- -x");
}

#[test]
fn flags_of_docker_itself_precede_its_commands() {
    let docker = Docker::new().config_directory("/my config").debug().log_level("warn");
    assert_argv(
        &docker.tls_ca_cert("ca").tls_cert("cert").tls_key("key").tls_verify().node().ls(),
        "docker --config=/my config --debug --log-level=warn --tlscacert=ca --tlscert=cert \
         --tlskey=key --tlsverify node ls",
    );
    assert_argv(&Docker::new().host("h").tls().node().ls(), "docker --host h --tls node ls");
}

#[test]
fn flags_of_a_group_precede_its_command() {
    let compose = Docker::new().host("h").compose().file("a.yml").file("b.yml").project_name("p");
    assert_argv(
        &compose.up().detach().service("web").service("db"),
        "docker --host h compose --file=a.yml --file=b.yml --project-name=p up --detach web db",
    );
    assert_argv(
        &compose.exec("web", ["ls", "-l"]).no_tty(true).env("A", "b"),
        "docker --host h compose --file=a.yml --file=b.yml --project-name=p exec --no-TTY=true \
         --env=A=b web ls -l",
    );
    assert_argv(
        &Docker::new().global_flag("--tls").compose().flag("--new=x").ps().flag("--newer"),
        "docker --tls compose --new=x ps --no-trunc --format=json --newer",
    );
    assert_argv(
        &compose.down().volumes(),
        "docker --host h compose --file=a.yml --file=b.yml --project-name=p down --volumes",
    );
}
