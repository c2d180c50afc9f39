use proptest::prelude::*;

use super::*;
use crate::model::scenario::{Substitution, substituted};
use crate::model::values::Values;

/// Returns the placeholders in a script of which nothing is set elsewhere.
fn found(script: &str) -> Vec<&str> {
    placeholders(script, &|_| false).into_iter().map(|place| &script[place]).collect()
}

#[test]
fn placeholders_are_recognized() {
    let mut wrong = Vec::new();
    for (script, expected) in [
        ("docker volume rm <volume name>", &["<volume name>"][..]),
        ("docker logs <container-id>", &["<container-id>"]),
        ("docker logs <CONTAINER ID> | head", &["<CONTAINER ID>"]),
        (
            "docker tag <image name> <user>/<repo>:<tag>",
            &["<image name>", "<user>", "<repo>", "<tag>"],
        ),
        ("docker run -p <port>:80 <image>", &["<port>", "<image>"]),
        ("docker run -d --name=<name> nginx", &["<name>"]),
        ("docker run \\\n  --name <name> \\\n  <image>", &["<name>", "<image>"]),
        ("curl http://<IP-address>:8080/", &["<IP-address>"]),
        ("ssh <user>@<host>", &["<user>", "<host>"]),
        ("docker push <your-username>/web", &["<your-username>"]),
        ("docker rm <id1> <id2>", &["<id1>", "<id2>"]),
        ("docker stop <name|id>", &["<name|id>"]),
        ("docker rm <id>; docker ps", &["<id>"]),
        ("docker rm <id> && docker ps", &["<id>"]),
        ("X=$(docker inspect <id>)", &["<id>"]),
        ("docker inspect <id> --format x", &["<id>"]),
        ("docker exec -it <container> sh", &["<container>"]),
        ("docker cp <container>:/etc/hosts .", &["<container>"]),
        ("cat <file name>", &["<file name>"]),
        ("docker login -p \"<your password>\"", &["<your password>"]),
        ("export TOKEN=\"<your-token>\"", &["<your-token>"]),
        ("TOKEN='<api token>' ./run", &["<api token>"]),
        ("docker tag web YOUR_USERNAME/web", &["YOUR_USERNAME"]),
        ("docker tag web \"YOUR_USERNAME\"", &["YOUR_USERNAME"]),
        ("docker tag web YOUR-USERNAME/web:v1", &["YOUR-USERNAME"]),
        ("docker logs CONTAINER_ID", &["CONTAINER_ID"]),
        ("docker logs CONTAINERID", &["CONTAINERID"]),
        ("docker logs CONTAINER-ID", &["CONTAINER-ID"]),
        ("docker stop CONTAINER_1 CONTAINER_2", &["CONTAINER_1", "CONTAINER_2"]),
        ("docker run IMAGE", &["IMAGE"]),
        ("docker run --name web IMAGE_NAME:TAG", &["IMAGE_NAME", "TAG"]),
        ("docker tag IMAGE USER/REPO", &["IMAGE", "USER", "REPO"]),
        ("sudo docker rmi IMAGE_ID", &["IMAGE_ID"]),
        ("docker login -u USERNAME", &["USERNAME"]),
        ("docker push DOCKERHUB_USERNAME/web", &["DOCKERHUB_USERNAME"]),
        ("docker run -e API_KEY=YOUR_API_KEY web", &["YOUR_API_KEY"]),
        ("docker run --env=API_KEY=YOUR_API_KEY web", &["YOUR_API_KEY"]),
        ("docker run --network=NETWORK_NAME web", &["NETWORK_NAME"]),
        ("curl http://HOST_IP:8080", &["HOST_IP"]),
        ("ping DROPLET_IP", &["DROPLET_IP"]),
        ("docker run MY_IMAGE", &["MY_IMAGE"]),
        ("docker push your-docker-id/web", &["your-docker-id"]),
        ("docker push yourusername/web", &["yourusername"]),
        ("docker push mydockerid/web", &["mydockerid"]),
        ("docker push my-docker-id/web", &["my-docker-id"]),
        ("docker push docker-id/web", &["docker-id"]),
        ("docker login your-registry.example.com", &["your-registry"]),
        ("git clone https://github.com/your-name/app", &["your-name"]),
        ("docker run your-image", &["your-image"]),
        ("docker stop [container-id]", &["[container-id]"]),
        ("docker stop [container name]", &["[container name]"]),
        ("docker rm {container}", &["{container}"]),
        ("docker logs {container_id} --tail 1", &["{container_id}"]),
        ("curl xxx.xxx.xxx.xxx:8080", &["xxx.xxx.xxx.xxx"]),
        ("ssh root@192.168.99.xxx", &["192.168.99.xxx"]),
        ("curl http://X.X.X.X/", &["X.X.X.X"]),
        ("docker stop xxxxxx", &["xxxxxx"]),
        ("docker run ...", &["..."]),
        ("docker run … alpine", &["…"]),
        ("...", &["..."]),
        ("[...]", &["[...]"]),
        ("docker swarm join --token SWMTKN-1-49nj1... 10.0.0.2:2377", &["SWMTKN-1-49nj1..."]),
        ("docker inspect 0fdb12...ff37", &["0fdb12...ff37"]),
        ("git clone git@github.com:GITUSER/web.git", &["GITUSER"]),
        ("docker run -v /path:/x API_TOKEN_HERE", &["API_TOKEN_HERE"]),
    ] {
        wrong.extend((found(script) != expected).then(|| (script, found(script))));
    }
    assert_eq!(wrong, []);
}

#[test]
fn what_bash_and_programs_understand_is_not_a_placeholder() {
    let mut wrong = Vec::new();
    for script in [
        "sort <in >out",
        "sort <in>out",
        "sort <in> out",
        "sort < in > out",
        "wc -l <notes.txt >count.txt",
        "docker load <web.tar >log",
        "docker load <web.tar> log",
        "cat <a.txt> b.txt",
        "tr a b <in | tee out>log",
        "cmd 2>&1 <in",
        "cmd <in >&2",
        "cmd <in>>out",
        "cmd <>both",
        "diff <(ls a) <(ls b) >out",
        "cat <<EOF >out\n<volume name> YOUR_USERNAME\nEOF",
        "cat <<<word >out",
        "x=$(<file)",
        "echo $((1<2)) $((3>2))",
        "(( a<b )) && echo c>d",
        "[[ a < b && c > d ]]",
        "while read line; do :; done <in>out",
        "echo '<volume name>'",
        "echo \"<html><b>x</b></html>\"",
        "grep '<title>' index.html",
        "sed 's/<id>/x/' f",
        "echo '<h1>Hello</h1>' > index.html",
        "export PATH",
        "unset CONTAINER_ID",
        "CONTAINER_ID=abc",
        "CONTAINER_ID=$(docker run -d web)",
        "echo $CONTAINER_ID ${IMAGE_NAME}",
        "echo CONTAINER_ID",
        "docker run -e POSTGRES_USER=NAME -e DB_NAME web",
        "docker run --env DB_NAME web",
        "docker run --env=DB_NAME web",
        "docker build --build-arg APP_NAME .",
        "docker run --label SERVICE_NAME web",
        "docker exec web printenv HOST_NAME",
        "docker exec db psql -c SELECT",
        "docker run --cap-add NET_ADMIN --cap-drop ALL --cap-add=SYS_ADMIN web",
        "docker kill -s SIGTERM web",
        "docker kill --signal=HUP web",
        "docker stop --signal SIGINT web",
        "git show HEAD",
        "git reset --hard ORIG_HEAD",
        "git log HEAD~1..HEAD",
        "git diff a...b",
        "curl -X POST localhost",
        "curl -XGET localhost",
        "docker ps --format '{{.ID}} {{.NAME}}'",
        "docker ps --format {{.ID}}",
        "docker inspect -f {{.Id}} web",
        "docker ps --filter NAME=web",
        "docker ps --filter status=exited",
        "find . -name x -exec rm {} +",
        "mkdir -p {src,bin}",
        "echo {1..10}",
        "echo ${name}",
        "ls [a-z]*",
        "ls [id]*",
        "rm web[0-9].txt",
        "docker volume create [VOLUME]",
        "git clone x [dir]",
        "docker run -v $PWD:/x web",
        "docker run -v \"$PWD\":/x web",
        "go test ./...",
        "go list ...",
        "echo waiting ...",
        "docker run yourls",
        "docker run web sh -c 'a ...'",
        "docker compose up ./x...y",
        "docker run myregistry.example.com/web",
        "docker volume create my-volume",
        "docker run -d --name my-app nginx",
        "docker run --rm alpine cat /etc/hosts",
        "docker run -p 127.0.0.1:80:80 nginx",
        "python3.10.1.1",
        "docker-compose -f docker-compose.yml up",
        "psql -U USERNAME",
        "read USER_NAME",
        "declare -x IMAGE_NAME",
        "grep -c CONTAINER_ID log",
        "ls README LICENSE MAKEFILE",
        "ID    HOSTNAME    STATUS",
        "cat Dockerfile NOTES.md",
        "make IMAGE",
        "test -n IMAGE_NAME",
        "kubectl get pods -o custom-columns=NAME:.metadata.name",
        "LANG=C TZ=UTC date",
        "docker build -t web . -f Dockerfile",
        "docker run alpine echo HELLO WORLD",
        "# docker rm <id>",
        "true # YOUR_NAME",
    ] {
        wrong.extend((!found(script).is_empty()).then(|| (script, found(script))));
    }
    assert_eq!(wrong, []);
}

#[test]
fn what_the_chapter_sets_is_not_a_placeholder() {
    let script = "docker run MY_IMAGE CONTAINER_ID YOUR_NAME";
    let places = placeholders(script, &|name| name != "CONTAINER_ID");
    let found: Vec<&str> = places.into_iter().map(|place| &script[place]).collect();
    assert_eq!(found, ["CONTAINER_ID"]);
}

fn values(pairs: &[(&str, &str)]) -> Values {
    let table = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Values::new(table.collect()).expect("the entries are valid")
}

fn replaced(text: &str, values: &Values) -> String {
    let found = occurrences(text, values).into_iter();
    let found: Vec<Substitution> =
        found.map(|(range, value)| Substitution { range, value: value.to_owned() }).collect();
    substituted(text, &found).into_owned()
}

#[test]
fn values_are_put_in_once_and_everywhere_but_within_words_and_variables() {
    let values = values(&[
        ("YOUR_NAME", "moby"),
        ("YOUR_NAME_2", "YOUR_NAME"),
        ("<volume name>", "data"),
        ("docker-id", "moby"),
    ]);
    for (text, expected) in [
        ("docker push YOUR_NAME/web", "docker push moby/web"),
        ("echo \"YOUR_NAME\" 'x-YOUR_NAME'", "echo \"moby\" 'x-moby'"),
        ("cat <<E\nFROM YOUR_NAME/web\nE", "cat <<E\nFROM moby/web\nE"),
        ("a YOUR_NAME_2 b", "a YOUR_NAME b"),
        ("x MY_YOUR_NAME YOUR_NAMES", "x MY_YOUR_NAME YOUR_NAMES"),
        ("echo $YOUR_NAME ${YOUR_NAME}", "echo $YOUR_NAME ${YOUR_NAME}"),
        ("YOUR_NAME=x", "YOUR_NAME=x"),
        ("--u=YOUR_NAME", "--u=moby"),
        ("rm <volume name><volume name>", "rm datadata"),
        ("your-docker-id/x docker-id/x", "your-docker-id/x moby/x"),
    ] {
        assert_eq!(replaced(text, &values), expected, "{text}");
    }
}

#[test]
fn scripts_are_split_as_if_something_stood_in_angle_brackets() {
    let script = "docker run <image> \\\n  <command>";
    assert_eq!(mask_angle_brackets(script), "docker run _______ \\\n  _________");
}

proptest! {
    #[test]
    fn places_are_in_order_and_within_the_script(
        script in "[-a-zA-Z<>\\[\\]{}|:./_ \n'\"$(…éx]{0,50}"
    ) {
        let mut end = 0;
        for place in placeholders(&script, &|_| false) {
            prop_assert!(place.start >= end, "{place:?} before {end}");
            prop_assert!(!script[place.clone()].trim().is_empty());
            end = place.end;
        }
    }

    #[test]
    fn a_value_changes_nothing_else(before in "[a-zA-Z<>/ .é-]{0,20}", after in "[a-zA-Z<>/ .é-]{0,20}") {
        let values = values(&[("<the id>", "0123")]);
        let text = format!("{before}<the id>{after}");
        prop_assert_eq!(replaced(&text, &values), format!("{before}0123{after}"));
    }

    #[test]
    fn quoted_text_has_no_placeholders(text in "[-a-zA-Z\\[\\]{}|:. ]{1,40}") {
        prop_assume!(!text.trim().eq(&text) || text.contains(' '));
        let script = format!("docker run 'a {text}'");
        prop_assert_eq!(found(&script), [] as [&str; 0]);
    }
}
