//! All text that the program itself adds to a page, in English, in French, or as set by the book.
//!
//! French typography: U+00A0 before a colon and between a number and its unit, U+202F before `;`, `!`
//! and `?` and between groups of thousands.

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
    /// The key in `[preprocessor.docktest.labels]`, with `_` instead of `-`.
    name: &'static str,
    /// Where it is shown, without a full stop.
    pub about: &'static str,
    /// The names allowed between braces.
    parameters: &'static [&'static str],
    /// The English text.
    pub en: &'static str,
    /// The French text.
    pub fr: &'static str,
}

impl Entry {
    /// The key of the label in `[preprocessor.docktest.labels]`.
    pub fn key(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// The labels of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    language: Language,
    /// The book's own texts for the entries of [`TABLE`], in the same order.
    own: Option<Box<[Option<Template>]>>,
}

/// Declares [`TABLE`] and a method of [`Labels`] for each entry: where it is shown, its name and
/// parameters, the English and the French text. A method with parameters returns a new string.
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

        #[expect(non_camel_case_types, reason = "the variants have the names of the methods")]
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
    /// Above the output of a command
    output(): "Output", "Sortie";
    /// Above what a command printed to standard error
    error_output(): "Error output", "Sortie d’erreur";
    /// Above both, if they cannot be separated
    mixed_output(): "Output and error output", "Sortie et sortie d’erreur";
    /// Under a command that printed nothing
    no_output(): "no output", "aucune sortie";
    /// On the control that unfolds the rest of a long output
    more_lines(count): "{count} more lines", "{count} lignes de plus";
    /// Above a block that is written to a file: before the file’s name
    file(): "File", "Fichier";
    /// There, if the block is added to the end of the file
    added_to_file(): "Added to file", "Ajouté au fichier";
    /// There: the permissions that the file gets
    mode(mode): "mode {mode}", "permissions {mode}";
    /// Under a step with placeholders: before the values that took their place
    run_with(): "Run with", "Exécuté avec";
    /// Under a file with placeholders: before the values that took their place
    written_with(): "Written with", "Écrit avec";
    /// Under a command that took a second or more
    took(duration): "took {duration}", "durée\u{a0}: {duration}";
    /// Above what was typed into a program, and what that printed
    session(): "Session", "Session";
    /// For screen readers, on the buttons that play a stream back
    playback(): "Play back this output", "Rejouer cette sortie";
    /// On a button: play a stream back at its original speed, or a session
    play(): "Play back", "Rejouer";
    /// On the same button during playback
    pause(): "Pause", "Pause";
    /// On a button: restart the stream from the beginning
    restart(): "Restart", "Recommencer";
    /// Next to these buttons, if a silence is shortened
    silences_shortened(): "pauses longer than 3 s are shortened", "silences de plus de 3\u{a0}s abrégés";
    /// Next to these buttons, if there are pauses before what was typed
    pauses_added(): "pauses added before what was typed", "pauses ajoutées avant ce qui est tapé";
    /// Under a command that ended by itself
    exit_status(status): "exit status: {status}", "code de sortie\u{a0}: {status}";
    /// Under a stream that was stopped
    stopped(): "interrupted by Ctrl-C", "interrompu par Ctrl-C";
    /// Under a command that exceeded its timeout
    timed_out(limit): "timed out: stopped after {limit}", "délai dépassé\u{a0}: arrêté au bout de {limit}";
    /// Under a command that asked a question without an answer
    unanswered(): "stopped: it waited for an answer", "arrêté\u{a0}: il attendait une réponse";
    /// Under a command during which the engine ended
    engine_lost(): "the Docker engine stopped unexpectedly", "le moteur Docker s’est arrêté de façon inattendue";
    /// In the output, if one byte is left out
    omitted_byte(): "… 1 byte omitted from the middle …", "… 1 octet omis au milieu …";
    /// In the output, if more than one byte is left out
    omitted_bytes(count): "… {count} bytes omitted from the middle …", "… {count} octets omis au milieu …";
    /// Title of a box `[!NOTE]`
    box_note(): "Note", "Remarque";
    /// Title of a box `[!TIP]`
    box_tip(): "Tip", "Bonne pratique";
    /// Title of a box `[!IMPORTANT]`
    box_important(): "Important", "Important";
    /// Title of a box `[!WARNING]`
    box_warning(): "Warning", "Piège";
    /// Title of a box `[!CAUTION]`
    box_caution(): "Caution", "Attention";
    /// How long a reader needs, if less than an hour
    about_minutes(minutes): "About {minutes} minutes", "Environ {minutes}\u{a0}minutes";
    /// The same, from an hour on
    about_hours(hours, minutes): "About {hours} h {minutes} min", "Environ {hours}\u{a0}h\u{a0}{minutes}";
    /// The same, and what the time consists of
    needed_time(time, details): "{time}: {details}", "{time}\u{a0}: {details}";
    /// There: the number of words to read
    word_count(count): "{count} words", "{count}\u{a0}mots";
    /// There: if there is one command to run
    one_command(): "1 command", "1\u{a0}commande";
    /// There: the number of commands to run, if there are more
    command_count(count): "{count} commands", "{count}\u{a0}commandes";
    /// There: how long the commands took when they were recorded
    run_time(duration): "{duration} to run them", "{duration} d’exécution";
    /// Read aloud for the table of a book’s commands
    commands(): "Commands in this book", "Commandes de ce livre";
    /// There: the column of commands
    command(): "Command", "Commande";
    /// There: the column of options
    options(): "Options", "Options";
    /// Above a block with findings
    finding(): "This block failed", "Ce bloc n’est pas conforme";
    /// Above a chapter that has changed and could not run, as no engine was available
    out_of_date(date): "This page is out of date: its commands or their settings have changed since they ran on {date}, and no Docker engine was available to run them again.",
        "Cette page n’est plus à jour\u{a0}: ses commandes ou leurs réglages ont changé depuis leur exécution du {date}, et aucun moteur Docker n’était disponible pour les exécuter de nouveau.";
    /// Above a chapter that has never run
    never_ran(): "The commands on this page have not been run, and their outputs are missing: no Docker engine was available.",
        "Les commandes de cette page n’ont pas été exécutées, et leurs sorties manquent\u{a0}: aucun moteur Docker n’était disponible.";
    /// In both: before the command that runs the chapter
    to_run(): "To run them:", "Pour les exécuter\u{a0}:";
    /// Under a step that has changed in a chapter that could not run
    changed_since(): "not run since it was changed", "pas encore exécuté depuis sa modification";
    /// Under a step that is for some versions of the engine only, and has run
    for_engine(versions): "for {versions}", "pour {versions}";
    /// The same, if the page was made with another version
    not_for_engine(versions): "for {versions}: not run for this page", "pour {versions}\u{a0}: non exécuté pour cette page";
    /// Under an output that only some versions of the engine print
    output_of_engine(versions): "output of {versions}", "sortie de {versions}";
    /// In these three: versions without an end
    engine_from(from): "Docker Engine {from} and later", "Docker Engine {from} et versions suivantes";
    /// In these three: versions without a beginning
    engine_before(before): "Docker Engine before {before}", "Docker Engine avant la version {before}";
    /// In these three: versions with both
    engine_between(from, before): "Docker Engine {from} and later, before {before}", "Docker Engine {from} et versions suivantes, avant la version {before}";
    /// At the end of a chapter that passed
    verified(date): "Verified on {date}", "Vérifié le {date}";
    /// At the end of a chapter that failed
    ran(date): "Failed on {date}", "Exécuté le {date}, non conforme";
    /// At the end of a chapter that has changed and could not run
    ran_before(date): "Run on {date}, before it was changed", "Exécuté le {date}, avant modification";
    /// The engine
    engine_version(version): "Docker Engine {version}", "Docker Engine {version}";
    /// An image from a registry
    image_pulled(image): "{image}", "{image}";
    /// An image that was built from the book’s own recipe
    image_rebuilt(image): "{image} (rebuilt for this book)", "{image} (reconstruite pour ce livre)";
    /// An image that was built on the author’s own Docker
    image_copied(image): "{image} (built by the author)", "{image} (construite par l’auteur)";
    /// One of these, if a step has pulled it
    pulled_by_step(image): "{image}, pulled by a step", "{image}, téléchargée par une étape";
    /// In the details of a run: where the outputs come from
    source(): "Output", "Sorties";
    /// There, if they come from a recording
    replayed(): "from a recording; nothing was run to build this page",
        "tirées d’un enregistrement\u{202f}; rien n’a été exécuté à la construction de cette page";
    /// There, under `mdbook serve`, if they come from an earlier failed run
    earlier_run(): "from an earlier run; the chapter has not been saved since",
        "d’une exécution précédente\u{202f}; le chapitre n’a pas été enregistré depuis";
    /// There, if they come from a recording that is out of date
    outdated(): "from a recording that is out of date; no engine was available to renew it",
        "tirées d’un enregistrement qui n’est plus à jour\u{202f}; aucun moteur n’était disponible pour le renouveler";
    /// There, if they come from a run during this build
    live(): "from a run while this page was built", "d’une exécution pendant la construction de cette page";
    /// In the details of a run: the engine
    engine(): "Engine", "Moteur";
    /// In the details of a run: the machine
    machine(): "Machine", "Machine";
    /// In the details of a run: an image
    image(): "Image", "Image";
    /// Title of the generated page that lists all chapters, and of links to it
    verifications(): "Verification", "Vérifications";
    /// On that page: the first sentence
    verifications_intro(): "mdbook-docktest ran the commands in these chapters. This page shows when, and on which engines and images.",
        "Ce que montrent ces chapitres a été exécuté par mdbook-docktest. Voici quand, et sur quoi.";
    /// There: the column of chapters
    chapter(): "Chapter", "Chapitre";
    /// There: the column of numbers of steps
    steps(): "Steps", "Étapes";
    /// There: the column of numbers of passed steps
    passed(): "Passed", "Conformes";
    /// There: the column of numbers of failed steps
    failed(): "Failed", "Non conformes";
    /// There: the column of numbers of steps that were not reached
    skipped(): "Not reached", "Non atteintes";
    /// There: the column of numbers of steps for other versions of the engine
    other_engine(): "Other engine", "Autre moteur";
    /// There: the column of numbers of steps marked `ignore`
    ignored(): "Not run", "Non exécutées";
    /// There: the column of dates
    last_run(): "Last run", "Dernière exécution";
    /// There: the column of engines
    engines(): "Engines", "Moteurs";
    /// There: instead of the date of a chapter that has never run
    never(): "never", "jamais";
    /// There: title of the table of chapters and versions of the engine
    versions_title(): "Versions of Docker Engine", "Versions de Docker Engine";
    /// There: the sentence below that
    versions_intro(): "For each version, how many of the steps for it passed.",
        "Pour chaque version, combien d’étapes sont conformes, parmi celles qui la concernent.";
    /// There: how many steps passed, of how many
    steps_of(passed, steps): "{passed} of {steps}", "{passed} sur {steps}";
    /// There: instead of them, if the chapter has changed since
    outdated_result(): "out of date", "n’est plus à jour";
    /// There: the column of images
    images(): "Images", "Images";
    /// There: the column of image digests
    digest(): "Digest", "Empreinte";
    /// Before a container’s name
    container(): "container", "conteneur";
    /// Before a volume’s name
    volume(): "volume", "volume";
    /// Before the digits of an anonymous volume
    anonymous_volume(): "anonymous volume", "volume anonyme";
    /// Before a network’s name
    network(): "network", "réseau";
    /// Before an image’s name
    image_name(): "image", "image";
    /// Before the ID of an image that has lost a name, as Docker does not say which
    lost_name(): "a name of image", "un nom de l’image";
    /// Before a path on the host
    host_path(): "host path", "chemin de l’hôte";
    /// Before a published port
    port(): "port", "port";
    /// Instead of a host port that Docker chooses
    any_port(): "auto", "auto";
    /// After a read-only mount
    read_only(): "read-only", "lecture seule";
    /// Read aloud for the plus before what a step has created
    added(): "added:", "ajout\u{a0}:";
    /// Read aloud for the minus before what a step has removed
    removed(): "removed:", "retrait\u{a0}:";
    /// Something that a step has created and removed
    short_lived(kind): "short-lived {kind}", "{kind} éphémère";
    /// A container that a step has started
    started(): "started", "démarré";
    /// A container that a step has stopped and started
    restarted(): "restarted", "redémarré";
    /// A paused container that a step has resumed
    resumed(): "resumed", "repris";
    /// Before the former name of a container that a step has renamed
    formerly(): "formerly", "auparavant";
    /// Before a network that a step has connected a container to
    connected(): "connected to", "relié à";
    /// Before a network that a step has disconnected a container from
    disconnected(): "disconnected from", "détaché de";
    /// A container that has not been started
    not_started(): "not started", "non démarré";
    /// A container that is running
    running(): "running", "en marche";
    /// A container that is paused
    paused(): "paused", "en pause";
    /// A container that has exited
    exited(status): "exited ({status})", "arrêté (code {status})";
    /// Above the list of what a step has changed
    changes(): "What changed", "Ce qui a changé";
    /// Next to that, the first time on a page: what the plus means
    sign_added(): "created", "créé";
    /// There: what the minus means
    sign_removed(): "removed", "supprimé";
    /// There: what plus and minus mean together
    sign_short_lived(): "created and removed", "créé puis supprimé";
    /// There: what the square means
    sign_ended(): "stopped", "arrêté";
    /// There: what the wave means
    sign_changed(): "changed", "modifié";
    /// Instead of the end of a long list of changes
    more_changes(count): "{count} more changes", "{count} autres changements";
    /// Above a diagram
    state(): "Containers, volumes and networks at this point",
        "Conteneurs, volumes et réseaux à ce stade";
    /// Instead of a diagram, if there is nothing to draw
    empty_state(): "No containers, no volumes, and no networks other than Docker’s own.",
        "Aucun conteneur, aucun volume, et pas d’autres réseaux que ceux de Docker.";
    /// Below a diagram that would be too large: how many objects are left out
    more_objects(count): "and {count} more", "et {count} autres";
    /// Read aloud for a diagram
    diagram(): "Diagram", "Schéma";
    /// In the description of a diagram: between the properties of a container
    and_then(): "; ", "\u{202f}; ";
    /// There: a container and its properties
    described(object, description): "{object}: {description}", "{object}\u{a0}: {description}";
    /// There: a mount of a container
    mounted(source, destination): "{source} mounted at {destination}", "{source} monté sur {destination}";
    /// There: a published port of a container
    published(host, container): "host port {host} mapped to its port {container}",
        "le port {host} de l’hôte mène à son port {container}";
    /// There: a volume that no container mounts
    unused(): "not mounted", "monté nulle part";
    /// A day
    date(day, month, year): "{day} {month} {year}", "{day}\u{a0}{month} {year}";
    /// The first day of a month
    first_day(): "1", "1er";
    /// The months, separated by spaces
    months(): "January February March April May June July August September October November December",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre";
    /// A duration of less than a minute
    seconds(seconds): "{seconds} s", "{seconds}\u{a0}s";
    /// A longer duration
    minutes(minutes, seconds): "{minutes} min {seconds} s", "{minutes}\u{a0}min {seconds}\u{a0}s";
    /// Between a number and its decimals
    decimal_separator(): ".", ",";
    /// Between the thousands of a number
    thousands_separator(): ",", "\u{202f}";
}

#[cfg(test)]
mod tests;
