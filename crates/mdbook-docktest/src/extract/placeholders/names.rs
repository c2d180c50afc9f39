//! Placeholders that are words: `YOUR_USERNAME`, `CONTAINER_ID`, `your-docker-id/web`, `[container-id]`,
//! `xxx.xxx.xxx.xxx`, `...`.
//!
//! Words in capitals are often something else: variables, signals, capabilities, HTTP methods, SQL. So
//! only whole arguments and parts of paths count that say what they stand for, and only where neither
//! the name of a variable nor any text can stand.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::simple_commands::{SimpleCommand, simple_commands};

macro_rules! regex {
    ($($part:expr),+ $(,)?) => {
        LazyLock::new(|| Regex::new(&[$($part),+].concat()).expect("the regex is valid"))
    };
}

/// What has a name or an ID.
const OBJECTS: &str = "CONTAINER|IMAGE|VOLUME|NETWORK|SERVICE|NODE|STACK|TASK|PLUGIN|SECRET|CONFIG|CONTEXT|POD|\
    DEPLOYMENT|NAMESPACE|CLUSTER|REPOSITORY|REPO|REGISTRY|PROJECT|USER|ACCOUNT|ORG|ORGANIZATION|TEAM|HOST|SERVER|\
    MACHINE|MANAGER|WORKER|DOMAIN|DOCKER|DOCKERHUB|DOCKER_HUB|HUB|APP|APPLICATION|BRANCH|REMOTE|TAG|DATABASE|DB|\
    GIT|GITHUB|GITLAB|BUCKET|REGION|INSTANCE|PUBLIC|PRIVATE|LOCAL|SOURCE|SRC|TARGET|DEST|DESTINATION|NEW|OLD|IP|DIRECTORY|DIR|FILE";

/// What an object has.
const PROPERTIES: &str =
    "ID|NAME|IP|IP_ADDRESS|ADDRESS|USERNAME|USER|PASSWORD|TOKEN|PORT|PATH|TAG|URL|HASH|DIGEST";

/// `CONTAINER_ID`, `IMAGE_NAME_2`, `CONTAINERID`, `DOCKER_HUB_USERNAME`.
static COMPOUND: LazyLock<Regex> = regex!(
    r"^(?:(?:",
    OBJECTS,
    r")S?_?)+(?:",
    PROPERTIES,
    r")S?_?\d*$|^(?:THE_|SOME_)(?:",
    OBJECTS,
    r")$",
);

/// `DROPLET_IP`, `FIRST_ID`.
static PROPERTY: LazyLock<Regex> = regex!(r"^(?:[A-Z0-9]+_)+(?:ID|NAME|IP|USERNAME|ADDRESS)$");

/// `YOUR_NAME`, `YOURUSERNAME`, `API_KEY_HERE`.
static YOURS: LazyLock<Regex> =
    regex!(r"^YOUR_[A-Z0-9_]+$|^YOUR(?:", OBJECTS, "|", PROPERTIES, r")+$|^[A-Z0-9_]+_HERE$",);

/// `MY_IMAGE`.
static MINE: LazyLock<Regex> = regex!(r"^MY_?(?:(?:", OBJECTS, "|", PROPERTIES, r")_?)+$");

/// Objects of Docker's own commands, alone.
static OBJECT: LazyLock<Regex> = regex!(
    r"^(?:CONTAINER|IMAGE|VOLUME|NETWORK|SERVICE|NODE|STACK|TASK|PLUGIN|SECRET|CONTEXT|POD|DEPLOYMENT|REPOSITORY|",
    r"REGISTRY|COMMAND|USERNAME|PASSWORD|TOKEN|NAME|ID|TAG|SRC_PATH|DEST_PATH|HOSTNAME)S?_?\d*$",
);

/// `your-docker-id`, `my_username`, `yourname`: what only the reader can know.
static IDENTITY: LazyLock<Regex> = regex!(
    r"(?i)^(?:",
    r"your[-_]?(?:own[-_]?)?(?:[a-z]+[-_])*(?:id|name|username|user|account|login|password|token|ip|address|host|hostname|",
    r"domain|namespace|org|organization|email|key|handle|url)",
    r"|your(?:docker|dockerhub|hub|github|user|container|image)+(?:id|name|account|user)",
    r"|my[-_]?(?:docker[-_]?(?:hub)?[-_]?)(?:id|user|username|user[-_]name|name|account)",
    r"|my[-_]?(?:username|user[-_]name)",
    r"|<?(?:docker|dockerhub|hub)[-_](?:id|username|user[-_]name)",
    r")$",
);

/// `your-image`: the reader may also take it as it is.
static YOUR_THING: LazyLock<Regex> = regex!(r"(?i)^your[-_][a-z][a-z0-9_-]*$");

/// In brackets or braces: `[container-id]`, `{image name}`.
static BRACKETED: LazyLock<Regex> = regex!(
    r"^(?:\[([A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+){0,3})\]|\{([A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+){0,3})\})",
);

/// The last word of what is in brackets, or the first is `your`.
static TELLING: LazyLock<Regex> = regex!(
    r"(?i)^(?:your|my|the|some)[ _-]|(?:^|[ _/-])(?:id|ids|name|names|ip|address|username|user|password|token|tag|port|path|",
    r"number|hash|digest|url|hostname|host|image|container|volume|network|service|node|repo|repository|registry|",
    r"directory|folder|dir|command)s?\d*$|^(?:container|image|volume|network|user|docker|host|file)[ _-]?(?:id|name)",
);

/// An address with digits to fill in: `xxx.xxx.xxx.xxx`, `192.168.99.xxx`.
static ADDRESS: LazyLock<Regex> =
    regex!(r"(?:[0-9]{1,3}|[xX]{1,3})(?:\.(?:[0-9]{1,3}|[xX]{1,3})){3}");

/// A value with its middle or end left out: `SWMTKN-1-49nj1…`, `0fdb12...ff37`.
static SHORTENED: LazyLock<Regex> =
    regex!(r"^[A-Za-z0-9_-]*[a-z0-9][A-Za-z0-9_-]{3,}(?:\.\.\.|…)[A-Za-z0-9_.-]*$");

/// `xxxxx`.
static CROSSES: LazyLock<Regex> = regex!(r"^(?:x{4,}|X{4,})$");

/// Programs that manage the objects of [`OBJECT`].
const TOOLS: [&str; 7] =
    ["docker", "docker-compose", "docker-machine", "podman", "nerdctl", "kubectl", "buildah"];

/// Words in a command whose arguments are names of variables, or any text.
const TAKE_NAMES_OR_TEXT: [&str; 36] = [
    "export",
    "unset",
    "declare",
    "typeset",
    "local",
    "readonly",
    "printenv",
    "read",
    "getopts",
    "mapfile",
    "readarray",
    "test",
    "[",
    "let",
    "echo",
    "printf",
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "ag",
    "sed",
    "awk",
    "tr",
    "jq",
    "expr",
    "trap",
    "kill",
    "cowsay",
    "figlet",
    "logger",
    "psql",
    "mysql",
    "sqlite3",
    "redis-cli",
    "mongo",
];

/// Options whose value is the name of a variable, or an assignment.
const TAKE_VARIABLES: [&str; 8] =
    ["-e", "--env", "--build-arg", "--label", "-l", "--env-add", "--env-rm", "--label-add"];

/// Programs to which `...` is an argument.
const TAKE_DOTS: [&str; 6] = ["go", "bazel", "gofmt", "golint", "staticcheck", "gotestsum"];

/// Whether a program's arguments are names of variables or any text.
pub(super) fn takes_text(program: &str) -> bool {
    TAKE_NAMES_OR_TEXT.contains(&program)
}

/// Whether words such as `volume name` say what they stand for.
pub(super) fn is_telling(text: &str) -> bool {
    TELLING.is_match(text)
}

/// Whether a text begins with a placeholder in brackets or braces.
pub(in crate::extract) fn is_in_brackets(text: &str) -> bool {
    bracketed(text).is_some()
}

/// Returns the length of a placeholder in brackets or braces, which must be in lower case: in capitals it
/// is an argument that may be left out.
fn bracketed(text: &str) -> Option<usize> {
    const OPTIONAL: [&str; 6] = ["dir", "directory", "folder", "path", "command", "url"];
    let captures = BRACKETED.captures(text)?;
    let inner = captures.get(1).or(captures.get(2))?.as_str();
    let is_list = text.starts_with('[');
    let is_known = is_telling(inner) && !(is_list && OPTIONAL.contains(&inner));
    let is_compound =
        inner.contains(['-', '_', ' ']) || inner.ends_with("id") || inner.ends_with("name");
    let is_lower = !inner.contains(|c: char| c.is_ascii_uppercase());
    let end = captures.get(0)?.end();
    let ends_word =
        text[end..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '*' && c != '?');
    let fits = if is_list { is_lower && is_compound } else { true };
    (is_known && fits && ends_word).then_some(end)
}

/// Returns the places of placeholders in a script's words.
pub(super) fn in_words(script: &str, is_set: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if !may_have_placeholders(script) {
        return found;
    }
    for command in simple_commands(script) {
        let reading = Reading::new(script, &command, is_set);
        for index in 0..command.words.len() {
            for place in reading.in_word(index) {
                if found.iter().all(|other| other.end <= place.start || place.end <= other.start) {
                    found.push(place);
                }
            }
        }
    }
    found
}

/// A quick test that most scripts fail.
fn may_have_placeholders(script: &str) -> bool {
    let mut capitals = 0;
    script.contains(['[', '{', '…'])
        || script.contains("...")
        || script.contains("xx")
        || script.contains(".x")
        || script.contains(".X")
        || script.contains("your")
        || script.contains("Your")
        || script.contains("my")
        || script.contains("docker-id")
        || script.bytes().any(|byte| {
            capitals = if byte.is_ascii_uppercase() { capitals + 1 } else { 0 };
            capitals == 2
        })
}

/// A simple command, and what its words can be.
struct Reading<'a> {
    script: &'a str,
    command: &'a SimpleCommand,
    texts: Vec<&'a str>,
    is_tool: bool,
    takes_dots: bool,
    is_set: &'a dyn Fn(&str) -> bool,
}

impl<'a> Reading<'a> {
    fn new(script: &'a str, command: &'a SimpleCommand, is_set: &'a dyn Fn(&str) -> bool) -> Self {
        let program = command.program(script);
        Self {
            script,
            command,
            texts: command.texts(script),
            is_tool: program.is_some_and(|program| TOOLS.contains(&program)),
            takes_dots: program.is_some_and(|program| TAKE_DOTS.contains(&program)),
            is_set,
        }
    }

    /// Whether a word before this one takes names of variables or any text.
    fn is_after_taker(&self, index: usize) -> bool {
        self.texts[..index].iter().any(|text| takes_text(text))
    }

    fn in_word(&self, index: usize) -> Vec<Range<usize>> {
        let Some(word) = self.command.words.get(index).cloned() else { return Vec::new() };
        let text = &self.script[word.clone()];
        if matches!(text, "..." | "…" | "[...]" | "[…]") {
            let is_text = self.takes_dots || self.is_after_taker(index);
            return if is_text { Vec::new() } else { vec![word] };
        }
        if let Some(inner) = quoted(text) {
            let is_placeholder = YOURS.is_match(&inner.replace('-', "_"));
            let place = word.start + 1..word.end - 1;
            return if is_placeholder && !(self.is_set)(inner) { vec![place] } else { Vec::new() };
        }
        if text.contains(['\'', '"', '$', '`', '\\', '*', '?', '(']) || text.contains("{{") {
            return Vec::new();
        }
        if self.is_tool && SHORTENED.is_match(text) {
            return vec![word];
        }
        let mut found: Vec<Range<usize>> = Vec::new();
        let addresses = ADDRESS.find_iter(text).map(|found| found.range());
        let to_fill_in = |place: &Range<usize>| {
            let is_whole =
                |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '.');
            text[place.clone()].contains(['x', 'X'])
                && is_whole(text[..place.start].chars().next_back())
                && is_whole(text[place.end..].chars().next())
        };
        found.extend(addresses.filter(to_fill_in));
        let mut start = 0;
        for part in text.split(['/', ':', '=', '@', ',', '.']) {
            let place = start..start + part.len();
            start = place.end + 1;
            if found.iter().any(|other| other.start < place.end && place.start < other.end) {
                continue;
            }
            // What is in brackets can go on in the next word.
            let line = self.script[word.start + place.start..].lines().next().unwrap_or("");
            if part.starts_with(['[', '{']) && !text[..place.start].ends_with('$') {
                found.extend(bracketed(line).map(|length| place.start..place.start + length));
            } else if self.is_placeholder(index, text, &place) {
                found.push(place);
            }
        }
        found.into_iter().map(|place| word.start + place.start..word.start + place.end).collect()
    }

    /// Whether a part of a word is a placeholder.
    fn is_placeholder(&self, index: usize, text: &str, place: &Range<usize>) -> bool {
        let part = &text[place.clone()];
        if part.is_empty() || text[place.end..].starts_with('=') || (self.is_set)(part) {
            return false;
        }
        let name = part.replace('-', "_");
        let is_upper = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !is_upper {
            return IDENTITY.is_match(part)
                || (index > 0 && YOUR_THING.is_match(part) && !self.is_after_taker(index))
                || (CROSSES.is_match(part) && self.is_tool && index > 0);
        }
        let is_value = text[..place.start].contains('=');
        let is_variable = index > 0 && TAKE_VARIABLES.contains(&self.texts[index - 1]) && !is_value;
        let takes_variable = TAKE_VARIABLES
            .iter()
            .any(|option| option.starts_with("--") && text.starts_with(&format!("{option}=")));
        if is_variable || (takes_variable && text.matches('=').count() < 2) {
            return false;
        }
        if YOURS.is_match(&name) || CROSSES.is_match(part) {
            return !(self.is_after_taker(index) && CROSSES.is_match(part));
        }
        let is_assigned = is_value && !text.starts_with("--");
        if index == 0
            || text.starts_with('-') && !is_value
            || is_assigned
            || self.is_after_taker(index)
        {
            return false;
        }
        let is_last_of_domain = text[..place.start].ends_with('.');
        // Alone, it is a variable of bash, and the heading of a column.
        let is_host = name == "HOSTNAME" && !self.is_tool;
        (COMPOUND.is_match(&name) && !is_host)
            || (!is_last_of_domain && (PROPERTY.is_match(&name) || MINE.is_match(&name)))
            || (self.is_tool && !is_value && OBJECT.is_match(&name))
            || (self.is_tool && matches!(&*name, "USER" | "REPO") && text.contains('/'))
    }
}

/// Returns what is between the quotes of a word that has no others.
fn quoted(text: &str) -> Option<&str> {
    let mark = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text.strip_prefix(mark)?.strip_suffix(mark).filter(|inner| !inner.contains(mark))
}
