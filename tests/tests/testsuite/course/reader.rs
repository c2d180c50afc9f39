//! The course keeps everything that a reader had on the engine before.

use std::fs;

use testsuite::{Book, workspace};

use super::chapter::{Chapter, chapter};
use super::shape::numbered_chapters;

/// Lists the objects on the engine, with the content of all volumes.
const LOOK: &str = "look() {
    docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'
    docker volume ls --format '{{.Name}} {{.Labels}}'
    docker network ls --no-trunc --format '{{.ID}} {{.Name}}'
    set --
    for volume in $(docker volume ls --quiet); do
        set -- \"$@\" -v \"$volume:/mine/$volume:ro\"
    done
    docker run --rm \"$@\" alpine sh -c 'find /mine -type f | sort | xargs cat'
}
look > before
grep -c precious before";

const STILL_THERE: &str = "look > after && diff before after";

/// Objects of a reader whose names no chapter uses.
const OTHERS: &str = "docker run -d --name db -v data:/data alpine sleep 900
docker run -d --name web -v web:/data alpine sleep 900
docker run --name travail -v /data alpine true
docker volume create --label jetable=oui archives
docker network create reseau
docker run --rm -v data:/1 -v web:/2 -v archives:/3 -v \"$(docker volume create)\":/4 alpine \\
    sh -c 'for volume in 1 2 3 4; do echo precious > /$volume/mine; done'";

/// The same, and objects whose names chapters use.
const TAKEN: &str = "for name in db web app-server cours-x; do
    docker run -d --name $name -v data:/data alpine sleep 900
done
docker run --rm -v data:/1 -v web:/2 -v postgres-prod:/3 -v shared-logs:/4 -v cours-y:/5 alpine \\
    sh -c 'for volume in 1 2 3 4 5; do echo precious > /$volume/mine; done'";

/// A book with the course's images, and without findings about containers that die, which the course shows, and about leftovers, which
/// are the reader's.
fn book() -> Book {
    let course = fs::read_to_string(workspace().join("book.toml")).unwrap();
    let course: toml::Table = course.parse().unwrap();
    let images = course["preprocessor"]["docktest"]["images"].as_table().unwrap();
    let book = Book::new().setting("lints = { container-died = \"allow\", leftover = \"allow\" }");
    images.iter().fold(book, |book, (name, recipe)| {
        let recipe = workspace().join(recipe.as_str().unwrap());
        book.setting(&format!("images.{name:?} = {recipe:?}"))
    })
}

/// A step that runs a chapter as its reader does.
fn follow(chapter: &Chapter) -> String {
    let script = chapter.as_a_reader_runs_it();
    format!("bash -e <(cat <<'END-OF-CHAPTER'\n{script}END-OF-CHAPTER\n)")
}

/// Checks that a chapter changes nothing of a reader whose names it does not use.
#[track_caller]
fn keeps_the_readers_objects(name: &str) {
    book()
        .step(OTHERS)
        .step(LOOK)
        .output("4\n")
        .step_with("timeout=150s", &follow(&chapter(name)))
        .step(STILL_THERE)
        .verify()
        .exits(0)
        .finds_nothing();
}

/// Checks the same with names that the course uses: the chapter stops at its guard, which lists those that are taken, or uses none of
/// them.
#[track_caller]
fn stops_if_its_names_are_taken(name: &str) {
    let outcome = book()
        .step(TAKEN)
        .step(LOOK)
        .output("5\n")
        .step_with("timeout=150s exit=any", &follow(&chapter(name)))
        .step(STILL_THERE)
        .verify();
    outcome.exits(0).finds_nothing();
    let printed = outcome.output(3).replace('\u{a0}', " ");
    let (_, taken) = printed.split_once("Noms déjà pris : ").expect("the guard prints the names");
    if !taken.starts_with("aucun\n") {
        // Nothing runs after the guard: its last line is that of a name.
        let names = ["app-server", "cours-x", "cours-y", "postgres-prod", "shared-logs"];
        assert!(taken.lines().all(|line| names.contains(&line)), "{printed}");
    }
}

/// Tests of each chapter.
macro_rules! chapters {
    ($($test:ident: $file:literal,)*) => {
        /// The chapters that have tests here.
        const CHAPTERS: &[&str] = &[$($file),*];

        mod beside_others {
            $(#[test] fn $test() { super::keeps_the_readers_objects($file); })*
        }

        mod beside_its_names {
            $(#[test] fn $test() { super::stops_if_its_names_are_taken($file); })*
        }
    };
}

chapters! {
    forgotten_container: "un-conteneur-oublie.md",
    first_volume: "premier-volume.md",
    sidecar: "sidecar.md",
    named_and_anonymous: "nommes-et-anonymes.md",
    directories_and_memory: "repertoires-et-memoire.md",
    permissions: "droits.md",
    postgresql: "postgresql.md",
    backup: "sauvegarder.md",
    compose: "compose.md",
    cleaning_and_costs: "nettoyage-et-couts.md",
    further: "plus-loin.md",
    assessment: "evaluation.md",
}

#[test]
fn each_chapter_is_run_beside_a_readers_objects() {
    let numbered = numbered_chapters();
    let names: Vec<&str> = numbered.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, CHAPTERS);
}
