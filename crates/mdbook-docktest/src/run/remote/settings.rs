//! The settings that a run depends on, for the other side.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::protocol::{NamedImage, Recipe, RunSettings};
use crate::book::settings::{BookImage, BookImages, Settings};
use crate::expect::Placeholders;
use crate::model::values::Values;
use crate::run::RunError;
use crate::run::images::recipe;
use crate::text::digest::hexadecimal;

impl RunSettings {
    /// Those of a book.
    ///
    /// # Errors
    /// When a recipe cannot be read.
    pub(super) fn of(settings: &Settings) -> Result<Self, RunError> {
        let own = settings.placeholders.own();
        let placeholders = own.map(|(name, regex)| (name.to_owned(), regex.to_owned())).collect();
        Ok(Self {
            timeout: settings.timeout,
            memory: settings.memory,
            processes: settings.processes,
            disk: settings.disk,
            environment: settings.environment.clone(),
            placeholders,
            values: settings.values.to_table(),
            lints: settings.lints.clone(),
            images: settings.images.iter().map(NamedImage::of).collect::<Result<_, _>>()?,
        })
    }

    /// The settings of a run here. `recipes` is a directory for what stands for recipes.
    ///
    /// # Errors
    /// When they are not valid, or `recipes` cannot be written to.
    pub(super) fn settings(self, recipes: &Path) -> io::Result<Settings> {
        let images = self.images.into_iter().map(|image| image.image(recipes));
        let images = images.collect::<io::Result<BookImages>>()?;
        Ok(Settings {
            timeout: self.timeout,
            memory: self.memory,
            processes: self.processes,
            disk: self.disk,
            environment: self.environment,
            placeholders: Placeholders::with(self.placeholders).map_err(io::Error::other)?,
            values: Arc::new(Values::new(self.values).map_err(io::Error::other)?),
            lints: self.lints,
            images,
            ..Settings::default()
        })
    }
}

impl NamedImage {
    fn of(image: &BookImage) -> Result<Self, RunError> {
        let recipe = image.recipe.as_deref().map(|directory| {
            let reading = || RunError::io(format!("reading the recipe `{}`", directory.display()));
            let source = recipe::source(directory).map_err(reading())?;
            let source = Sha256::digest(source.as_os_str().as_encoded_bytes());
            let digest = recipe::digest(directory).map_err(reading())?;
            Ok::<_, RunError>(Recipe { source: hexadecimal(&source[..8]), digest })
        });
        let recipe = recipe.transpose()?;
        Ok(Self { name: image.name.clone(), pin: image.digest.clone(), recipe })
    }

    /// The image for a run here. The directory of a recipe has a single file with the digest of the recipe's own
    /// files, so that it is another recipe whenever these are others.
    fn image(self, recipes: &Path) -> io::Result<BookImage> {
        let recipe = self.recipe.map(|Recipe { source, digest }| {
            let directory = recipes.join(source);
            fs::create_dir_all(&directory)?;
            let file = directory.join("digest");
            // Another chapter may be reading it.
            if !fs::read_to_string(&file).is_ok_and(|known| known == digest) {
                fs::write(file, digest)?;
            }
            io::Result::Ok(directory)
        });
        Ok(BookImage {
            reference: self.name.parse().map_err(io::Error::other)?,
            recipe: recipe.transpose()?,
            name: self.name,
            digest: self.pin,
            line: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{Code, Level};

    #[test]
    fn what_a_run_depends_on_is_the_same_on_the_other_side() {
        let directory = tempfile::tempdir().unwrap();
        let own = directory.path().join("recipe");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("Dockerfile"), "FROM scratch\n").unwrap();
        let pin = format!("sha256:{}", "a".repeat(64));
        let image = |name: &str, recipe: Option<&Path>, digest: Option<&str>| BookImage {
            name: name.to_owned(),
            reference: name.parse().unwrap(),
            recipe: recipe.map(Path::to_owned),
            digest: digest.map(str::to_owned),
            line: Some(3),
        };
        let images = [image("app", Some(&own), None), image("nginx:1", None, Some(&pin))];
        let table = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
        let settings = Settings {
            timeout: std::time::Duration::from_millis(1234),
            memory: Some(1 << 30),
            processes: Some(500),
            disk: Some(1 << 31),
            environment: table("A", "b"),
            placeholders: Placeholders::with([("MINE".to_owned(), r"\d+".to_owned())]).unwrap(),
            values: Arc::new(Values::new(table("<name>", "web")).unwrap()),
            lints: serde_json::from_str(r#"{"leftover":"deny"}"#).unwrap(),
            images: images.into_iter().collect(),
            ..Settings::default()
        };
        let recipes = directory.path().join("recipes");
        let there = RunSettings::of(&settings).unwrap().settings(&recipes).unwrap();
        assert_eq!(there.lints.level(Code::Leftover), Level::Deny);
        assert_eq!(there.reading(), settings.reading());
        let app = there.images.get(&"app".parse().unwrap()).unwrap();
        let digest_there = || recipe::digest(app.recipe.as_deref().unwrap()).unwrap();
        let before = digest_there();
        let of_images = |settings: &Settings| -> Vec<_> {
            let images = settings.images.iter();
            images.map(|image| (image.name.clone(), image.digest.clone())).collect()
        };
        assert_eq!(of_images(&there), of_images(&settings));
        let images = BookImages::default();
        let same = Settings { images: images.clone(), ..there.clone() };
        assert_eq!(same, Settings { images, ..settings.clone() });

        // The digest there changes with the recipe, and only then.
        RunSettings::of(&settings).unwrap().settings(&recipes).unwrap();
        assert_eq!(digest_there(), before);
        fs::write(own.join("Dockerfile"), "FROM scratch\nENV A=b\n").unwrap();
        RunSettings::of(&settings).unwrap().settings(&recipes).unwrap();
        assert_ne!(digest_there(), before);
    }
}
