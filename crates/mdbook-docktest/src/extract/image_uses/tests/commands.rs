//! Which word of a command is an image.

use super::compare;

#[test]
fn the_first_word_that_is_no_flag_is_the_image() {
    compare(&[
        ("docker run alpine", "alpine:latest"),
        ("docker run alpine:3.20 busybox", "alpine:3.20"),
        ("docker create ghcr.io/team/app:1", "ghcr.io/team/app:1"),
        ("docker container run alpine", "alpine:latest"),
        ("docker container create alpine", "alpine:latest"),
        ("docker run -d alpine", "alpine:latest"),
        ("docker run -itd --rm alpine sh", "alpine:latest"),
        ("docker run -it --name web alpine", "alpine:latest"),
        ("docker run -p80:80 -p 81:81 -dp 82:82 alpine", "alpine:latest"),
        ("docker run -e A=b -eC=d --env E=f --env=G alpine", "alpine:latest"),
        (
            "docker run -v /a:/b -v=/c:/d --mount type=bind,source=/a,target=/b alpine",
            "alpine:latest",
        ),
        ("docker run --rm=false -t=false --init --read-only -P alpine", "alpine:latest"),
        ("docker run -u 0 -w /a -h b -m 1g -c 2 -l a=b -a stdin alpine", "alpine:latest"),
        (
            "docker run --network net --entrypoint sh --gpus all --pull missing alpine",
            "alpine:latest",
        ),
        (
            "docker run --privileged --no-healthcheck --oom-kill-disable --sig-proxy alpine",
            "alpine:latest",
        ),
        ("docker run -d -- alpine", "alpine:latest"),
        ("docker run -v $PWD:/a -v \"$(pwd)\":/b alpine", "alpine:latest"),
        ("docker \\\n  run \\\n  -d \\\n  alpine", "alpine:latest"),
        ("docker service create --name web --replicas 2 -p 80:80 -d nginx", "nginx:latest"),
        ("docker service update --force --image nginx:2 web", "nginx:2"),
        ("docker tag alpine mine", "alpine:latest"),
        ("docker image tag alpine mine", "alpine:latest"),
        ("docker save -o f.tar alpine busybox", "alpine:latest, busybox:latest"),
        ("docker image save alpine > f.tar", "alpine:latest"),
        ("docker history -H --no-trunc alpine", "alpine:latest"),
        ("docker image history --format '{{.ID}}' alpine", "alpine:latest"),
        ("docker image inspect -f '{{.Id}}' alpine busybox", "alpine:latest, busybox:latest"),
        ("docker inspect --type image -f '{{.Id}}' alpine", "alpine:latest"),
        ("docker rmi alpine busybox", "alpine:latest, busybox:latest"),
        ("docker image rm --no-prune alpine", "alpine:latest"),
    ]);
}

#[test]
fn global_flags_and_programs_in_front_are_skipped() {
    compare(&[
        ("docker -H tcp://x run alpine", "alpine:latest"),
        ("docker --context a --debug -l info run alpine", "alpine:latest"),
        ("docker --host=x run alpine", "alpine:latest"),
        ("sudo docker run alpine", "alpine:latest"),
        ("sudo -u root -E A=b docker run alpine", "alpine:latest"),
        ("sudo --user root --preserve-env docker run alpine", "alpine:latest"),
        ("env -u C A=b docker run alpine", "alpine:latest"),
        ("A=b docker run alpine", "alpine:latest"),
        ("time docker run alpine", "alpine:latest"),
        ("time -p docker run alpine", "alpine:latest"),
        ("! docker run alpine", "alpine:latest"),
        ("command docker run alpine", "alpine:latest"),
        ("nohup docker run alpine &", "alpine:latest"),
        ("timeout 5 docker run alpine", "alpine:latest"),
        ("timeout -s KILL 5 docker run alpine", "alpine:latest"),
        ("sudo timeout 5 nice -n 3 docker run alpine", "alpine:latest"),
        ("watch -n 1 docker run alpine", "alpine:latest"),
        ("watch 'docker run alpine | wc'", "alpine:latest"),
        ("/usr/bin/docker run alpine", "alpine:latest"),
        ("echo alpine busybox | xargs -n1 docker pull", "pull alpine:latest, pull busybox:latest"),
        ("echo alpine | xargs -I{} docker run {} true", "alpine:latest"),
        ("docker ps -q | xargs docker run alpine", "alpine:latest"),
        ("cat list | xargs docker run", "1 unknown"),
    ]);
}

#[test]
fn commands_are_found_wherever_bash_finds_them() {
    compare(&[
        ("true && docker run alpine; docker run busybox", "alpine:latest, busybox:latest"),
        ("docker run alpine | docker run -i busybox", "alpine:latest, busybox:latest"),
        ("if docker run alpine; then docker run busybox; fi", "alpine:latest, busybox:latest"),
        ("while ! docker run alpine; do sleep 1; done", "alpine:latest"),
        ("case $x in a) docker run alpine ;; esac", "alpine:latest"),
        ("id=$(docker run -d alpine)", "alpine:latest"),
        ("echo \"$(docker create \"$(docker run busybox)\")\"", "busybox:latest, 1 unknown"),
        ("id=`docker run -d alpine`", "alpine:latest"),
        ("echo \"it's `docker run alpine`\" 'not `docker run x`'", "alpine:latest"),
        ("diff <(docker run alpine) <(docker run busybox)", "alpine:latest, busybox:latest"),
        ("f() {\n  docker run alpine\n}\nf", "alpine:latest"),
        ("(docker run alpine)", "alpine:latest"),
        ("((docker run alpine); docker run busybox)", "alpine:latest, busybox:latest"),
        ("{ docker run alpine; } > out", "alpine:latest"),
        ("docker run alpine > out 2>&1 < in", "alpine:latest"),
        ("docker run 2>err alpine", "alpine:latest"),
        (
            "docker run -i alpine sh <<EOF\ndocker run busybox\nEOF\ndocker run nginx",
            "alpine:latest, nginx:latest",
        ),
        ("sh -c 'docker run alpine'", "alpine:latest"),
        ("bash -euo pipefail -c \"docker run 'alpine'\"", "alpine:latest"),
        ("bash <<EOF\ndocker run alpine\nEOF", "alpine:latest"),
        (
            "cat > run.sh <<'EOF'\n#!/bin/sh\ndocker run \"$1\"\ndocker run alpine\nEOF\nsh run.sh",
            "alpine:latest, 1 unknown",
        ),
        ("echo 'docker run alpine' > run.sh\nchmod +x run.sh\n./run.sh", "alpine:latest"),
        ("eval docker run alpine", "alpine:latest"),
    ]);
}

#[test]
fn words_that_no_command_uses_are_no_uses() {
    compare(&[
        ("echo alpine", ""),
        ("echo 'docker run alpine'", ""),
        ("echo \"docker run alpine\" docker run busybox", ""),
        ("# docker run alpine\ntrue", ""),
        ("true # docker run alpine", ""),
        ("cat <<EOF\ndocker run alpine\nEOF", ""),
        ("docker ps --filter ancestor=alpine", ""),
        ("docker images alpine", ""),
        ("docker image ls alpine", ""),
        ("docker search alpine", ""),
        ("docker exec web docker run alpine", ""),
        ("docker run --help", ""),
        ("docker run --name alpine", ""),
        ("docker network create alpine", ""),
        ("docker volume create alpine", ""),
        ("docker inspect alpine", ""),
        ("docker rmi -f alpine", ""),
        ("docker push alpine", ""),
        ("ssh host docker run alpine", ""),
        ("grep docker run alpine", ""),
        ("docker run localhost:5000/app", ""),
        ("docker pull 127.0.0.1:5000/app", ""),
        ("docker run 4f2c", ""),
        ("docker run deadbeefdead", ""),
        ("docker run sha256:e3b0c44298fc", ""),
        ("docker run 'Not A Reference'", ""),
        ("docker run <image>", ""),
    ]);
}

#[test]
fn an_image_that_is_pulled_first_is_not_needed_before() {
    compare(&[
        ("docker pull alpine", "pull alpine:latest"),
        ("docker image pull -q --platform linux/amd64 alpine", "pull alpine:latest"),
        ("docker pull alpine\ndocker run alpine", "pull alpine:latest"),
        ("docker run alpine\ndocker pull alpine", "alpine:latest"),
        ("docker pull alpine:3.20\ndocker run docker.io/library/alpine:3.20", "pull alpine:3.20"),
        ("docker run --pull=always alpine", "pull alpine:latest"),
        ("docker create --pull always alpine", "pull alpine:latest"),
        ("docker run --pull never alpine", "alpine:latest"),
        ("docker pull -a alpine", ""),
        ("docker pull alpine; docker rmi alpine; docker pull alpine", "pull alpine:latest"),
    ]);
}

#[test]
fn images_that_the_chapter_makes_are_no_uses() {
    let dockerfile = "echo FROM scratch > Dockerfile";
    compare(&[
        (&format!("{dockerfile}\ndocker build -t app .\ndocker run app"), ""),
        (
            &format!(
                "{dockerfile}\ndocker build --tag=app:1 -t app:2 .\ndocker run app:1; docker run app:2"
            ),
            "",
        ),
        (&format!("{dockerfile}\ndocker build -t app:1 .\ndocker run app"), "app:latest"),
        ("docker run app\ndocker commit c app", "app:latest"),
        ("docker commit -m why -a me c app\ndocker run app", ""),
        ("docker container commit c app:1\ndocker run docker.io/library/app:1", ""),
        ("docker import -c 'CMD sh' f.tar app\ndocker run app", ""),
        ("tar c . | docker import - app\ndocker run app", ""),
        ("docker tag alpine app\ndocker run app", "alpine:latest"),
        ("docker tag alpine localhost:5000/app\ndocker pull localhost:5000/app", "alpine:latest"),
    ]);
}
