//! What is known without running a chapter: variables, loops and files.

use super::{compare, shown, uses_of_chapter};

#[test]
fn literal_assignments_are_followed() {
    compare(&[
        ("IMAGE=alpine:3.20\ndocker run \"$IMAGE\"", "alpine:3.20"),
        ("export IMAGE=alpine\ndocker run $IMAGE", "alpine:latest"),
        ("TAG='3.20'; docker run alpine:${TAG}", "alpine:3.20"),
        ("A=alpine B=$A:3\ndocker run $B", "alpine:3"),
        ("docker run alpine:${TAG:-3.20}", "alpine:3.20"),
        ("TAG=1; docker run alpine:${TAG:-3.20}", "alpine:1"),
        ("OPTIONS='-it --name a'\ndocker run $OPTIONS alpine", "alpine:latest"),
        ("IMAGE=alpine sh -c 'docker run $IMAGE'", "alpine:latest"),
        ("docker run $IMAGE", "1 unknown"),
        ("IMAGE=$(cat file)\ndocker run $IMAGE", "1 unknown"),
        ("IMAGE=alpine\nread -r IMAGE\ndocker run $IMAGE", "1 unknown"),
        ("IMAGE=alpine\nunset IMAGE\ndocker run $IMAGE", "1 unknown"),
        (
            "IMAGE=alpine\n(IMAGE=busybox; docker run $IMAGE)\ndocker run $IMAGE",
            "busybox:latest, alpine:latest",
        ),
        ("IMAGE=alpine docker run $IMAGE", "1 unknown"),
        ("docker run '$IMAGE'", ""),
        ("docker run alpine*", "1 unknown"),
        ("docker pull {alpine,busybox}", "1 unknown"),
        ("docker rmi $(docker images -q)", ""),
    ]);
}

#[test]
fn loops_over_literal_lists_are_followed() {
    compare(&[
        (
            "for i in alpine busybox; do docker pull $i; done",
            "pull alpine:latest, pull busybox:latest",
        ),
        ("for i in alpine busybox; { docker pull $i; }", "pull alpine:latest, pull busybox:latest"),
        ("for v in 3.19 3.20\ndo\n  docker run alpine:$v\ndone", "alpine:3.19, alpine:3.20"),
        (
            "I='alpine busybox'\nfor i in $I; do docker run \"$i\"; done",
            "alpine:latest, busybox:latest",
        ),
        (
            "for i in alpine busybox; do for v in 1 2; do docker run $i:$v; done; done",
            "alpine:1, alpine:2, busybox:1, busybox:2",
        ),
        ("for i in $(cat list); do docker pull $i; done", "1 unknown"),
        ("for i; do docker pull $i; done", "1 unknown"),
        ("for ((i = 1; i < 3; i++)); do docker run alpine; done", "alpine:latest"),
        (
            "for i in 1 2; do docker run alpine; done; docker run busybox",
            "alpine:latest, busybox:latest",
        ),
    ]);
}

#[test]
fn files_are_found_in_the_directory_they_were_written_to() {
    let write = "echo FROM alpine > Dockerfile";
    compare(&[
        (&format!("mkdir app && cd app\n{write}\ndocker build ."), "alpine:latest"),
        (&format!("mkdir app && cd app\n{write}\ncd ..\ndocker build app"), "alpine:latest"),
        (&format!("(cd app && {write})\ndocker build ./app/"), "alpine:latest"),
        (&format!("cd app\n{write}\ncd -\ndocker build ."), "1 unknown"),
        (&format!("pushd app\n{write}\npopd\ndocker build -f app/Dockerfile ."), "alpine:latest"),
        (&format!("cd $DIR\n{write}\ndocker build ."), "1 unknown"),
        (&format!("{write}\ncp Dockerfile Other\ndocker build -f Other ."), "alpine:latest"),
        (&format!("{write}\nmv Dockerfile app/\ndocker build app"), "alpine:latest"),
        ("echo FROM alpine > /tmp/D\ndocker build -f /tmp/D .", "alpine:latest"),
        ("cd /srv\necho FROM alpine > D\ndocker build -f /srv/D .", "alpine:latest"),
    ]);
}

#[test]
fn what_a_step_sets_and_writes_is_known_in_the_next() {
    let chapter = "```bash\nIMAGE=alpine\n```\n\n```console\n$ cat > Dockerfile <<EOF\n> FROM busybox\n\
                   > EOF\n```\n\n```sh\ndocker run $IMAGE\ndocker build .\n```\n";
    let uses = uses_of_chapter(chapter);
    assert_eq!(shown(&uses), "alpine:latest, busybox:latest");
    let places =
        uses.uses.iter().map(|used| (used.step, used.command, &chapter[used.span.clone()]));
    assert_eq!(places.collect::<Vec<_>>(), [(2, 0, "$IMAGE"), (2, 1, "docker build .")]);
}

#[test]
fn the_place_of_a_use_is_the_image_in_the_chapter() {
    let chapter = "- item\n\n  ```console\n  $ true\n  alpine\n  $ docker run -d \\\n  >   --name a \\\n  >   \
                   alpine\n  ```\n\n> ```bash\n> docker run \\\n>   busybox && docker run nginx\n> ```\n";
    let uses = uses_of_chapter(chapter);
    let places: Vec<_> =
        uses.uses.iter().map(|used| (used.step, used.command, used.span.clone())).collect();
    let place = |text: &str| chapter.rfind(text).map(|at| at..at + text.len()).unwrap();
    assert_eq!(places, [(0, 1, place("alpine")), (1, 0, place("busybox")), (1, 0, place("nginx"))]);
}

#[test]
fn prose_output_and_ignored_steps_are_no_uses() {
    let chapter = "Run `docker run alpine`.\n\n    docker run alpine\n\n```text\ndocker run alpine\n```\n\n\
                   ```bash,ignore\ndocker run alpine\n```\n\n```bash\necho\n```\n\n```output\ndocker run \
                   alpine\n```\n\n```console\n$ echo\ndocker run alpine\n```\n\n<!-- docker run alpine -->\n";
    assert_eq!(uses_of_chapter(chapter), super::ImageUses::default());
}
