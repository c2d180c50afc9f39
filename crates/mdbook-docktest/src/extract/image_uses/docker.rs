//! The commands of Docker that use or make images.

use super::dockerfile::BuildArguments;
use super::expansion::UNKNOWN;
use super::flags::{
    Arguments, BUILD, COMMIT, DOCKER, IMAGE, INSPECT, RUN, SERVICE, SERVICE_UPDATE, STACK,
    Switches, from_operand,
};
use super::walk::{Walk, Word};
use super::{Made, UseKind, dockerfile};

impl Walk {
    /// `docker` with these words.
    pub(super) fn docker(&mut self, words: &[Word], input: Option<&str>) {
        let words = from_operand(words, DOCKER);
        let texts: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        match texts[..] {
            ["run" | "create", ..] => self.container(&words[1..]),
            ["container", "run" | "create", ..] => self.container(&words[2..]),
            ["pull", ..] => self.pull(&words[1..]),
            ["image", "pull", ..] => self.pull(&words[2..]),
            ["build", ..] => self.build(&words[1..], input),
            ["image" | "builder", "build", ..] => self.build(&words[2..], input),
            ["buildx", ..] => self.buildx(&words[1..], input),
            ["tag", ..] => self.tag(&words[1..]),
            ["image", "tag", ..] => self.tag(&words[2..]),
            ["save" | "history", ..] => self.needed(&words[1..], IMAGE),
            ["image", "save" | "history", ..] => self.needed(&words[2..], IMAGE),
            ["image", "inspect", ..] => self.needed(&words[2..], INSPECT),
            ["inspect", ..] => {
                // Without a type, the name can be that of any object.
                let arguments = Arguments::new(&words[1..], INSPECT);
                if arguments.value(&["type"]) == Some("image") {
                    self.needed(&words[1..], INSPECT);
                }
            }
            ["rmi", ..] => self.remove(&words[1..]),
            ["image", "rm" | "remove", ..] => self.remove(&words[2..]),
            ["load", ..] | ["image", "load", ..] => self.add_maker(Made::Loaded),
            ["commit", ..] => self.make_second(&words[1..], COMMIT),
            ["container", "commit", ..] => self.make_second(&words[2..], COMMIT),
            ["import", ..] => self.make_second(&words[1..], COMMIT),
            ["image", "import", ..] => self.make_second(&words[2..], COMMIT),
            ["service", "create", ..] => self.first_operand(&words[2..], SERVICE),
            ["service", "update", ..] => {
                let arguments = Arguments::new(&words[2..], SERVICE_UPDATE);
                if let Some(image) = arguments.value(&["image"]) {
                    self.add_value(image, UseKind::Needed);
                }
            }
            ["stack", "deploy" | "up", ..] => {
                let arguments = Arguments::new(&words[2..], STACK);
                let files = arguments.values(&["c", "compose-file"]);
                let files: Vec<String> = files.into_iter().map(str::to_owned).collect();
                self.deploy(&files, input);
            }
            ["compose", ..] => self.compose(&words[1..], input),
            _ => {}
        }
    }

    /// `docker run` and `docker create`.
    fn container(&mut self, words: &[Word]) {
        let arguments = Arguments::new(words, RUN);
        let kind = match arguments.value(&["pull"]) {
            Some("always") => UseKind::Pulled,
            _ => UseKind::Needed,
        };
        if !arguments.is_on(&["help"])
            && let Some(image) = arguments.operands.first()
        {
            self.add_use(image, kind);
        }
    }

    fn first_operand(&mut self, words: &[Word], switches: Switches) {
        if let Some(image) = Arguments::new(words, switches).operands.first() {
            self.add_use(image, UseKind::Needed);
        }
    }

    fn pull(&mut self, words: &[Word]) {
        let arguments = Arguments::new(words, IMAGE);
        match arguments.operands[..] {
            // All tags of a repository are known to its registry only.
            [image] if !arguments.is_on(&["a", "all-tags"]) => {
                self.add_use(image, UseKind::Pulled);
            }
            _ => {}
        }
    }

    fn tag(&mut self, words: &[Word]) {
        if let [image, name] = Arguments::new(words, IMAGE).operands[..] {
            self.add_use(image, UseKind::Needed);
            self.add_made(&name.text);
        }
    }

    /// Adds the operands as images that the author expects to be there.
    fn needed(&mut self, words: &[Word], switches: Switches) {
        for image in Arguments::new(words, switches).operands {
            self.add_use(image, UseKind::Needed);
        }
    }

    /// `docker rmi`: without `--force`, the author expects the images to be there.
    fn remove(&mut self, words: &[Word]) {
        let arguments = Arguments::new(words, IMAGE);
        if arguments.is_on(&["f", "force"]) {
            return;
        }
        for image in arguments.operands {
            // Often the IDs of all images: nothing is to be learnt from them.
            if !image.text.contains(UNKNOWN) {
                self.add_use(image, UseKind::Needed);
            }
        }
    }

    /// `docker commit` and `docker import`, whose second operand names a new image.
    fn make_second(&mut self, words: &[Word], switches: Switches) {
        if let [_, name] = Arguments::new(words, switches).operands[..] {
            self.add_made(&name.text);
        }
    }

    fn buildx(&mut self, words: &[Word], input: Option<&str>) {
        let buildx = Arguments::new(words, DOCKER);
        match buildx.operands[..] {
            [command, ..] if matches!(&*command.text, "build" | "b") => {
                let words: Vec<Word> = buildx.operands[1..].iter().copied().cloned().collect();
                self.build(&words, input);
            }
            // The file of a bake has a language of its own.
            [command, ..] if matches!(&*command.text, "bake" | "f") => self.add_unknown_use(),
            _ => {}
        }
    }

    fn build(&mut self, words: &[Word], input: Option<&str>) {
        let arguments = Arguments::new(words, BUILD);
        let kind = if arguments.is_on(&["pull"]) { UseKind::Pulled } else { UseKind::Needed };
        let mut build = BuildArguments::default();
        for value in arguments.values(&["build-arg"]) {
            let (name, value) = match value.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (value, self.variables.get(value).cloned()),
            };
            if let Some(value) = value {
                build.values.insert(name.to_owned(), value);
            }
        }
        for value in arguments.values(&["build-context"]) {
            let Some((name, source)) = value.split_once('=') else { continue };
            build.contexts.insert(name.to_owned());
            if let Some(image) = source.strip_prefix("docker-image://") {
                self.add_value(image, kind);
            }
        }
        let file = arguments.value(&["f", "file"]);
        if let [context] = arguments.operands[..] {
            let dockerfile = match (&*context.text, file) {
                (_, Some("-")) | ("-", None) => input.map(str::to_owned),
                // Relative to the current directory, unlike in a Compose file.
                (_, Some(file)) => self.files.read(file).map(str::to_owned),
                (context, None) => {
                    self.files.read(&format!("{context}/Dockerfile")).map(str::to_owned)
                }
            };
            self.add_build(dockerfile.as_deref(), &build, kind);
        }
        for name in arguments.values(&["t", "tag"]) {
            self.add_made(name);
        }
    }

    /// Adds the images of a Dockerfile; `None` if it is not known.
    pub(super) fn add_build(
        &mut self,
        dockerfile: Option<&str>,
        arguments: &BuildArguments,
        kind: UseKind,
    ) {
        let images = dockerfile.map(|text| dockerfile::images(text, arguments));
        match images {
            Some(images) if !images.is_empty() => {
                for image in images {
                    self.add_value(&image, kind);
                }
            }
            // The file is not known, or not all of it.
            _ if dockerfile.is_none_or(|text| text.contains(UNKNOWN)) => self.add_unknown_use(),
            _ => {}
        }
    }

    /// Adds an image whose name is only a part of a word, or no word of the command.
    pub(super) fn add_value(&mut self, image: &str, kind: UseKind) {
        self.add_use(&Word { text: image.to_owned(), span: None }, kind);
    }
}
