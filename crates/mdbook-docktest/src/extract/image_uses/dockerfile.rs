//! The images that a Dockerfile is built from.

use std::collections::{BTreeMap, BTreeSet};

use parse_dockerfile::{Flag, FromInstruction, Instruction, parse_iter};

use super::expansion::{Dialect, UNKNOWN, Variables};

/// The base that is no image.
const SCRATCH: &str = "scratch";

/// The variables that BuildKit sets, which depend on the machine.
/// (<https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope>)
const PLATFORM: [&str; 8] = [
    "BUILDARCH",
    "BUILDOS",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETPLATFORM",
    "TARGETVARIANT",
];

/// What a command passes to a build.
#[derive(Debug, Default)]
pub(super) struct BuildArguments {
    /// The values of `--build-arg`.
    pub(super) values: BTreeMap<String, String>,
    /// The names of `--build-context`, which take the place of images.
    pub(super) contexts: BTreeSet<String>,
}

/// Returns the images of a Dockerfile in order, as references that can be invalid or contain
/// [`UNKNOWN`].
///
/// The image of a `# syntax=` line is not among them: BuildKit fetches it by itself, and the classic
/// builder takes the line for a comment.
pub(super) fn images(text: &str, arguments: &BuildArguments) -> Vec<String> {
    let mut build =
        Build { arguments, variables: BTreeMap::new(), stages: Vec::new(), images: Vec::new() };
    // Docker refuses a file without a stage.
    let Ok(instructions) = parse_iter(text) else { return Vec::new() };
    // What the parser refuses, Docker does, or a later version can do.
    for instruction in instructions.map_while(Result::ok) {
        build.take(&instruction);
    }
    build.images
}

struct Build<'a> {
    arguments: &'a BuildArguments,
    /// The values of `ARG` before the first stage.
    variables: BTreeMap<String, String>,
    /// The names of the stages so far, in lower case; empty where there is none.
    stages: Vec<String>,
    images: Vec<String>,
}

impl Build<'_> {
    fn take(&mut self, instruction: &Instruction) {
        match instruction {
            Instruction::Arg(arg) if self.stages.is_empty() => {
                // One instruction can set several.
                for word in arg.arguments.value.split_whitespace() {
                    self.set(word);
                }
            }
            Instruction::From(from) => self.begin_stage(from),
            Instruction::Copy(copy) => {
                let from = copy.options.iter().filter(|flag| flag.name.value == "from");
                for source in from.filter_map(value) {
                    self.add_source(source);
                }
            }
            Instruction::Run(run) => {
                let mounts = run.options.iter().filter(|flag| flag.name.value == "mount");
                for mount in mounts.filter_map(value) {
                    let sources = mount.split(',').filter_map(|field| field.strip_prefix("from="));
                    sources.for_each(|source| self.add_source(source));
                }
            }
            _ => {}
        }
    }

    /// Sets a variable from `NAME` or `NAME=default`.
    fn set(&mut self, word: &str) {
        let (name, default) = match word.split_once('=') {
            Some((name, default)) => (name, Some(default)),
            None => (word, None),
        };
        let given = self.arguments.values.get(name).cloned();
        let default = || Some(self.expand(default?.trim_matches(['"', '\''])));
        if let Some(value) = given.or_else(default) {
            self.variables.insert(name.to_owned(), value);
        }
    }

    fn expand(&self, text: &str) -> String {
        let get = |name: &str| {
            let platform = || PLATFORM.contains(&name).then(|| UNKNOWN.to_string());
            self.variables.get(name).cloned().or_else(platform)
        };
        Variables { get: &get, dialect: Dialect::Dockerfile }.text(text)
    }

    fn begin_stage(&mut self, from: &FromInstruction) {
        let image = self.expand(from.image.value.trim_matches(['"', '\'']));
        if !self.is_stage(&image) && image != SCRATCH {
            self.images.push(image);
        }
        let name = from.as_.as_ref().map(|(_, name)| name.value.to_lowercase());
        self.stages.push(name.unwrap_or_default());
    }

    /// Adds what `--from` names, unless it is a stage or its number.
    fn add_source(&mut self, source: &str) {
        let source = source.trim_matches(['"', '\'']);
        if !source.bytes().all(|byte| byte.is_ascii_digit()) && !self.is_stage(source) {
            self.images.push(self.expand(source));
        }
    }

    /// Whether a name is that of an earlier stage or of a further context.
    fn is_stage(&self, name: &str) -> bool {
        !name.is_empty() && self.stages.contains(&name.to_lowercase())
            || self.arguments.contexts.contains(name)
    }
}

fn value<'f>(flag: &'f Flag) -> Option<&'f str> {
    Some(&flag.value.as_ref()?.value)
}
