//! Builds: the images of Dockerfiles that the chapter writes.

use super::{compare, shown, uses, uses_of_chapter};

#[test]
fn blocks_that_are_written_to_files_are_read() {
    let chapter = "```bash\nmkdir web; cd web\n```\n\n```dockerfile file=Dockerfile\nFROM alpine\n```\n\n\
                   ```yaml file=../compose.yaml\nservices:\n  db:\n    image: postgres:16\n```\n\n\
                   ```bash\ndocker build .\ncd ..\ndocker compose up -d\n```\n\n\
                   ```dockerfile file=web/Dockerfile\nFROM unused\n```\n";
    assert_eq!(shown(&uses_of_chapter(chapter)), "alpine:latest, postgres:16");
}

#[test]
fn dockerfiles_are_read_where_the_chapter_writes_them() {
    compare(&[
        ("cat > Dockerfile <<EOF\nFROM alpine\nEOF\ndocker build .", "alpine:latest"),
        ("cat <<'EOF' > Dockerfile\nFROM alpine\nEOF\ndocker build -t x -q .", "alpine:latest"),
        ("cat <<-EOF >Dockerfile\n\tFROM alpine\n\tEOF\ndocker build .", "alpine:latest"),
        ("tee Dockerfile <<EOF\nFROM alpine\nEOF\ndocker build .", "alpine:latest"),
        ("cat <<EOF | sudo tee Dockerfile\nFROM alpine\nEOF\ndocker build .", "alpine:latest"),
        ("echo 'FROM alpine' > Dockerfile\ndocker build .", "alpine:latest"),
        (
            "echo -e 'FROM alpine\\nCOPY --from=busybox / /' > Dockerfile\ndocker build .",
            "alpine:latest, busybox:latest",
        ),
        ("printf 'FROM %s\\nRUN true\\n' alpine > Dockerfile\ndocker build .", "alpine:latest"),
        ("printf '%s\\n' 'FROM alpine' 'RUN true' > Dockerfile\ndocker build .", "alpine:latest"),
        (
            "echo FROM scratch > Dockerfile\necho COPY --from=alpine / / >> Dockerfile\ndocker build .",
            "alpine:latest",
        ),
        ("echo FROM alpine > D; docker build -f D .", "alpine:latest"),
        ("echo FROM alpine > D; docker build --file=D .", "alpine:latest"),
        ("docker build - <<EOF\nFROM alpine\nEOF", "alpine:latest"),
        ("docker build -t x -f - . <<EOF\nFROM alpine\nEOF", "alpine:latest"),
        ("docker build - <<EOF\nFROM alpine", "alpine:latest"),
        ("echo FROM alpine | docker build -", "alpine:latest"),
        ("echo FROM alpine |\n  docker build -", "alpine:latest"),
        ("docker build - <<< 'FROM alpine'", "alpine:latest"),
        ("echo FROM alpine > D; docker build - < D", "alpine:latest"),
        ("echo FROM alpine > D; cat D | docker build -", "alpine:latest"),
        ("echo FROM alpine > Dockerfile; docker image build .", "alpine:latest"),
        ("echo FROM alpine > Dockerfile; docker buildx build --load .", "alpine:latest"),
        ("echo FROM alpine > Dockerfile; docker builder build .", "alpine:latest"),
        ("echo FROM alpine > Dockerfile; DOCKER_BUILDKIT=1 docker build .", "alpine:latest"),
        ("echo FROM alpine > Dockerfile; docker build --pull .", "pull alpine:latest"),
        ("docker build .", "1 unknown"),
        ("docker build https://example.com/a.git", "1 unknown"),
        ("curl -o Dockerfile example.com; docker build .", "1 unknown"),
        ("curl example.com > Dockerfile; docker build .", "1 unknown"),
        ("docker buildx bake", "1 unknown"),
    ]);
}

/// Returns the uses of a build with these flags of this Dockerfile.
fn build(flags: &str, dockerfile: &str) -> String {
    shown(&uses(&format!("docker build {flags} - <<'EOF'\n{dockerfile}\nEOF")))
}

#[test]
fn stages_are_no_images() {
    for (dockerfile, expected) in [
        ("FROM alpine AS base\nFROM base\nCOPY --from=base / /", "alpine:latest"),
        ("FROM alpine as Base\nFROM BASE", "alpine:latest"),
        ("FROM alpine\nFROM scratch\nCOPY --from=0 / /", "alpine:latest"),
        ("FROM base\nFROM alpine AS base", "base:latest, alpine:latest"),
        ("FROM scratch", ""),
        ("FROM --platform=linux/amd64 alpine", "alpine:latest"),
        ("from alpine", "alpine:latest"),
        (
            "FROM alpine\nCOPY --from=busybox /a /b\nCOPY --chown=a --from=nginx:1 /a /b",
            "alpine:latest, busybox:latest, nginx:1",
        ),
        (
            "FROM alpine\nRUN --mount=type=bind,from=busybox,target=/b true",
            "alpine:latest, busybox:latest",
        ),
        (
            "FROM alpine\nRUN echo FROM busybox \\\n  FROM nginx\n# FROM x\nLABEL a='FROM y'",
            "alpine:latest",
        ),
        ("FROM alpine\nRUN <<A\nFROM busybox\nA", "alpine:latest"),
        ("# syntax=docker/dockerfile:1\nFROM alpine", "alpine:latest"),
        ("# escape=`\nFROM alpine", "alpine:latest"),
        ("FROM \\\n  alpine", "alpine:latest"),
    ] {
        assert_eq!(build("", dockerfile), expected, "{dockerfile}");
    }
}

#[test]
fn arguments_have_their_default_or_given_value() {
    let tag = "ARG TAG=3.20\nFROM alpine:${TAG}";
    for (flags, dockerfile, expected) in [
        ("", tag, "alpine:3.20"),
        ("--build-arg TAG=3.19", tag, "alpine:3.19"),
        ("--build-arg=TAG=3.19", tag, "alpine:3.19"),
        ("--build-arg TAG", tag, "alpine:3.20"),
        ("", "ARG A=alpine\nARG B=$A:1\nFROM $B", "alpine:1"),
        ("", "ARG A=\"alpine\"\nFROM ${A}", "alpine:latest"),
        ("", "ARG A\nFROM ${A:-alpine}", "alpine:latest"),
        ("", "ARG A\nFROM alpine$A", "alpine:latest"),
        ("", "FROM alpine\nARG A=nginx\nFROM ${A:-busybox}", "alpine:latest, busybox:latest"),
        ("", "FROM app-$TARGETARCH", "1 unknown"),
        ("--build-context base=docker-image://busybox", "FROM base", "busybox:latest"),
        ("--build-context base=../other", "FROM base", ""),
    ] {
        assert_eq!(build(flags, dockerfile), expected, "{flags} {dockerfile}");
    }
    compare(&[
        ("TAG=3\ncat > Dockerfile <<EOF\nFROM alpine:$TAG\nEOF\ndocker build .", "alpine:3"),
        ("TAG=3\ndocker build - <<EOF\nARG TAG=4\nFROM alpine:\\$TAG\nEOF", "alpine:4"),
        (
            "export TAG=3\ndocker build --build-arg TAG - <<'EOF'\nARG TAG=4\nFROM alpine:$TAG\nEOF",
            "alpine:3",
        ),
        ("docker build - <<EOF\nFROM alpine:$TAG\nEOF", "1 unknown"),
    ]);
}

#[test]
fn names_that_a_chapter_gives_are_reported() {
    let uses = uses(
        "echo FROM alpine > Dockerfile\ndocker build -t app:1 -t localhost:5000/app .\n\
         docker tag app:1 team/app\ndocker commit c saved\ndocker pull busybox",
    );
    let made: Vec<String> = uses.made.iter().map(ToString::to_string).collect();
    assert_eq!(made, ["app:1", "saved:latest", "team/app:latest", "localhost:5000/app:latest"]);
}
