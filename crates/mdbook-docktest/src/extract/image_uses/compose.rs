//! Compose: the images of services.

use super::compose_file::{Build, Service, services};
use super::dockerfile::BuildArguments;
use super::expansion::{Dialect, Variables};
use super::flags::{Arguments, COMPOSE, COMPOSE_BUILD, COMPOSE_COMMAND, COMPOSE_RUN};
use super::walk::{Walk, Word};
use super::{Made, UseKind};

/// The names of Compose files, of which the first that exists is used.
/// (<https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file>)
const FILES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Files that are merged into it, if they exist.
const OVERRIDES: [&str; 4] = [
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

impl Walk {
    /// `docker compose` or `docker-compose` with these words.
    pub(super) fn compose(&mut self, words: &[Word], input: Option<&str>) {
        let global = Arguments::new(words, COMPOSE);
        let Some((command, words)) = global.operands.split_first() else { return };
        let words: Vec<Word> = words.iter().copied().cloned().collect();
        let command = &*command.text;
        let switches = match command {
            "up" | "create" | "pull" | "watch" | "start" => COMPOSE_COMMAND,
            "run" => COMPOSE_RUN,
            "build" => COMPOSE_BUILD,
            _ => return,
        };
        let arguments = Arguments::new(&words, switches);
        let is_pull = command == "pull"
            || arguments.value(&["pull"]) == Some("always")
            || command == "build" && arguments.is_on(&["pull"]);
        let kind = if is_pull { UseKind::Pulled } else { UseKind::Needed };
        let directory = global.value(&["project-directory"]);
        let files: Vec<String> =
            global.values(&["f", "file"]).into_iter().map(str::to_owned).collect();
        let files = if files.is_empty() { self.default_files() } else { files };
        let Some(services) = self.services(&files, input) else { return self.add_unknown_use() };
        // The paths in a file are relative to the first one.
        let base = directory.map(str::to_owned).or_else(|| {
            let (directory, _) = files.first()?.rsplit_once('/')?;
            Some(directory.to_owned())
        });
        let names: Vec<&str> = arguments.operands.iter().map(|word| &*word.text).collect();
        let has_profile = !global.values(&["profile"]).is_empty()
            || self.variables.contains_key("COMPOSE_PROFILES");
        for service in &services {
            let is_named = names.contains(&&*service.name);
            if service.has_profile && !has_profile && !is_named {
                continue;
            }
            // Services that are not named can still be dependencies; they are pulled only by name.
            if matches!(command, "pull" | "build") && !names.is_empty() && !is_named {
                continue;
            }
            self.add_service(service, base.as_deref(), command, kind);
        }
    }

    /// `docker stack deploy` with these files. It ignores what would be built.
    pub(super) fn deploy(&mut self, files: &[String], input: Option<&str>) {
        let Some(services) = self.services(files, input) else { return self.add_unknown_use() };
        for image in services.iter().filter_map(|service| service.image.as_deref()) {
            let image = self.expand(image, None);
            self.add_value(&image, UseKind::Needed);
        }
    }

    fn default_files(&self) -> Vec<String> {
        let find = |names: [&str; 4]| {
            names.into_iter().find(|name| self.files.read(name).is_some()).map(str::to_owned)
        };
        [find(FILES), find(OVERRIDES)].into_iter().flatten().collect()
    }

    /// Returns the services of all files, merged; `None` if they are not known.
    fn services(&self, files: &[String], input: Option<&str>) -> Option<Vec<Service>> {
        let mut merged: Vec<Service> = Vec::new();
        for file in files {
            let text = if file == "-" { input? } else { self.files.read(file)? };
            for service in services(text)? {
                match merged.iter_mut().find(|other| other.name == service.name) {
                    Some(before) => {
                        before.image = service.image.or(before.image.take());
                        before.build = service.build.or(before.build.take());
                        before.has_profile |= service.has_profile;
                    }
                    None => merged.push(service),
                }
            }
        }
        (!files.is_empty()).then_some(merged)
    }

    fn add_service(&mut self, service: &Service, base: Option<&str>, command: &str, kind: UseKind) {
        let image = service.image.as_deref().map(|image| self.expand(image, base));
        match (&service.build, image) {
            (Some(build), image) => {
                if command != "pull" {
                    self.build_service(build, base, kind);
                }
                match image {
                    Some(image) => self.add_made(&image),
                    None => self.add_maker(Made::Service(service.name.clone())),
                }
            }
            (None, Some(image)) if command != "build" => self.add_value(&image, kind),
            _ => {}
        }
    }

    fn build_service(&mut self, build: &Build, base: Option<&str>, kind: UseKind) {
        let mut arguments = BuildArguments::default();
        for (name, value) in &build.arguments {
            arguments.values.insert(name.clone(), self.expand(value, base));
        }
        let inline = build.dockerfile_inline.as_deref().map(|text| self.expand(text, base));
        let dockerfile = inline.or_else(|| {
            let context = self.expand(build.context.as_deref().unwrap_or("."), base);
            let file = self.expand(build.dockerfile.as_deref().unwrap_or("Dockerfile"), base);
            let path = joined(base.unwrap_or("."), &joined(&context, &file));
            self.files.read(&path).map(str::to_owned)
        });
        self.add_build(dockerfile.as_deref(), &arguments, kind);
    }

    /// Expands the variables of a value as Compose does: from the environment and `.env`.
    fn expand(&self, text: &str, base: Option<&str>) -> String {
        let file = self.files.read(&format!("{}/.env", base.unwrap_or(".")));
        let from_file = |name: &str| {
            let lines = file.unwrap_or_default().lines();
            let mut pairs = lines.filter_map(|line| line.trim().split_once('='));
            let (_, value) = pairs.find(|(key, _)| key.trim() == name)?;
            Some(value.trim().trim_matches(['"', '\'']).to_owned())
        };
        let get = |name: &str| self.variables.get(name).cloned().or_else(|| from_file(name));
        Variables { get: &get, dialect: Dialect::Compose }.text(text)
    }
}

/// Returns the path from the directory `base`.
fn joined(base: &str, path: &str) -> String {
    if path.starts_with(['/', '~']) { path.to_owned() } else { format!("{base}/{path}") }
}
