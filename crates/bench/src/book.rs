//! Books to measure with. They have any number of chapters, are the same in each run, and contain the
//! Markdown of a real course: prose with emphasis, code, links and accents, lists, tables, quotes, and
//! shell blocks.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use mdbook_driver::MDBook;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;

use crate::bench::Bench;

/// The number of chapters in a part of the course.
const PART: usize = 25;

/// The number of steps in a chapter.
pub(crate) const STEPS: usize = 5;

const SENTENCES: [&str; 16] = [
    "Un *volume* vit plus longtemps que le conteneur qui l’a monté, et c’est bien pour cela qu’on s’en sert.",
    "La commande `docker volume inspect` dit où il se trouve, mais personne ne devrait y écrire à la main.",
    "Rien de ce qui est écrit dans la **couche du conteneur** ne survit à `docker rm`.",
    "On le voit mieux sur un exemple que dans la [documentation](https://docs.docker.com/storage/volumes/).",
    "Deux conteneurs peuvent monter le même volume ; l’un écrit, l’autre lit, et aucun des deux ne connaît l’autre.",
    "Ce qui était dans l’image à cet endroit est copié dans le volume, *s’il est vide*, au premier montage.",
    "Avec `:ro`, toute écriture échoue, et le programme reçoit l’erreur « Read-only file system ».",
    "Les noms se choisissent : sans nom, Docker en tire un au sort, long de 64 chiffres hexadécimaux.",
    "Il faut donc distinguer trois choses : le volume, le point de montage et le répertoire sur l’hôte.",
    "Sur une machine partagée, les identifiants d’utilisateur (`uid`) comptent autant que les droits.",
    "Personne n’efface un volume par accident, sauf avec `docker volume prune --all`, qui ne demande qu’une fois.",
    "L’ordre des options n’a pas d’importance, mais tout ce qui suit le nom de l’image est pour le programme.",
    "Une base de données arrêtée brutalement retrouve ses données, à condition que le volume soit resté.",
    "Le pilote `local` suffit presque toujours ; les autres sont une affaire de réseau & de stockage.",
    "Essayez avant de continuer : la suite suppose que vous avez vu la même chose que nous.",
    "Voir aussi le chapitre précédent, où le même problème se pose pour les *bind mounts* (`-v /chemin:/chemin`).",
];

const SCRIPTS: [&str; 8] = [
    "docker volume create donnees-N",
    "docker run --rm -v donnees-N:/data alpine sh -c 'echo bonjour > /data/fichier && ls -l /data'",
    "docker volume ls --filter name=donnees-N\ndocker volume inspect donnees-N",
    "docker run -d --name serveur-N \\\n  -v donnees-N:/srv:ro \\\n  -p 8080:80 \\\n  nginx:1.27",
    "for i in 1 2 3; do\n  docker exec serveur-N cat /srv/fichier # encore\ndone",
    "docker logs --tail 10 serveur-N | grep -v '^$'",
    "cat > compose.yaml <<FIN\nservices:\n  web:\n    image: nginx:1.27\nFIN\ndocker compose config",
    "docker rm -f serveur-N\ndocker volume rm donnees-N",
];

/// Pseudo-random numbers that are the same in each run (Knuth's MMIX generator).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The upper bits are more random than the lower ones.
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A chapter of about 6 kB with [`STEPS`] shell blocks that are marked `ignore`, for books whose steps
/// are not run.
pub(crate) fn chapter(number: usize) -> String {
    chapter_with_steps(number, " ignore")
}

/// As [`chapter`], with this text after `bash`.
pub(crate) fn chapter_with_steps(number: usize, mark: &str) -> String {
    let mut random = Random::new(number as u64);
    let mut text = format!("# Chapitre {number} : les volumes, suite\n\n");
    for step in 0..STEPS {
        let kind = ["Créer", "Monter", "Partager", "Observer", "Ranger"][step % 5];
        push(&mut text, format_args!("## {kind} ({number}.{})\n\n", step + 1));
        paragraph(&mut text, &mut random);
        match random.below(4) {
            0 => {
                for _ in 0..3 {
                    push(&mut text, format_args!("- {}\n", random.pick(&SENTENCES)));
                }
                text.push('\n');
            }
            1 => push(&mut text, format_args!("> **Note.** {}\n\n", random.pick(&SENTENCES))),
            2 => {
                text.push_str("| option | effet |\n|---|---|\n");
                for option in ["`-v`", "`--mount`", "`--tmpfs`"] {
                    push(&mut text, format_args!("| {option} | {} |\n", random.pick(&SENTENCES)));
                }
                text.push('\n');
            }
            _ => paragraph(&mut text, &mut random),
        }
        let script = random.pick(&SCRIPTS).replace('N', &number.to_string());
        push(&mut text, format_args!("```bash{mark}\n{script}\n```\n\n"));
        paragraph(&mut text, &mut random);
    }
    text
}

fn paragraph(text: &mut String, random: &mut Random) {
    for index in 0..3 {
        text.push_str(if index == 0 { "" } else { " " });
        text.push_str(random.pick(&SENTENCES));
    }
    text.push_str("\n\n");
}

/// The text of all chapters, one after another.
pub(crate) fn text(chapters: usize) -> String {
    (1..=chapters).map(chapter).collect()
}

/// Writes a book to a new directory, with `settings` at the end of its book.toml.
pub(crate) fn write(directory: &Path, chapters: usize, settings: &str) -> Result<()> {
    write_with(directory, chapters, settings, chapter)
}

/// As [`write()`], with these chapters.
pub(crate) fn write_with(
    directory: &Path,
    chapters: usize,
    settings: &str,
    chapter: impl Fn(usize) -> String,
) -> Result<()> {
    let write = || {
        if directory.exists() {
            fs::remove_dir_all(directory)?;
        }
        let sources = directory.join("src");
        fs::create_dir_all(&sources)?;
        let book =
            "[book]\ntitle = \"Les volumes\"\nlanguage = \"fr\"\n\n[build]\nbuild-dir = \"out\"\n";
        fs::write(directory.join("book.toml"), format!("{book}\n{settings}"))?;
        let mut summary = "# Sommaire\n".to_owned();
        for number in 1..=chapters {
            if number % PART == 1 {
                push(&mut summary, format_args!("\n# Partie {}\n\n", number / PART + 1));
            }
            push(&mut summary, format_args!("- [Chapitre {number}](chapitre-{number}.md)\n"));
            fs::write(sources.join(format!("chapitre-{number}.md")), chapter(number))?;
        }
        fs::write(sources.join("SUMMARY.md"), summary)
    };
    write().with_context(|| format!("cannot write a book to {}", directory.display()))
}

/// As [`write()`], with the chapters that a preprocessor has returned, including those that it has
/// added.
pub(crate) fn write_preprocessed(directory: &Path, chapters: usize, book: &Book) -> Result<()> {
    write(directory, chapters, "")?;
    let sources = directory.join("src");
    let mut summary =
        fs::read_to_string(sources.join("SUMMARY.md")).context("cannot read a summary")?;
    for chapter in book.chapters() {
        let path = chapter.path.as_ref().context("a chapter has no path")?;
        fs::write(sources.join(path), &chapter.content)
            .with_context(|| format!("cannot write {}", path.display()))?;
        if chapter.source_path.is_none() {
            push(&mut summary, format_args!("- [{}]({})\n", chapter.name, path.display()));
        }
    }
    fs::write(sources.join("SUMMARY.md"), summary).context("cannot write a summary")
}

/// Writes the input that mdBook gives to a preprocessor for the book in this directory.
pub(crate) fn write_input(directory: &Path, file: &Path) -> Result<()> {
    let book = MDBook::load(directory).map_err(|error| anyhow!(error))?;
    let context = PreprocessorContext::new(book.root, book.config, "html".to_owned());
    let json = serde_json::to_vec(&(context, book.book)).context("cannot write a book as JSON")?;
    fs::write(file, json).with_context(|| format!("cannot write {}", file.display()))
}

/// Builds a book, as `mdbook build` does.
pub(crate) fn build(directory: &Path) -> Result<()> {
    let book = MDBook::load(directory).map_err(|error| anyhow!(error))?;
    book.build().map_err(|error| anyhow!(error))
}

/// A command that builds a book in a process of its own.
pub(crate) fn build_command(directory: &Path) -> Result<std::process::Command> {
    let mut command = std::process::Command::new(Bench::current_exe()?);
    command.arg("build").arg(directory);
    Ok(command)
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use mdbook_docktest::internal::{Extensions, extract};

    use super::*;

    #[test]
    fn chapters_are_the_same_in_each_run_and_differ_from_each_other() {
        assert_eq!(chapter(7), chapter(7));
        assert_ne!(chapter(7), chapter(8));
        assert_eq!(text(2), chapter(1) + &chapter(2));
    }

    #[test]
    fn chapters_have_steps_and_no_findings() {
        for number in 1..=50 {
            let text = chapter(number);
            let scenario = extract(Path::new("a.md"), &text, Extensions::default());
            assert_eq!(scenario.steps.len(), STEPS);
            assert!(scenario.steps.iter().all(|step| step.attributes.ignore));
            assert_eq!(scenario.findings, []);
            assert!((4_000..9_000).contains(&text.len()), "{}", text.len());
        }
    }
}
