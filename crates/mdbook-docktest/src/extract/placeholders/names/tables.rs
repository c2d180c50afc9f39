//! The words that say what they stand for, and where a word in capitals is something else.

use std::sync::LazyLock;

use regex::Regex;

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
pub(super) static COMPOUND: LazyLock<Regex> = regex!(
    r"^(?:(?:",
    OBJECTS,
    r")S?_?)+(?:",
    PROPERTIES,
    r")S?_?\d*$|^(?:THE_|SOME_)(?:",
    OBJECTS,
    r")$",
);

/// `DROPLET_IP`, `FIRST_ID`.
pub(super) static PROPERTY: LazyLock<Regex> =
    regex!(r"^(?:[A-Z0-9]+_)+(?:ID|NAME|IP|USERNAME|ADDRESS)$");

/// `YOUR_NAME`, `YOURUSERNAME`, `API_KEY_HERE`.
pub(super) static YOURS: LazyLock<Regex> =
    regex!(r"^YOUR_[A-Z0-9_]+$|^YOUR(?:", OBJECTS, "|", PROPERTIES, r")+$|^[A-Z0-9_]+_HERE$",);

/// `MY_IMAGE`.
pub(super) static MINE: LazyLock<Regex> =
    regex!(r"^MY_?(?:(?:", OBJECTS, "|", PROPERTIES, r")_?)+$");

/// Objects of Docker's own commands, alone.
pub(super) static OBJECT: LazyLock<Regex> = regex!(
    r"^(?:CONTAINER|IMAGE|VOLUME|NETWORK|SERVICE|NODE|STACK|TASK|PLUGIN|SECRET|CONTEXT|POD|DEPLOYMENT|REPOSITORY|",
    r"REGISTRY|COMMAND|USERNAME|PASSWORD|TOKEN|NAME|ID|TAG|SRC_PATH|DEST_PATH|HOSTNAME)S?_?\d*$",
);

/// `your-docker-id`, `my_username`, `yourname`: what only the reader can know.
pub(super) static IDENTITY: LazyLock<Regex> = regex!(
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
pub(super) static YOUR_THING: LazyLock<Regex> = regex!(r"(?i)^your[-_][a-z][a-z0-9_-]*$");

/// In brackets or braces: `[container-id]`, `{image name}`.
pub(super) static BRACKETED: LazyLock<Regex> = regex!(
    r"^(?:\[([A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+){0,3})\]|\{([A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+){0,3})\})",
);

/// The last word of what is in brackets, or the first is `your`.
pub(super) static TELLING: LazyLock<Regex> = regex!(
    r"(?i)^(?:your|my|the|some)[ _-]|(?:^|[ _/-])(?:id|ids|name|names|ip|address|username|user|password|token|tag|port|path|",
    r"number|hash|digest|url|hostname|host|image|container|volume|network|service|node|repo|repository|registry|",
    r"directory|folder|dir|command)s?\d*$|^(?:container|image|volume|network|user|docker|host|file)[ _-]?(?:id|name)",
);

/// An address with digits to fill in: `xxx.xxx.xxx.xxx`, `192.168.99.xxx`.
pub(super) static ADDRESS: LazyLock<Regex> =
    regex!(r"(?:[0-9]{1,3}|[xX]{1,3})(?:\.(?:[0-9]{1,3}|[xX]{1,3})){3}");

/// A value with its middle or end left out: `SWMTKN-1-49nj1…`, `0fdb12...ff37`.
pub(super) static SHORTENED: LazyLock<Regex> =
    regex!(r"^[A-Za-z0-9_-]*[a-z0-9][A-Za-z0-9_-]{3,}(?:\.\.\.|…)[A-Za-z0-9_.-]*$");

/// `xxxxx`.
pub(super) static CROSSES: LazyLock<Regex> = regex!(r"^(?:x{4,}|X{4,})$");

/// Programs that manage the objects of [`OBJECT`].
pub(super) const TOOLS: [&str; 7] =
    ["docker", "docker-compose", "docker-machine", "podman", "nerdctl", "kubectl", "buildah"];

/// Words in a command whose arguments are names of variables, or any text.
pub(super) const TAKE_NAMES_OR_TEXT: [&str; 36] = [
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
pub(super) const TAKE_VARIABLES: [&str; 8] =
    ["-e", "--env", "--build-arg", "--label", "-l", "--env-add", "--env-rm", "--label-add"];

/// Programs to which `...` is an argument.
pub(super) const TAKE_DOTS: [&str; 6] =
    ["go", "bazel", "gofmt", "golint", "staticcheck", "gotestsum"];
