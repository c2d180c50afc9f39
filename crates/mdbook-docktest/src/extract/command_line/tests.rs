use super::*;

fn all(expected: Reading, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert_eq!(reading(line), expected, "{line}");
    }
}

#[test]
fn known_programs_with_arguments_are_commands() {
    all(
        Reading::Command,
        r#"
        docker ps
        docker
        docker --version
        docker run -it --rm alpine sh
        docker build -t app .
        docker scout quickview
        docker app install --name x
        docker [OPTIONS] COMMAND
        docker $SUB
        docker compose up -d # in the background, with the new image
        sudo docker ps
        sudo -E apt-get update && sudo apt-get install -y curl
        DOCKER_BUILDKIT=1 docker build .
        echo this is not for you
        cd
        cd app
        mkdir test
        cat Dockerfile
        cat file
        touch hello
        which docker
        watch docker service ls
        make build
        ./run.sh
        ./start --fast
        /usr/bin/docker ps
        git clone https://example.org/x.git
        for i in 1 2 3; do
        for ((i = 0; i < 3; i++)); do
        while sleep 1; do docker ps; done
        if docker info; then
        curl -fsSL https://example.org | sh
        curl localhost:8080
        apt-get update
        id -u
        ip link set lo up
        hostname
        ls
        python app.py
        redis-cli set "the key" 1
        "#,
    );
}

#[test]
fn sentences_are_no_commands_even_if_they_begin_with_the_name_of_a_program() {
    all(
        Reading::Text,
        r"
        docker must be running
        docker is a platform
        docker run starts a container
        docker, git and curl
        cd into the directory
        make sure it works
        run the container
        find the container's ID
        test that it works
        install docker, then reboot
        git clone the repository
        Now start it
        Start docker
        node is up
        docker: Error response from daemon: no such image.
        bash: foo: command not found
        curl: (7) Failed to connect to localhost port 80
        docker ps shows:
        node.js application, version 3
        -----
        {
        ]
        42
        2025-01-01
        This is text
        drwxr-xr-x   2 root root 4096 Jan  1 00:00 app
        abc123   alpine   Up 2 seconds
        ",
    );
}

#[test]
fn other_programs_are_possible_commands() {
    all(
        Reading::Possible,
        r"
        mytool serve --port 80
        tupperware
        docker daemon
        test connection
        ./build
        KEY=value
        $cmd run
        node   18-alpine   abc123   2 weeks ago   127MB
        ",
    );
}

#[test]
fn lines_without_a_program_are_text() {
    all(Reading::Text, "# a comment");
    assert_eq!(reading(""), Reading::Text);
    assert_eq!(reading("sudo"), Reading::Text);
    assert_eq!(reading("com.example.label2=another"), Reading::Text);
    assert_eq!(reading("'an open quote"), Reading::Text);
}
