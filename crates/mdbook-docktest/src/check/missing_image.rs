//! Recognizes in a command's output that an image is missing: docker did not have it, and no registry
//! provided it.
//!
//! The forms are those of docker 20.10 to 29, with the classic builder, BuildKit and compose; the tests
//! have them as they were printed. Another wording is still an unexpected exit status.

use std::ops::Range;

use docker_images::Reference;

use self::cause::Cause;
use self::command_line::CommandLine;
use super::Difference;
use crate::model::finding::Code;

mod cause;
mod command_line;

/// How the classic builder begins a message about the image of `COPY --from`.
const COPY_FROM: &str = "invalid from flag value ";

/// An image that a command did not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MissingImage {
    /// Its name, as the author or docker wrote it; `None` if it is in neither the command nor its output.
    name: Option<String>,
    /// The registry's words, or docker's about the registry.
    words: String,
    cause: Cause,
}

impl MissingImage {
    /// Its name, if that is known.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What is the same for all forms of the image's name.
    pub(super) fn identity(&self) -> String {
        match &self.name {
            Some(name) => reference(name).map_or_else(|| name.clone(), |found| found.to_string()),
            None => self.words.clone(),
        }
    }

    /// The difference from a command that has its image. `reason` is what is known of why it is not
    /// available beyond what docker has printed, with a remedy.
    pub(super) fn difference(&self, span: Range<usize>, reason: Option<&str>) -> Difference {
        let (image, key) = match &self.name {
            Some(name) => (format!("image `{name}`"), name.as_str()),
            None => ("an image".to_owned(), "IMAGE"),
        };
        let reference = self.name.as_deref().and_then(reference);
        let advice = reason.is_none().then(|| self.cause.advice(reference.as_ref()));
        // An image built from a recipe has another digest.
        let recipe = reference.is_none_or(|reference| reference.digest().is_none()).then(|| {
            let remedy = "add a recipe to `[preprocessor.docktest.images]` in book.toml";
            format!("or {remedy}: `\"{key}\" = \"images/…\"`")
        });
        let help: Vec<String> = advice.into_iter().chain(recipe).collect();
        Difference {
            code: Code::ImageMissing,
            span,
            message: format!("{image} is not available: {}", reason.unwrap_or(&self.words)),
            help: (!help.is_empty()).then(|| help.join("; ")),
            remedies: Vec::new(),
        }
    }
}

fn reference(name: &str) -> Option<Reference> {
    name.parse().ok()
}

/// The images that a command is missing, in the order in which it needed them. `output` has no escape
/// sequences.
pub(super) fn missing_images(command: &str, output: &str) -> Vec<MissingImage> {
    let CommandLine { needs_images, builds, mut pulled } = command_line::read(command);
    let mut missing = Vec::new();
    // The image that docker has said it is about to get.
    let mut wanted: Option<Announced<'_>> = None;
    let mut lines = output.lines().map(str::trim_end).filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        if let Some(found) = announced(line) {
            wanted = Some(found);
        }
        // `Status: Downloaded newer image for alpine:latest`
        if line.starts_with("Status: ") && wanted.take().is_none() && !pulled.is_empty() {
            pulled.remove(0);
        }
        // The classic builder has its image.
        if line.starts_with(" ---> ") {
            wanted = None;
        }
        let needs_base = wanted.is_some() || line.starts_with(COPY_FROM);
        let context = Context {
            is_pulling: wanted.as_ref().is_some_and(|wanted| wanted.by_run),
            // The classic builder ends with the words of the registry; other lines can be a program's.
            is_end_of_build: builds && needs_base && lines.peek().is_none(),
        };
        let Some(Refusal { image, words, cause }) = refusal(line, context) else { continue };
        let is_completed = wanted.as_ref().is_some_and(|wanted| wanted.is_completed);
        let wanted = wanted.take().map(|wanted| wanted.image);
        let name = match image {
            // Docker leaves out the tag, or completes the name.
            Some(image) => {
                let as_written = wanted.filter(|_| !is_completed);
                let mut known = as_written.into_iter().chain(pulled.iter().copied());
                known.find(|known| is_same(known, image)).or_else(|| Some(familiar(image)))
            }
            None => wanted.or_else(|| pulled.first().copied()),
        };
        pulled.retain(|image| Some(*image) != name);
        if name.is_some() || needs_images {
            let name = name.map(str::to_owned);
            missing.push(MissingImage { name, words: words.to_owned(), cause });
        }
    }
    missing
}

/// Whether docker can mean the image `known` by `image`.
fn is_same(known: &str, image: &str) -> bool {
    let has_version = image.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
    let is_same = |known: Reference, image: Reference| {
        known == image || !has_version && known.familiar_name() == image.familiar_name()
    };
    reference(known).zip(reference(image)).is_some_and(|(known, image)| is_same(known, image))
}

/// The name without the parts that docker adds to those of Docker Hub's images.
fn familiar(name: &str) -> &str {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    name.strip_prefix("library/").unwrap_or(name)
}

/// An image that docker has said it is about to get.
struct Announced<'a> {
    image: &'a str,
    /// Whether by `docker run` or `docker create`, which then print nothing else before they fail.
    by_run: bool,
    /// Whether the name can have parts that the author has not written.
    is_completed: bool,
}

/// The image in a line that says which one docker is about to get.
fn announced(line: &str) -> Option<Announced<'_>> {
    if let Some(rest) = line.strip_prefix("Unable to find image '") {
        let image = rest.strip_suffix("' locally")?;
        return Some(Announced { image, by_run: true, is_completed: false });
    }
    if let Some(rest) = line.strip_prefix(" > [internal] load metadata for ") {
        let image = familiar(rest.strip_suffix(':')?);
        return Some(Announced { image, by_run: false, is_completed: true });
    }
    // Compose: ` Image nosuch:1 Error Get "https://…`
    if let Some((image, rest)) =
        line.trim_start().strip_prefix("Image ").and_then(|rest| rest.split_once(' '))
    {
        let found = Announced { image, by_run: false, is_completed: false };
        return rest.starts_with("Error").then_some(found);
    }
    // The classic builder: `Step 1/2 : FROM --platform=linux/amd64 alpine AS base`
    let (_, instruction) = line.strip_prefix("Step ")?.split_once(" : ")?;
    let mut words = instruction.split_whitespace();
    words.next().filter(|word| word.eq_ignore_ascii_case("FROM"))?;
    let image = words.find(|word| !word.starts_with("--"))?;
    Some(Announced { image, by_run: false, is_completed: false })
}

/// What is known before a line.
#[derive(Clone, Copy)]
struct Context {
    /// Whether `docker run` or `docker create` is pulling its image.
    is_pulling: bool,
    /// Whether this is the last line of a build that needs an image.
    is_end_of_build: bool,
}

/// A line that says that a registry did not provide an image.
struct Refusal<'a> {
    /// The image, if the line names it.
    image: Option<&'a str>,
    words: &'a str,
    cause: Cause,
}

/// Reads a line of docker's output. Only the classic builder prints the words of a registry without a prefix.
fn refusal(line: &str, context: Context) -> Option<Refusal<'_>> {
    let text = match line.strip_prefix("docker: ") {
        // `docker run` up to 26 ends its messages with a full stop.
        Some(text) => text.strip_suffix('.').unwrap_or(text),
        None => line.strip_prefix("ERROR: ").unwrap_or(line),
    };
    // `docker buildx bake`, and compose with it: `target web: failed to solve: …`
    let text = text
        .strip_prefix("target ")
        .and_then(|text| text.split_once(": "))
        .map_or(text, |(_, text)| text);
    let by_daemon = text.strip_prefix("Error response from daemon: ");
    let by_buildkit = text.strip_prefix("failed to solve");
    let text = by_daemon.or(by_buildkit).or_else(|| context.is_end_of_build.then_some(text))?;
    let (image, words) = match resolved(text) {
        Some((image, words)) => (Some(image), words),
        // In 20.10: `failed to solve with frontend dockerfile.v0: failed to create LLB definition: …`
        None if by_buildkit.is_some() => {
            (None, text.rsplit_once("failed to create LLB definition: ")?.1)
        }
        None => (named(text), text),
    };
    let cause = match Cause::of(words) {
        Some(cause) => cause,
        // Other messages of the daemon end like this, too.
        None if image.is_some() && words.ends_with(": not found") => Cause::NotFound,
        None if context.is_pulling && by_daemon.is_some() => Cause::Other,
        None => return None,
    };
    Some(Refusal { image, words, cause })
}

/// The image and the cause in the words of containerd and BuildKit: `failed to resolve reference "IMAGE":
/// CAUSE`, `failed to resolve source metadata for IMAGE: CAUSE`; and in those of the classic builder about
/// `COPY --from`: `invalid from flag value IMAGE: CAUSE`.
fn resolved(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix(COPY_FROM) {
        return rest.split_once(": ");
    }
    if let Some((_, rest)) = text.split_once("failed to resolve reference \"") {
        return rest.split_once("\": ");
    }
    let (before, rest) = text.split_once("failed to resolve source metadata for ")?;
    let (image, words) = rest.split_once(": ")?;
    // BuildKit completes the name, but also repeats it as it is written: `: IMAGE: failed to resolve`.
    let written = before.strip_suffix(": ").and_then(|before| before.rsplit(' ').next());
    let image = written.filter(|written| is_same(written, image)).unwrap_or(image);
    Some((image, words.strip_prefix("failed to do request: ").unwrap_or(words)))
}

/// The image in the words of the daemon.
fn named(words: &str) -> Option<&str> {
    let shapes = [
        ("pull access denied for ", ", repository does not exist"),
        ("manifest for ", " not found"),
        ("repository ", " not found"),
    ];
    shapes
        .into_iter()
        .find_map(|(before, after)| Some(words.strip_prefix(before)?.split_once(after)?.0))
}

#[cfg(test)]
mod tests;
