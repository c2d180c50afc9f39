//! The commands, the claims and the traps of the tutorial that the course grew from, and where the course has each.

use std::fs;

use regex::Regex;
use testsuite::workspace;

use super::chapter::chapter;

const SIDECAR: &str = "sidecar.md";
const NAMED: &str = "nommes-et-anonymes.md";
const CLEANING: &str = "nettoyage-et-couts.md";

/// A command, the chapter that runs it, and the attribute that the chapter expects its result with, if any.
const COMMANDS: [(&str, &str, &str); 12] = [
    ("docker volume create shared-logs", SIDECAR, ""),
    (
        r#"docker run -d --name app-server -v shared-logs:/var/log/app alpine sh -c "while true; do echo \"$(date) : User logged in\" >> /var/log/app/access.log; sleep 2; done""#,
        SIDECAR,
        "",
    ),
    (
        "docker run -d --name log-shipper -v shared-logs:/logs:ro alpine tail -f /logs/access.log",
        SIDECAR,
        "",
    ),
    // It never ends by itself.
    ("docker logs -f log-shipper", SIDECAR, "lines"),
    ("docker exec log-shipper rm /logs/access.log", SIDECAR, "exit"),
    ("docker rm -f app-server log-shipper", SIDECAR, "cleanup"),
    ("docker volume rm shared-logs", SIDECAR, "cleanup"),
    // It prints an ID, and its container dies: there is no password.
    ("docker run -d -v /var/lib/postgresql/data postgres:15", NAMED, "dies"),
    ("docker run -d -v postgres-prod:/var/lib/postgresql/data postgres:15", NAMED, "dies"),
    ("docker volume ls -f dangling=true", CLEANING, ""),
    // It asks first.
    ("docker volume prune", CLEANING, "stdin"),
    // It is refused as long as a dead container uses the volume.
    ("docker volume rm postgres-prod", CLEANING, "exit"),
];

/// A claim or a trap, its chapter, and texts that state or show it there. Blanks of all kinds are equal, and so are the ends of lines.
const STATEMENTS: [(&str, &str, &[&str]); 43] = [
    ("the lab’s name", SIDECAR, &["demo-docker-shared-volumes-lab"]),
    ("two containers communicate through a volume, decoupled", SIDECAR, &["**découplée**"]),
    ("neither knows the other", SIDECAR, &["aucun des deux ne connaît l’autre"]),
    ("a common use", SIDECAR, &["cas d’usage courant"]),
    ("architectures like that of Netflix", SIDECAR, &["Netflix"]),
    (
        "the application produces, the sidecar collects",
        SIDECAR,
        &["l’application produit et le sidecar collecte"],
    ),
    ("a producer", SIDECAR, &["| producteur | `app-server` |"]),
    ("a consumer", SIDECAR, &["| consommateur | `log-shipper` |"]),
    ("the volume is the bridge", SIDECAR, &["Le volume est le pont"]),
    (
        "it does not depend on the containers",
        SIDECAR,
        &["existe par lui-même, avant eux et après eux"],
    ),
    ("a line every two seconds", SIDECAR, &["toutes les deux secondes"]),
    ("`-d` detaches", SIDECAR, &["`-d`", "mode détaché", "en arrière-plan"]),
    ("`-v` mounts", SIDECAR, &["`-v shared-logs:/var/log/app` monte le volume"]),
    (
        "`:ro` is read-only, and crucial for security",
        SIDECAR,
        &["`:ro`", "lecture seule", "mesure de sécurité cruciale"],
    ),
    (
        "the consumer must not change the logs",
        SIDECAR,
        &["ne doit en aucun cas pouvoir modifier les journaux"],
    ),
    ("lines appear as they are written", SIDECAR, &["au fur et à mesure"]),
    (
        "the refusal, word for word",
        SIDECAR,
        &["rm: can't remove '/logs/access.log': Read-only file system"],
    ),
    ("cleaning up is crucial", SIDECAR, &["Cette étape est cruciale"]),
    (
        "`-f` stops the container first",
        SIDECAR,
        &["`-f` arrête un conteneur en marche avant de le supprimer"],
    ),
    ("volumes after their containers", SIDECAR, &["Plus aucun conteneur ne les retient"]),
    (
        "volumes are fundamental, and there are several ways",
        NAMED,
        &["aspect fondamental de Docker", "elles ne se valent pas"],
    ),
    ("without a name, a volume is anonymous", NAMED, &["volumes anonymes"]),
    (
        "its name is long and unreadable",
        NAMED,
        &["soixante-quatre chiffres hexadécimaux", "noms illisibles"],
    ),
    ("it is almost impossible to find for a backup", NAMED, &["quasiment impossible"]),
    ("`docker volume ls` lists it", NAMED, &["docker volume ls"]),
    (
        "the named volume is the good practice, in production too",
        NAMED,
        &["La bonne pratique : le volume nommé", "en production comme en développement"],
    ),
    (
        "easy to identify",
        NAMED,
        &["**Une identification facile.**", "quel volume appartient à quel service"],
    ),
    ("simple backups", NAMED, &["**Des sauvegardes simples.**"]),
    ("easy migration", NAMED, &["**Une migration aisée.**", "jeu d’enfant"]),
    ("an unused volume still occupies the disk", CLEANING, &["continue d’occuper le disque"]),
    (
        "the anecdote, labelled as one",
        CLEANING,
        &[
            "**Une anecdote, sans source.**",
            "Uber",
            "50 000 $ par mois",
            "milliers de volumes orphelins",
            "CI/CD",
        ],
    ),
    ("a good DevOps cleans up", CLEANING, &["Un bon DevOps", "nettoie derrière lui"]),
    ("orphans are attached to no container", CLEANING, &["attachés à aucun conteneur"]),
    (
        "prune is powerful and asks",
        CLEANING,
        &["en une seule fois", "prudence", "demande-t-elle confirmation"],
    ),
    (
        "one volume, named or anonymous",
        CLEANING,
        &["**3. Supprimer un volume précis**, nommé ou anonyme"],
    ),
    (
        "trap: the reader’s shell expands the date",
        SIDECAR,
        &["`$(date)` est remplacé par *votre* shell", "! docker inspect"],
    ),
    (
        "trap: the consumer can start too early",
        SIDECAR,
        &["**situation de compétition**", "trop tôt"],
    ),
    ("trap: following never ends", SIDECAR, &["<kbd>Ctrl</kbd>+<kbd>C</kbd>"]),
    (
        "trap: an ID is no sign of life",
        NAMED,
        &["un identifiant n’est pas un signe de vie", "docker wait"],
    ),
    (
        "trap: no orphan is listed while dead containers hold volumes",
        CLEANING,
        &["Les nôtres n’y sont pas"],
    ),
    (
        "trap: prune removes anonymous volumes only",
        CLEANING,
        &["Depuis Docker 23, les volumes nommés restent", "--all"],
    ),
    ("trap: the volume is in use by a dead container", CLEANING, &["volume is in use"]),
    ("trap: the anecdote is judged by arithmetic", CLEANING, &["## Combien cela coûte", "0,08"]),
];

/// The text with one blank for each run of blanks, no-break spaces, ends of lines and marks of quotes.
fn flat(text: &str) -> String {
    let blanks = Regex::new(r"(?:[ \t\u{a0}\u{202f}]|\r?\n(?:[ \t]*>)*)+").unwrap();
    blanks.replace_all(text, " ").into_owned()
}

#[test]
fn each_command_of_the_tutorial_runs_byte_for_byte() {
    let mut missing = Vec::new();
    for (command, name, attribute) in COMMANDS {
        let chapter = chapter(name);
        let runs = chapter.steps.iter().any(|step| {
            step.script.lines().any(|line| line == command)
                && (attribute.is_empty() || step.has(attribute))
        });
        if !runs {
            let how =
                if attribute.is_empty() { String::new() } else { format!(" with `{attribute}`") };
            missing.push(format!("book/src/{name}: no step{how} runs `{command}`"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn each_statement_of_the_tutorial_has_its_place() {
    let mut missing = Vec::new();
    for (what, name, evidence) in STATEMENTS {
        let text = fs::read_to_string(workspace().join("book/src").join(name)).unwrap();
        let text = flat(&text);
        for part in evidence.iter().filter(|part| !text.contains(&flat(part))) {
            missing.push(format!("book/src/{name}: {what}: `{part}` is not there"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn texts_are_found_across_lines_and_quotes() {
    let text = flat("> un cas\n> d’usage\u{a0}: 50\u{202f}000\u{a0}$\n");
    assert_eq!(text, "> un cas d’usage : 50 000 $ ");
    assert!(text.contains(&flat("cas d’usage\u{202f}: 50 000\u{a0}$")));
}
