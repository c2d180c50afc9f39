//! Rules for what the course's commands create and remove on a reader's engine: see [`complaints`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use regex::Regex;
use testsuite::workspace;

use super::chapter::{Chapter, chapters};
use super::docker::{arguments, docker_commands, mounted, value};

/// The prefix of the names of the course's objects.
const PREFIX: &str = "cours-";

/// The names that the course takes from the commands of the original tutorial.
const IMPOSED: [&str; 4] = ["app-server", "log-shipper", "shared-logs", "postgres-prod"];

/// The names that Docker accepts.
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A[a-zA-Z0-9][a-zA-Z0-9_.-]+\z").unwrap());

/// The first step of each chapter that creates something, a guard. It lists existing objects with names of the
/// chapter, and fails if there are any.
static CHECK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\Apris=\$\(\n",
        r"(?<lists>(?:    (?:docker|find) [^\n]+[^\n&] &&\n)*    (?:docker|find) [^\n]+[^\n&]\n)",
        "\\) && echo \"Noms déjà pris[ \u{a0}]: \\$\\{pris:-aucun\\}\" && test -z \"\\$pris\"\n\\z",
    ))
    .unwrap()
});

/// What a guard lists: the pattern of each kind of object, and labels.
#[derive(Debug, Default)]
struct Check {
    patterns: BTreeMap<Kind, Vec<Regex>>,
    labels: BTreeSet<(Kind, String)>,
}

impl Check {
    /// Reads a guard; `None` if it has another form.
    fn read(script: &str) -> Option<Self> {
        let mut check = Self::default();
        let found = CHECK.captures(script)?;
        for line in found["lists"].lines() {
            let line = line.trim().trim_end_matches(" &&");
            let lists = [
                (Kind::Container, "docker ps -a --format '{{.Names}}' --filter name='"),
                (Kind::Volume, "docker volume ls -q --filter name='"),
                (Kind::Network, "docker network ls --format '{{.Name}}' --filter name='"),
            ];
            let is_list = |(kind, start): (Kind, &str)| {
                let pattern = line.strip_prefix(start)?.strip_suffix('\'')?;
                Some((kind, Regex::new(pattern).ok()?))
            };
            if let Some((kind, pattern)) = lists.into_iter().find_map(is_list) {
                check.patterns.entry(kind).or_default().push(pattern);
            } else if let Some(label) = line.strip_prefix("docker volume ls -q --filter label=") {
                check.labels.insert((Kind::Volume, label.to_owned()));
            } else if let Some(label) =
                line.strip_prefix("docker ps -a --format '{{.Names}}' --filter label=")
            {
                check.labels.insert((Kind::Container, label.to_owned()));
            } else if !line.starts_with("find . -maxdepth 1 ") {
                return None;
            }
        }
        Some(check)
    }

    fn covers(&self, kind: Kind, name: &str) -> bool {
        let mut patterns = self.patterns.get(&kind).into_iter().flatten();
        patterns.any(|pattern| pattern.is_match(name))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Container,
    Volume,
    Network,
}

/// The objects that commands create and remove.
#[derive(Debug, Default)]
struct Uses {
    names: BTreeSet<(Kind, String)>,
    /// The labels by which objects are pruned.
    labels: BTreeSet<(Kind, String)>,
    /// Whether objects without a name are created.
    creates_unnamed: bool,
    complaints: Vec<String>,
}

impl Uses {
    fn complain(&mut self, command: &[&str], what: &str) {
        self.complaints.push(format!("docker {}: {what}", command.join(" ")));
    }

    fn note(&mut self, kind: Kind, name: &str, command: &[&str]) {
        // Docker refuses it, so that no object has it.
        if !NAME.is_match(name) && !name.contains('$') {
            return;
        }
        if name.starts_with(PREFIX) || IMPOSED.contains(&name) {
            self.names.insert((kind, name.to_owned()));
        } else {
            self.complain(command, &format!("`{name}` is not a name of the course"));
        }
    }

    /// Like [`Self::note`], but the name can be one of these variables.
    fn note_use(&mut self, kind: Kind, name: &str, command: &[&str], variables: &BTreeSet<&str>) {
        if !name.strip_prefix('$').is_some_and(|variable| variables.contains(variable)) {
            self.note(kind, name, command);
        }
    }

    /// Notes the objects that a `docker` command creates or removes. Each of `variables` contains one
    /// object of the course.
    fn docker(&mut self, command: &[&str], variables: &BTreeSet<&str>) {
        let (kind, verb, rest) = match command {
            ["volume", verb, rest @ ..] => (Kind::Volume, *verb, rest),
            ["network", verb, rest @ ..] => (Kind::Network, *verb, rest),
            ["container", verb, rest @ ..] => (Kind::Container, *verb, rest),
            ["system", "df", ..]
            | ["context" | "image", "inspect" | "ls", ..]
            | ["version" | "info" | "pull" | "save" | "load" | "images" | "--version", ..] => {
                return;
            }
            ["compose", rest @ ..] => {
                for name in value(rest, "-p").into_iter().chain(value(rest, "--project-name")) {
                    let is_own = |variable| variables.contains(variable);
                    if !(name.starts_with(PREFIX) || name.strip_prefix('$').is_some_and(is_own)) {
                        self.complain(command, &format!("`{name}` is not a name of the course"));
                    }
                }
                return;
            }
            // No guard checks images, and a filter by label does not apply to the build cache.
            ["system" | "builder" | "buildx" | "image", "prune", ..] => {
                return self.complain(command, "it can remove objects of the reader");
            }
            [verb, rest @ ..] => (Kind::Container, *verb, rest),
            [] => (Kind::Container, "", command),
        };
        match verb {
            "ps" | "ls" | "logs" | "inspect" | "wait" | "diff" | "top" | "port" | "stats" => {}
            "cp" => {
                let places = arguments(rest, &[]);
                let names = places.into_iter().filter_map(|place| Some(place.split_once(':')?.0));
                for name in names {
                    self.note_use(kind, name, command, variables);
                }
            }
            "exec" => {
                let options = ["-e", "--env", "-u", "--user", "-w", "--workdir"];
                for name in arguments(rest, &options).into_iter().take(1) {
                    self.note_use(kind, name, command, variables);
                }
            }
            "run" | "create" if kind == Kind::Container => {
                if value(rest, "--name").is_none() && !rest.contains(&"--rm") {
                    self.creates_unnamed = true;
                }
                for name in mounted(rest) {
                    self.note_use(Kind::Volume, name, command, variables);
                }
                if let Some(name) = value(rest, "--name") {
                    self.note(Kind::Container, name, command);
                }
            }
            "create" => {
                let names =
                    arguments(rest, &["--label", "--driver", "-d", "--opt", "-o", "--subnet"]);
                self.creates_unnamed |= names.is_empty();
                for name in names.into_iter().chain(value(rest, "--name")) {
                    self.note(kind, name, command);
                }
            }
            "rm" | "stop" | "kill" | "start" | "restart" | "pause" | "unpause" | "update"
            | "rename" => {
                let options =
                    ["-t", "--time", "-s", "--signal", "-m", "--memory", "--restart", "--env"];
                let names = arguments(rest, &options);
                if names.is_empty() {
                    self.complain(command, "it removes objects without a name");
                }
                for name in names {
                    self.note_use(kind, name, command, variables);
                }
            }
            "prune" => match value(rest, "--filter").and_then(|it| it.strip_prefix("label=")) {
                Some(label) if label.starts_with(PREFIX) => {
                    let label = label.split('=').next().unwrap_or_default();
                    self.labels.insert((kind, label.to_owned()));
                }
                _ => self.complain(command, "it can remove objects of the reader"),
            },
            _ => self.complain(command, "this test does not support the command"),
        }
    }
}

/// Whether a line is a single command that asks before it prunes.
fn asks(line: &[String]) -> bool {
    let commands = docker_commands(line);
    let [(None, command)] = &commands[..] else { return false };
    let is_forced = |word: &&str| match word.strip_prefix("--") {
        Some(long) => long.starts_with("force"),
        None => word.starts_with('-') && word.contains('f'),
    };
    // Without the word `docker`.
    let is_whole = line.len() == command.len() + 1;
    is_whole && matches!(command[..], [_, "prune", ..]) && !command.iter().any(is_forced)
}

/// The commands of a chapter that could remove or change containers, volumes or networks of a reader.
///
/// Objects that a chapter creates, changes or removes must have a name of the course, or be in a variable
/// that contains one object of the course. Objects that it prunes must have a label of the course, unless the
/// answer is no. A chapter that creates anything must begin with [`CHECK`] for all these names and labels.
fn complaints(chapter: &Chapter) -> Vec<String> {
    let mut uses = Uses::default();
    let mut lines: Vec<Vec<String>> = Vec::new();
    for step in chapter.steps.iter().filter(|step| !step.is_command()) {
        let mut lines = step.script.lines();
        let is_project = step.script.lines().any(|line| line == "services:");
        if is_project && !lines.any(|line| line.starts_with("name: cours-")) {
            uses.complaints.push(format!("a Compose file without `name: {PREFIX}…`"));
        }
    }
    // Readers do not see hidden steps, so they do not run them.
    for step in chapter.steps.iter().filter(|step| step.is_command() && !step.has("hidden")) {
        let script = step.script.replace("\\\n", " ");
        let mut open = String::new();
        for line in script.lines() {
            open.push_str(line);
            match shlex::split(&open) {
                Some(words) => {
                    if !(step.answers_no() && asks(&words)) {
                        lines.push(words);
                    }
                    open.clear();
                }
                // A quote continues on the next line.
                None => open.push('\n'),
            }
        }
        if !open.is_empty() {
            uses.complaints.push(format!("{}: a quote that is never closed", open.trim_end()));
        }
    }
    let commands: Vec<_> = lines.iter().flat_map(|words| docker_commands(words)).collect();
    let holds_one = |command: &[&str]| {
        let is_own = |word: &&str| {
            let name = word.strip_prefix("volume=").unwrap_or(word);
            name.starts_with(PREFIX) || IMPOSED.contains(&name)
        };
        matches!(command, ["ps", "-lq"] | ["volume", "create", ..] | ["run" | "create", ..])
            || command.iter().any(is_own)
    };
    let mut variables: BTreeMap<&str, bool> = BTreeMap::new();
    for (variable, command) in &commands {
        if let Some(variable) = variable {
            // A variable is safe only if all its values are.
            *variables.entry(variable).or_insert(true) &= holds_one(command);
        }
    }
    for line in &lines {
        if let [first, variable, second, names @ ..] = &line[..]
            && (first.as_str(), second.as_str()) == ("for", "in")
        {
            let names = names.iter().take_while(|name| *name != "do");
            let mut names = names.map(|name| name.trim_end_matches(';'));
            *variables.entry(variable).or_insert(true) &=
                names.all(|name| name.starts_with(PREFIX));
        }
    }
    let variables: BTreeSet<&str> =
        variables.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect();
    for (_, command) in &commands {
        uses.docker(command, &variables);
    }

    let Uses { names, labels, creates_unnamed, mut complaints, .. } = uses;
    if names.is_empty() && labels.is_empty() && !creates_unnamed {
        return complaints;
    }
    let first = chapter.steps.first().filter(|step| step.is_guard());
    let Some(check) = first.and_then(|step| Check::read(&step.script)) else {
        complaints.push("the first step does not check that its names are free".to_owned());
        return complaints;
    };
    for (kind, name) in &names {
        if !check.covers(*kind, name) {
            complaints.push(format!("the first step does not check the {kind:?} {name}"));
        }
    }
    for label in labels {
        if !check.labels.contains(&label) {
            let (kind, label) = label;
            complaints
                .push(format!("the first step does not check the label {label} of a {kind:?}"));
        }
    }
    complaints
}

#[test]
fn no_chapter_can_change_objects_of_a_reader() {
    let mut checks = 0;
    let mut found = Vec::new();
    for chapter in chapters() {
        found.extend(complaints(&chapter).iter().map(|what| format!("{}: {what}", chapter.name)));
        checks += usize::from(!chapter.steps.is_empty());
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(checks > 0, "no chapter has steps");
}

#[test]
fn the_introduction_lists_the_names_from_the_tutorial() {
    let introduction = fs::read_to_string(workspace().join("book/src/README.md")).unwrap();
    let lab = fs::read_to_string(workspace().join("tests/fixtures/labo.md")).unwrap();
    for name in IMPOSED {
        assert!(introduction.contains(&format!("`{name}`")), "{name}");
        assert!(lab.contains(name), "no command of the tutorial uses {name}");
    }
    assert!(introduction.contains(&format!("`{PREFIX}`")));
}

#[test]
fn commands_that_can_change_objects_of_a_reader_are_found() {
    let check = "pris=$(\n    \
        docker ps -a --format '{{.Names}}' --filter name='^cours-' &&\n    \
        docker volume ls -q --filter name='^cours-'\n\
        ) && echo \"Noms déjà pris\u{a0}: ${pris:-aucun}\" && test -z \"$pris\"";
    let found = |script: &str| {
        let text = format!("# A\n\n```bash guard\n{check}\n```\n\n```bash\n{script}\n```\n");
        complaints(&Chapter::read("a.md", &text))
    };
    for (script, complaint) in [
        ("docker run -d --name db alpine", "`db` is not a name of the course"),
        ("docker run -d --name=db alpine", "`db` is not a name of the course"),
        ("docker create --name db alpine", "`db` is not a name of the course"),
        ("docker run -v data:/data alpine", "`data` is not a name of the course"),
        ("docker run --volume=data:/data alpine", "`data` is not a name of the course"),
        ("docker run --mount type=volume,source=data,dst=/data alpine", "`data` is not a name"),
        ("docker volume create --label a=b data", "`data` is not a name of the course"),
        ("docker network create web", "`web` is not a name of the course"),
        ("docker network create cours-web", "does not check the Network cours-web"),
        ("docker run -d \\\n  --name db alpine", "`db` is not a name of the course"),
        ("until docker rm db; do sleep 1; done", "`db` is not a name of the course"),
        ("docker exec -u root db psql", "`db` is not a name of the course"),
        ("docker stop cours-db && docker rm -f db", "`db` is not a name of the course"),
        ("docker volume rm postgres-prod", "does not check the Volume postgres-prod"),
        ("docker rm $(docker ps -aq)", "`$(docker` is not a name of the course"),
        ("docker rm \"$(docker ps -aq)\"", "`$(docker ps -aq)` is not a name of the course"),
        ("docker ps -aq | xargs docker rm", "it removes objects without a name"),
        ("all=$(docker ps -aq)\ndocker rm $all", "`$all` is not a name of the course"),
        ("docker run -v \"$all\":/data alpine", "`$all` is not a name of the course"),
        ("a=$(docker ps -lq)\na=$(docker ps -aq)\ndocker rm $a", "`$a` is not a name"),
        ("docker volume prune", "it can remove objects of the reader"),
        ("docker system prune --all", "it can remove objects of the reader"),
        ("docker volume prune --all --filter label=old", "it can remove objects of the reader"),
        (
            "docker volume prune --filter label=cours-a",
            "does not check the label cours-a of a Volume",
        ),
        (
            "docker container prune --filter label=cours-a",
            "does not check the label cours-a of a Container",
        ),
        ("docker system prune --filter label=cours-a", "it can remove objects of the reader"),
        ("docker builder prune --filter label=cours-a", "it can remove objects of the reader"),
        ("docker rmi alpine", "this test does not support the command"),
        ("docker run alpine sh -c 'echo\n\n", "a quote that is never closed"),
    ] {
        let complaints = found(script);
        assert!(complaints.iter().any(|it| it.contains(complaint)), "{script}: {complaints:?}");
    }
    for script in [
        "docker run -d --name cours-db -v cours-data:/data -v \"$PWD\":/backup alpine",
        "id=$(docker ps -lq)\ndocker rm -v \"$id\"",
        "data=$(docker volume create)\ndocker run --rm -v \"$data\":/data alpine",
        "id=$(docker inspect --format '{{.Id}}' cours-db)\ndocker rm \"$id\"",
    ] {
        assert_eq!(found(script), [""; 0], "{script}");
    }
    let unchecked = |text: &str| complaints(&Chapter::read("a.md", text));
    let missing = ["the first step does not check that its names are free"];
    for text in [
        "```bash\ndocker volume create cours-a\n```\n".to_owned(),
        "```bash\ndocker run -d alpine sleep 1\n```\n".to_owned(),
        format!(
            "```bash guard exit=any\n{check}\n```\n```bash\ndocker volume create cours-a\n```\n"
        ),
        format!("```bash\n{check}\n```\n```bash\ndocker volume create cours-a\n```\n"),
        format!("```bash\ndocker volume create cours-a\n```\n```bash guard\n{check}\n```\n"),
        format!(
            "```bash guard\n{check} || true\n```\n```bash\ndocker volume create cours-a\n```\n"
        ),
    ] {
        assert_eq!(unchecked(&text), missing, "{text}");
    }
    assert_eq!(unchecked("```bash ignore\ndocker volume prune\n```\n"), [""; 0]);
    let declined = |script: &str| unchecked(&format!("```bash stdin=\"n\\n\"\n{script}\n```\n"));
    for script in ["docker volume prune", "docker system prune --all --filter label=old"] {
        assert_eq!(declined(script), [""; 0]);
    }
    for script in ["volume prune --force", "volume prune -af", "volume prune --force=true"] {
        let complaint = format!("docker {script}: it can remove objects of the reader");
        assert_eq!(declined(&format!("docker {script}")), [complaint]);
    }
    let complaint = "docker volume prune: it can remove objects of the reader";
    assert_eq!(declined("yes | docker volume prune"), [complaint]);
}
