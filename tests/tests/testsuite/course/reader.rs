//! The course keeps everything that a reader had on the engine before.

use testsuite::{Book, workspace};

use super::chapter::{Chapter, chapter, chapters};

/// Lists the objects on the engine and the content of the reader's volumes.
const LOOK: &str = "look() {
    docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'
    docker volume ls --format '{{.Name}} {{.Labels}}'
    docker network ls --no-trunc --format '{{.ID}} {{.Name}}'
    docker run --rm -v boutique:/boutique:ro -v postgres-prod:/prod:ro alpine \\
        sh -c 'cat /boutique/* /prod/*'
}
look > before";

const STILL_THERE: &str = "look > after && diff before after && grep -c precious after";

/// A book without findings about containers that die, which the course shows, and about leftovers, which
/// are the reader's.
fn book() -> Book {
    let lints = "lints = { container-died = \"allow\", leftover = \"allow\" }";
    Book::new().with_alpine().setting(lints)
}

/// A step that runs a chapter as its reader does.
fn follow(chapter: &Chapter) -> String {
    let script = chapter.as_a_reader_runs_it();
    format!("bash -e <(cat <<'END-OF-CHAPTER'\n{script}END-OF-CHAPTER\n)")
}

/// Checks that a chapter does not change a reader's running container, stopped container and volumes,
/// whose names no chapter uses.
#[track_caller]
fn keeps_the_readers_objects(name: &str) {
    let postgres = workspace().join("book/images/postgres");
    book()
        .setting(&format!("images.\"postgres:15\" = {postgres:?}"))
        .step(
            "docker run -d --name db -v boutique:/data alpine sleep 600
             docker exec db sh -c 'echo precious > /data/mine'
             docker run --name travail alpine true
             docker volume create --label jetable=oui archives
             docker volume create",
        )
        .step(&LOOK.replace(" -v postgres-prod:/prod:ro", "").replace(" /prod/*", ""))
        .step_with("timeout=150s", &follow(&chapter(name)))
        .step(STILL_THERE)
        .output("1\n")
        .verify()
        .exits(0)
        .finds_nothing();
}

#[test]
fn the_sidecar_keeps_the_readers_objects() {
    keeps_the_readers_objects("sidecar.md");
}

#[test]
fn named_volumes_keep_the_readers_objects() {
    keeps_the_readers_objects("nommes-et-anonymes.md");
}

#[test]
fn a_backup_keeps_the_readers_objects() {
    keeps_the_readers_objects("sauvegarder.md");
}

#[test]
fn cleaning_up_keeps_the_readers_objects() {
    keeps_the_readers_objects("nettoyage-et-couts.md");
}

/// If names of a chapter are taken, its first step lists them, and nothing is lost if the reader stops
/// there.
#[test]
fn each_chapter_stops_at_its_first_step_if_its_names_are_taken() {
    let mut book = book()
        .step(
            "for name in app-server log-shipper db cours-db; do
                 docker run -d --name $name -v boutique:/data alpine sleep 600
             done
             for name in shared-logs postgres-prod cours-autre; do
                 docker volume create $name
             done
             docker run --rm -v boutique:/boutique -v postgres-prod:/prod alpine \\
                 sh -c 'echo precious | tee /boutique/mine /prod/mine'",
        )
        .step(LOOK);
    let taken = [
        ("sidecar.md", "cours-db\nlog-shipper\napp-server\ncours-autre\nshared-logs"),
        ("nommes-et-anonymes.md", "cours-db\ncours-autre\npostgres-prod"),
        ("sauvegarder.md", "cours-db\ncours-autre"),
        ("nettoyage-et-couts.md", "cours-db\ncours-autre\npostgres-prod"),
    ];
    let with_steps = chapters().iter().filter(|chapter| !chapter.steps.is_empty()).count();
    assert_eq!(with_steps, taken.len());
    for (name, names) in taken {
        book = book
            .step_with("exit=1", &follow(&chapter(name)))
            .output(&format!("Noms déjà pris\u{a0}: {names}\n"))
            .step(STILL_THERE)
            .output("2\n");
    }
    book.verify().exits(0).finds_nothing();
}
