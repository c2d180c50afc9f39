//! Every word that the tool itself puts into a page, in English, in French, or as the book has it.
//!
//! French typography: U+00A0 before a colon and between a number and its unit, U+202F before `;`, `!`
//! and `?` and between the thousands of a number.

use std::fmt::Display;

mod format;
mod language;
mod own;
mod template;

pub use language::Language;
use template::Template;

/// A label of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is called in `[preprocessor.docktest.labels]`, but for `_` in the place of `-`.
    name: &'static str,
    /// Where it is shown: a sentence without its full stop.
    pub about: &'static str,
    /// What it may have between braces.
    parameters: &'static [&'static str],
    /// In English.
    pub en: &'static str,
    /// In French.
    pub fr: &'static str,
}

impl Entry {
    /// What the label is called in `[preprocessor.docktest.labels]`.
    pub fn key(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// The words of a book's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    language: Language,
    /// What the book has instead of the entries of [`TABLE`], in their order.
    own: Option<Box<[Option<Template>]>>,
}

/// Declares [`TABLE`], and a method of [`Labels`] for each line of it: what it is about, its name
/// with its parameters, English, French. With parameters, the method returns a new string.
macro_rules! labels {
    ($(#[doc = $about:literal] $name:ident($($parameter:ident),*): $en:literal, $fr:literal;)*) => {
        /// All labels, in the order of the guide.
        pub const TABLE: &[Entry] = &[$(Entry {
            name: stringify!($name),
            about: $about.trim_ascii(),
            parameters: &[$(stringify!($parameter)),*],
            en: $en,
            fr: $fr,
        }),*];

        #[expect(non_camel_case_types, reason = "they are called as the methods are")]
        #[derive(Clone, Copy)]
        enum Place { $($name),* }

        impl Labels {
            $(labels! { @method $about, $name($($parameter),*) })*
        }
    };
    (@method $about:literal, $name:ident()) => {
        #[doc = $about]
        pub(crate) fn $name(&self) -> &str {
            self.text(Place::$name)
        }
    };
    (@method $about:literal, $name:ident($($parameter:ident),+)) => {
        #[doc = $about]
        pub(crate) fn $name(&self, $($parameter: impl Display),+) -> String {
            self.fill(Place::$name, &[$((stringify!($parameter), &$parameter)),+])
        }
    };
}

labels! {
    /// Above what a command printed
    output(): "Output", "Sortie";
    /// Above what a command printed on standard error
    error_output(): "Error output", "Sortie d’erreur";
    /// Above both, where they cannot be told apart
    mixed_output(): "Output and error output", "Sortie et sortie d’erreur";
    /// On what unfolds the rest of a long output
    more_lines(count): "{count} more lines", "{count} lignes de plus";
    /// Under a command that took a second or more
    took(duration): "took {duration}", "durée\u{a0}: {duration}";
    /// For screen readers, on the buttons that play a stream back
    playback(): "Play this output back", "Rejouer cette sortie";
    /// On a button: play a stream back at the speed at which it came
    play(): "Play back", "Rejouer";
    /// On the same button while it plays
    pause(): "Pause", "Pause";
    /// On a button: from the stream’s beginning
    restart(): "Restart", "Recommencer";
    /// Beside these buttons, if a silence is shortened
    silences_shortened(): "silences over 3 s are shortened", "silences de plus de 3\u{a0}s abrégés";
    /// Under a command that ended by itself
    exit_status(status): "exit status: {status}", "code de sortie\u{a0}: {status}";
    /// Under a stream that was followed
    stopped(): "interrupted by Ctrl-C", "interrompu par Ctrl-C";
    /// Under a command that took too long
    timed_out(limit): "timed out: stopped after {limit}", "délai dépassé\u{a0}: arrêté au bout de {limit}";
    /// Under a command during which the engine ended
    engine_lost(): "the Docker engine went away", "le moteur Docker a disparu";
    /// Where one byte of the output is left out
    omitted_byte(): "… 1 byte omitted from the middle …", "… 1 octet omis au milieu …";
    /// Where more of the output is left out
    omitted_bytes(count): "… {count} bytes omitted from the middle …", "… {count} octets omis au milieu …";
    /// Above what does not hold
    finding(): "This block does not hold", "Ce bloc n’est pas conforme";
    /// At the end of a chapter that holds
    verified(date): "Verified on {date}", "Vérifié le {date}";
    /// At the end of a chapter that does not hold
    ran(date): "Run on {date}, and does not hold", "Exécuté le {date}, non conforme";
    /// The engine
    engine_version(version): "Docker Engine {version}", "Docker Engine {version}";
    /// An image that a reader gets, too
    image_pulled(image): "{image}", "{image}";
    /// An image that was built from the book’s own recipe
    image_rebuilt(image): "{image} (rebuilt for this book)", "{image} (reconstruite pour ce livre)";
    /// Among the details of a run: whether it was one of this build
    source(): "Outputs", "Sorties";
    /// What was shown without being run again
    replayed(): "from a recording; nothing ran while this page was built",
        "tirées d’un enregistrement\u{202f}; rien n’a été exécuté à la construction de cette page";
    /// What `mdbook serve` has run before, and does not hold
    earlier_run(): "of an earlier run; the chapter has not been saved since",
        "d’une exécution précédente\u{202f}; le chapitre n’a pas été enregistré depuis";
    /// What was run while the page was built
    live(): "of a run while this page was built", "d’une exécution pendant la construction de cette page";
    /// Among the details of a run: the engine
    engine(): "Engine", "Moteur";
    /// Among the details of a run: the machine
    machine(): "Machine", "Machine";
    /// Among the details of a run: an image
    image(): "Image", "Image";
    /// The generated page that lists all chapters, and links to it
    verifications(): "Verifications", "Vérifications";
    /// The sentence at its top
    verifications_intro(): "What these chapters show was run by mdbook-docktest. Here is when, and on what.",
        "Ce que montrent ces chapitres a été exécuté par mdbook-docktest. Voici quand, et sur quoi.";
    /// There, above the chapters
    chapter(): "Chapter", "Chapitre";
    /// There, above how many steps a chapter has
    steps(): "Steps", "Étapes";
    /// There, above how many of them hold
    passed(): "Hold", "Conformes";
    /// There, above how many of them do not hold
    failed(): "Do not hold", "Non conformes";
    /// There, above how many were not reached
    skipped(): "Not reached", "Non atteintes";
    /// There, above how many are not meant to run
    ignored(): "Not run", "Non exécutées";
    /// There, above when a chapter ran
    last_run(): "Last run", "Dernière exécution";
    /// There, above the engines
    engines(): "Engines", "Moteurs";
    /// There, in the place of when a chapter ran that has never run
    never(): "never", "jamais";
    /// There, above the images
    images(): "Images", "Images";
    /// There, above what tells an image from all others
    digest(): "Digest", "Empreinte";
    /// Before a container’s name
    container(): "container", "conteneur";
    /// Before a volume’s name
    volume(): "volume", "volume";
    /// Before the digits of a volume that has no name
    anonymous_volume(): "anonymous volume", "volume anonyme";
    /// Before a network’s name
    network(): "network", "réseau";
    /// Before an image’s name
    image_name(): "image", "image";
    /// Before what tells an image that has lost a name: Docker does not say which
    lost_name(): "a name of the image", "un nom de l’image";
    /// Before a path of the machine that Docker runs on
    host_path(): "host path", "chemin de l’hôte";
    /// Before a port that is published
    port(): "port", "port";
    /// In the place of a host’s port that Docker chooses
    any_port(): "auto", "auto";
    /// What can only be read
    read_only(): "read-only", "lecture seule";
    /// Read aloud for the plus before what a step has made
    added(): "added:", "ajout\u{a0}:";
    /// Read aloud for the minus before what a step has removed
    removed(): "removed:", "retrait\u{a0}:";
    /// What a step has made and removed
    short_lived(kind): "short-lived {kind}", "{kind} éphémère";
    /// A container that a step has started
    started(): "started", "démarré";
    /// A container that a step has stopped and started
    restarted(): "restarted", "redémarré";
    /// A container that was paused before
    resumed(): "resumed", "repris";
    /// A container that a step has given another name, before its former one
    formerly(): "formerly", "auparavant";
    /// Before the network that a step has connected a container to
    connected(): "connected to", "relié à";
    /// Before the network that a step has disconnected a container from
    disconnected(): "disconnected from", "détaché de";
    /// A container that was not started yet
    not_started(): "not started", "non démarré";
    /// A container that runs
    running(): "running", "en marche";
    /// A container that is paused
    paused(): "paused", "en pause";
    /// A container that has ended
    exited(status): "exited ({status})", "arrêté (code {status})";
    /// Read aloud before the list of what a step has changed
    changes(): "What it changed", "Ce qui a changé";
    /// In the place of the end of a long such list
    more_changes(count): "{count} more changes", "{count} autres changements";
    /// Above a picture of what there is
    state(): "Containers, volumes and networks at this point",
        "Conteneurs, volumes et réseaux à ce stade";
    /// In its place, where there is nothing
    empty_state(): "No container, no volume, and none but Docker’s own networks.",
        "Aucun conteneur, aucun volume, et pas d’autres réseaux que ceux de Docker.";
    /// Below it, where it would show too much: how much is left out
    more_objects(count): "and {count} more", "et {count} autres";
    /// Read aloud for such a picture: what it is
    diagram(): "Diagram", "Schéma";
    /// There: what stands between the things that a container has
    and_then(): "; ", "\u{202f}; ";
    /// There: all that is to be said of a container
    described(object, description): "{object}: {description}", "{object}\u{a0}: {description}";
    /// There: something that a container has mounted
    mounted(source, destination): "{source} mounted at {destination}", "{source} monté sur {destination}";
    /// There: a port that a container publishes
    published(host, container): "port {host} of the host leads to its port {container}",
        "le port {host} de l’hôte mène à son port {container}";
    /// There: a volume that no container has mounted
    unused(): "not mounted", "monté nulle part";
    /// A day
    date(day, month, year): "{day} {month} {year}", "{day}\u{a0}{month} {year}";
    /// The first day of a month
    first_day(): "1", "1er";
    /// The months, with spaces between them
    months(): "January February March April May June July August September October November December",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre";
    /// A time of less than a minute
    seconds(seconds): "{seconds} s", "{seconds}\u{a0}s";
    /// A longer time
    minutes(minutes, seconds): "{minutes} min {seconds} s", "{minutes}\u{a0}min {seconds}\u{a0}s";
    /// What stands before a number’s decimals
    decimal_separator(): ".", ",";
    /// What stands between a number’s thousands
    thousands_separator(): ",", "\u{202f}";
}

#[cfg(test)]
mod tests;
