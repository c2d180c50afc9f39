//! Images of the book: a chapter begins with those that its commands use.

use testsuite::Book;

#[test]
fn a_chapter_that_only_mentions_an_image_begins_without_it() {
    Book::new()
        .with_alpine()
        .prose("`docker run alpine` would start one.\n\n")
        .step("docker image ls --quiet | wc -l\necho alpine # docker run alpine")
        .output("0\nalpine\n")
        .verify()
        .exits(0)
        .finds_nothing();
}

#[test]
fn an_image_is_there_for_whatever_command_uses_it() {
    Book::new()
        .with_alpine()
        .step(
            "docker image ls --format '{{.Repository}}:{{.Tag}}'\n\
             IMAGE=docker.io/library/alpine:latest\ndocker run --rm \"$IMAGE\" echo ran",
        )
        .output("alpine:latest\nran\n")
        .verify()
        .exits(0)
        .finds_nothing();
    Book::new()
        .with_alpine()
        .step("docker image ls --quiet | wc -l\ndocker build -q -t app - <<EOF > log 2>&1\nFROM alpine\nEOF")
        .output("1\n")
        .step("docker run --rm app echo ran; docker rmi app > removed")
        .output("ran\n")
        .verify()
        .exits(0)
        .finds_nothing();
}
