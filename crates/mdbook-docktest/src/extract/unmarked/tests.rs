use super::*;

fn each(expected: Option<Look>, blocks: &[&str]) {
    for block in blocks {
        assert_eq!(look(block), expected, "{block}");
    }
}

#[test]
fn commands_at_prompts_look_like_a_session() {
    each(
        Some(Look::Session),
        &[
            "$ docker volume create data\ndata\n",
            "$ mytool up\n",
            "# first\n$ docker ps\n",
            "Welcome!\n$ docker ps\n",
            "ubuntu@node:~$ docker ps\nCONTAINER ID\n",
            "[root@host ~]# yum install docker\n",
            "# docker ps\nCONTAINER ID   IMAGE\n",
            "# apt-get update\n# apt-get install -y curl\n",
            "> docker ps\n",
            "/ # ls\nbin\ndev\n",
            "$ ip a\n1: lo: <LOOPBACK,UP>\n",
            "root@053abaac4f93:/# apt-get update\n",
            "[node1] (local) root@192.168.0.23 ~\n$ docker ps\n",
        ],
    );
}

#[test]
fn commands_at_prompts_of_windows_are_no_session_that_can_run() {
    each(Some(Look::Windows), &["PS C:\\> docker ps\n", "C:\\Users\\me>docker ps\nCONTAINER ID\n"]);
}

#[test]
fn commands_with_paths_of_windows_are_for_windows() {
    each(
        Some(Look::Windows),
        &[
            "mkdir -p C:\\scm\\labs\ncd C:\\scm\\labs\n",
            "docker run -v c:\\data:/data alpine\n",
            "docker build -t app .\\web\n",
            "docker run -d `\n  --name web `\n  nginx\n",
            "docker run -d ^\n  --name web ^\n  nginx\n",
            "$ docker run -d ^\n  --name web ^\n  nginx\n",
            "$ docker run -d `\n  nginx\n",
        ],
    );
    each(
        Some(Look::Script),
        &[
            "docker run \\\n  -d nginx\n",
            "docker rm `docker ps -aq`\n",
            "docker run alpine printf 'a:\\n'\n",
            "docker run alpine grep 'x\\.y' z\n",
        ],
    );
}

#[test]
fn lines_with_known_programs_look_like_a_script() {
    each(
        Some(Look::Script),
        &[
            "docker ps\n",
            "docker run -d \\\n  --name web \\\n  nginx\n",
            "docker build -t app .\ndocker run app\nmytool check app\n",
            "# Start it\ndocker compose up -d\n\n# Look at it\ndocker compose ps\n",
            "mkdir app && cd app\n",
            "cat > Dockerfile <<EOF\nFROM alpine\nCMD [\"sh\"]\nEOF\n",
            "sudo apt-get update\nsudo apt-get install docker.io\n",
            "export X=1\ndocker run -e X alpine\n",
            "for i in 1 2; do\n  docker run alpine\ndone\n",
            "ls\n",
            "curl localhost:8080\n",
            "git clone https://example.org/x.git\ncd x\n",
        ],
    );
}

#[test]
fn a_command_of_docker_with_what_it_prints_is_recognized() {
    each(
        Some(Look::Mixed),
        &[
            "docker ps\nCONTAINER ID   IMAGE\nabc            alpine\n",
            "docker run hello-world\n\nHello from Docker!\nThis message shows something.\n",
            "ping -c 1 web\nPING web (172.18.0.2): 56 data bytes\n64 bytes from 172.18.0.2: seq=0\n",
        ],
    );
}

#[test]
fn other_blocks_do_not_look_like_commands() {
    each(
        None,
        &[
            "",
            "plain\n",
            "FROM alpine\nRUN apk add curl\nCMD [\"sh\"]\n",
            "# docker build -t app .\nFROM alpine\nRUN apk add curl\n",
            "# docker compose up\nservices:\n  web:\n    image: nginx\n",
            "services:\n  web:\n    command: docker ps\n",
            "version: \"3\"\n",
            "{\n  \"a\": \"docker ps\"\n}\n",
            "CONTAINER ID   IMAGE     COMMAND\nabc            alpine    \"sh\"\n",
            "REPOSITORY   TAG\nnode         18-alpine\nredis        7\n",
            "node         18-alpine   abc   2 weeks ago\nredis        7           def   2 weeks ago\n",
            ".\n├── Dockerfile\n└── src\n    └── app.py\n",
            "Dockerfile\napp.py\nrequirements.txt\n",
            "docker\ngit\ncurl\n",
            "import os\nprint(os.environ)\n",
            "from flask import Flask\napp = Flask(__name__)\n",
            "const express = require('express')\n",
            "package main\n\nimport \"fmt\"\n",
            "<html>\n<body>x</body>\n</html>\n",
            "KEY=value\n# docker reads this\nOTHER=x\n",
            "# docker ps\nKEY=value\n",
            "node_modules\n*.log\n.git\n",
            "#!/bin/sh\ndocker ps\n",
            "build:\n\tdocker build .\n",
            "Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime\n",
            "Successfully built abc\nSuccessfully tagged app:latest\n",
            "docker: Error response from daemon: conflict.\n",
            "bash: docker: command not found\n",
            "server {\n  listen 80;\n}\n",
            "select * from users;\n",
            "set mykey hello\nget mykey\n",
            "mysql> show databases;\n",
            "docker is great, and this is text.\n",
            "Hello from Docker!\n",
            "+----+\n| $ x |\n+----+\n",
            "$ 5 per month\n",
            "sha256:abc\n",
            "1.2.3.4\n",
            "http://localhost:8080\n",
            "web_1  | Listening on 80\n",
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n",
            "[1/3] FROM alpine\n",
            "total 8\ndrwxr-xr-x 2 root root 4096 Jan 1 00:00 app\n",
            "user  nginx;\nworker_processes 1;\n",
        ],
    );
}

#[test]
fn a_script_with_nothing_but_known_programs_has_no_output() {
    for block in [
        "docker ps\n",
        "# Start\ndocker run \\\n  alpine\n\ncd app\n",
        "for i in 1; do\n  x\ndone\n",
    ] {
        assert!(has_only_commands(block), "{block}");
    }
    for block in ["docker build .\nmytool check app\n", "export X=1\nX=2\n"] {
        assert_eq!(look(block), Some(Look::Script), "{block}");
        assert!(!has_only_commands(block), "{block}");
    }
}

#[test]
fn a_command_is_separated_from_its_output_if_there_is_one_command() {
    for block in [
        "docker ps\nCONTAINER ID   IMAGE\nabc            alpine\n",
        "\nsudo docker stack deploy \\\n  --compose-file a.yml vote\nCreating network vote_default\n",
    ] {
        assert!(is_command_with_output(block), "{block}");
    }
    for block in ["docker ps\nCONTAINER ID   IMAGE\ndocker rm abc\nabc\n", "ls\nDockerfile\n"] {
        assert!(!is_command_with_output(block), "{block}");
    }
}

#[test]
fn an_unknown_program_with_flags_looks_like_a_script() {
    each(
        Some(Look::Script),
        &[
            "bakery bake --tray=left --oven /var/oven\n",
            "bakery --addr unix:///run/bakery.sock bake ...\n",
            "bakery bake ... \\\n  --tray left \\\n  --oven hot\n",
            "bakery bake --all\nbakery ls\n",
        ],
    );
    each(
        None,
        &[
            "bakery bake\n",
            "NAME:\n   bakery bake - bakes\n",
            "--tray left\n",
            "unknown flag: --tray\n",
            "root 1 0.0 /usr/bin/bakery --tray left\n",
            "bakery --tray        The tray to use\n",
            "use --help for more\n",
            "bakery: --tray left\n",
        ],
    );
}

#[test]
fn an_unknown_program_of_another_shell_is_for_windows() {
    let program = |text| look_of(Kind::OtherShell, text);
    assert_eq!(program("bakery --tray \"A\\left\"\n"), Some(Look::Windows));
    assert_eq!(program("docker ps --all\n"), Some(Look::Script));
}
