//! Compose files that the chapter writes.

use super::{compare, shown, uses};

fn compose(file: &str, command: &str) -> String {
    shown(&uses(&format!("cat > compose.yaml <<'EOF'\n{file}\nEOF\n{command}")))
}

const TWO: &str = "services:\n  db:\n    image: postgres:16\n  web:\n    image: nginx";

#[test]
fn services_are_used_by_the_commands_that_start_them() {
    for (command, expected) in [
        ("docker compose up -d", "postgres:16, nginx:latest"),
        ("docker-compose up", "postgres:16, nginx:latest"),
        ("docker compose -f compose.yaml -p app up", "postgres:16, nginx:latest"),
        ("docker compose run --rm -e A=b web sh", "postgres:16, nginx:latest"),
        ("docker compose create", "postgres:16, nginx:latest"),
        ("docker compose up --pull always", "pull postgres:16, pull nginx:latest"),
        ("docker compose pull", "pull postgres:16, pull nginx:latest"),
        ("docker compose pull -q web", "pull nginx:latest"),
        ("docker stack deploy -c compose.yaml app", "postgres:16, nginx:latest"),
        ("docker compose -f - up < compose.yaml", "postgres:16, nginx:latest"),
        ("docker compose config", ""),
        ("docker compose down", ""),
        ("docker compose build", ""),
        ("docker compose -f other.yaml up", "1 unknown"),
        ("cd other; docker compose up", "1 unknown"),
    ] {
        assert_eq!(compose(TWO, command), expected, "{command}");
    }
}

#[test]
fn values_are_read_as_compose_reads_them() {
    for (file, expected) in [
        ("services: {web: {image: 'nginx:1'}}", "nginx:1"),
        ("services:\n  web:\n    image: nginx:${TAG:-1}", "nginx:1"),
        ("services:\n  web:\n    image: nginx:${TAG-1}$$", ""),
        ("x-a: &a\n  image: nginx\nservices:\n  web:\n    <<: *a", "nginx:latest"),
        (
            "x-a: &a {image: nginx}\nx-b: &b {command: x}\nservices: {web: {<<: [*b, *a]}}",
            "nginx:latest",
        ),
        ("x-a: &a nginx\nservices:\n  web:\n    image: *a", "nginx:latest"),
        ("services:\n  web:\n    image: nginx\n    profiles: [debug]", ""),
        ("services:\n  # image: nginx\n  web:\n    environment:\n      image: nginx", ""),
        ("image: nginx", "1 unknown"),
        ("services: [", "1 unknown"),
    ] {
        assert_eq!(compose(file, "docker compose up"), expected, "{file}");
    }
    let profile = "services:\n  web:\n    image: nginx\n    profiles: [debug]";
    assert_eq!(compose(profile, "docker compose --profile debug up"), "nginx:latest");
    assert_eq!(compose(profile, "docker compose run web"), "nginx:latest");
}

#[test]
fn variables_come_from_the_shell_or_the_env_file() {
    let file = "services:\n  web:\n    image: nginx:${TAG:-1}";
    assert_eq!(compose(file, "TAG=2 docker compose up"), "nginx:2");
    assert_eq!(compose(file, "export TAG=3\ndocker compose up"), "nginx:3");
    assert_eq!(compose(file, "echo TAG=4 > .env\ndocker compose up"), "nginx:4");
    assert_eq!(compose(file, "TAG=$(date)\ndocker compose up"), "1 unknown");
}

#[test]
fn services_that_are_built_use_the_images_of_their_dockerfile() {
    let file = "services:\n  web:\n    build: ./web\n    image: mine\n  db:\n    image: postgres";
    let dockerfile = "mkdir web; echo FROM alpine > web/Dockerfile";
    let up = format!("{dockerfile}\ndocker compose up\ndocker run mine");
    assert_eq!(compose(file, &up), "alpine:latest, postgres:latest");
    assert_eq!(compose(file, &format!("{dockerfile}\ndocker compose build")), "alpine:latest");
    assert_eq!(compose(file, "docker compose up"), "postgres:latest, 1 unknown");
    let file = "services:\n  web:\n    build:\n      context: .\n      dockerfile: D\n      args:\n        \
                TAG: '3'";
    let dockerfile = "printf 'ARG TAG\\nFROM alpine:$TAG\\n' > D";
    assert_eq!(compose(file, &format!("{dockerfile}\ndocker compose up")), "alpine:3");
    let list = file.replace("TAG: '3'", "- TAG=4");
    assert_eq!(compose(&list, &format!("{dockerfile}\ndocker compose up")), "alpine:4");
    let absolute = "services:\n  web:\n    build: /srv";
    let dockerfile = "echo FROM busybox > /srv/Dockerfile";
    assert_eq!(compose(absolute, &format!("{dockerfile}\ndocker compose up")), "busybox:latest");
    let inline = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM alpine";
    assert_eq!(compose(inline, "docker compose up --build"), "alpine:latest");
}

#[test]
fn several_files_are_merged() {
    let write = |file: &str, image: &str| {
        format!("printf 'services:\\n  web:\\n    image: {image}\\n' > {file}\n")
    };
    let both = write("compose.yml", "nginx:1") + &write("compose.override.yml", "nginx:2");
    let named = write("a.yml", "nginx:1") + &write("b.yml", "nginx:2");
    compare(&[
        (&format!("{both}docker compose up"), "nginx:2"),
        (&format!("{both}docker compose -f compose.yml up"), "nginx:1"),
        (&format!("{named}docker compose -f a.yml --file=b.yml up"), "nginx:2"),
        (
            &format!("mkdir app\n{}docker compose -f app/c.yml up", write("app/c.yml", "nginx")),
            "nginx:latest",
        ),
    ]);
}
