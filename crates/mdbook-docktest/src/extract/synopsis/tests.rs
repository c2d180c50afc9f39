use proptest::prelude::*;

use super::*;

/// Returns the text that shows that a script is a synopsis.
fn found(script: &str) -> Option<&str> {
    synopsis(script).map(|place| &script[place])
}

#[test]
fn synopses_are_recognized() {
    let mut wrong = Vec::new();
    for (script, sign) in [
        ("docker run [OPTIONS] IMAGE [COMMAND] [ARG...]", "[OPTIONS]"),
        ("docker volume create [VOLUME]", "[VOLUME]"),
        ("docker volume create [OPTIONS] [VOLUME]", "[OPTIONS]"),
        ("Usage:  docker [OPTIONS] COMMAND", "Usage:"),
        ("usage: docker-compose up", "usage:"),
        ("docker [command] --help", "[command]"),
        ("git clone <url> [dir]", "[dir]"),
        ("docker cp CONTAINER:SRC_PATH DEST_PATH|-", "DEST_PATH|-"),
        ("docker cp SRC_PATH|- CONTAINER:DEST_PATH", "SRC_PATH|-"),
        ("docker build PATH|URL", "PATH|URL"),
        ("docker pull NAME[:TAG|@DIGEST]", "NAME[:TAG|@DIGEST]"),
        ("docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", "SOURCE_IMAGE[:TAG]"),
        ("docker rm CONTAINER [CONTAINER...]", "[CONTAINER...]"),
        ("docker stop CONTAINER...", "CONTAINER..."),
        ("docker kill CONTAINER…", "CONTAINER…"),
        ("docker compose [-f <arg>...] up", "[-f <arg>...]"),
        ("docker build [--no-cache] .", "[--no-cache]"),
        ("docker run [-a|--attach[=[]]] [-t|--tty[=false]] IMAGE", "[-a|--attach[=[]]]"),
        ("docker rm [--volumes[=false]] web", "[--volumes[=false]]"),
        ("docker-compose up [options] [SERVICE...]", "[options]"),
        ("docker run [options] image", "[options]"),
        ("service docker {start|stop|restart}", "{start|stop|restart}"),
        ("docker network [connect | disconnect] net web", "[connect | disconnect]"),
        ("docker login [SERVER]", "[SERVER]"),
        ("docker exec [-it] web sh", "[-it]"),
        ("docker run -p [HOST:]PORT nginx", "[HOST:]P"),
        ("true\n  sudo docker ps [flags]\n", "[flags]"),
        ("docker ps \\\n  [OPTIONS]", "[OPTIONS]"),
        ("x=$(docker inspect [OPTIONS] web)", "[OPTIONS]"),
        ("ls [OPTION]... [FILE]...", "[OPTION]..."),
        ("tar [-cxt] file", "[-cxt]"),
        ("docker run --mount type=bind,source=[PATH] web", "type=bind,source=[PATH]"),
    ] {
        wrong.extend((found(script) != Some(sign)).then(|| (script, found(script))));
    }
    assert_eq!(wrong, []);
}

#[test]
fn commands_are_no_synopses() {
    let mut wrong = Vec::new();
    for script in [
        "[ -f x ] && echo yes",
        "[ -z \"$X\" ] || exit 1",
        "[[ $a == [OPTIONS] ]]",
        "[[ -n x || -z y ]]",
        "if [ \"$a\" = b ]; then echo; fi",
        "test -f x",
        "ls [a-z]*",
        "ls [abc]",
        "ls [A-Z]* [0-9].txt",
        "rm -- *.[ch]",
        "echo ${a[0]} ${a[@]} ${#a[*]}",
        "a=([0]=x [5]=y)",
        "a[0]=x",
        "declare -A m=([key]=value)",
        "curl -d '{\"a\": [\"OPTIONS\"]}' localhost",
        "curl -d [1,2] localhost",
        "docker ps --format '[{{.ID}}]'",
        "docker ps --format \"{{.Names}} [OPTIONS]\"",
        "docker inspect -f '{{(index .IPAM.Config 0).Subnet}}' bridge",
        "grep '[OPTIONS]' README.md",
        "grep [ERROR] log",
        "grep -E a|b",
        "awk '/[A-Z]/ { print $1 }' f",
        "sed 's/[a-z]/x/' f",
        "tr [:lower:] [:upper:]",
        "tr [a-z] [A-Z]",
        "echo [INFO] done",
        "echo $(( a[1] | b ))",
        "docker ps | grep web",
        "docker ps -q|xargs docker rm",
        "cat <<EOF\ndocker run [OPTIONS] IMAGE\nUsage: x\nEOF",
        "# docker run [OPTIONS] IMAGE",
        "case $1 in [OPTIONS]) ;; esac",
        "for f in [OPTIONS]; do :; done",
        "pip install uvicorn[standard]",
        "docker run -p [::1]:80:80 nginx",
        "docker run IMAGE",
        "docker tag IMAGE USERNAME/IMAGE:TAG",
        "mkdir -p {a,b}/{c,d}",
        "echo {1..3}",
        "f() { ls; }",
        "{ ls | wc; }",
        "go test ./...",
        "docker run ...",
        "docker stop [container-id]",
        "docker stop [container name]",
        "curl http://localhost/[1-5]",
        "docker rm $(docker ps -aq)",
        "find . -name [Dd]ockerfile",
        "echo Usage: x",
        "expr abc : [a-z]",
        "[Service]\nExecStart=x",
        "[options]",
        "docker rm web[12]",
    ] {
        wrong.extend(found(script).map(|sign| (script, sign)));
    }
    assert_eq!(wrong, []);
}

proptest! {
    #[test]
    fn a_place_is_within_the_script(script in "[-a-zA-Z<>\\[\\]{}|:. \n'\"$(…é]{0,40}") {
        if let Some(place) = synopsis(&script) {
            prop_assert!(!script[place].is_empty());
        }
    }

    #[test]
    fn quoted_text_is_never_a_synopsis(text in "[-a-zA-Z<>\\[\\]{}|:. ]{0,40}") {
        let script = format!("docker run '{text}'");
        prop_assert_eq!(synopsis(&script), None);
    }
}
