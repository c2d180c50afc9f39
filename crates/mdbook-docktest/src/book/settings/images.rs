//! The images of a book: `images` in `[preprocessor.docktest]`, as a list or a table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use docker_images::Reference;
use serde_json::Value;

use self::places::Places;

mod entry;
mod places;
mod recipe_directory;

/// The images that a book names in book.toml.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookImages(BTreeMap<Reference, BookImage>);

/// An image that a book names in book.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookImage {
    /// The name as it is written in book.toml.
    pub name: String,
    /// What the name stands for.
    pub reference: Reference,
    /// The directory of the recipe from which the image is built if no registry provides it.
    pub recipe: Option<PathBuf>,
    /// The digest that the setting `digest` pins the name to: `sha256:` and 64 hexadecimal digits. A digest
    /// in the name itself is part of `reference`.
    pub digest: Option<String>,
    /// The line in book.toml, counted from 1, if it is known: not for a setting from the environment.
    pub line: Option<usize>,
}

/// What is wrong with the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImagesError {
    /// The line in book.toml, counted from 1, if it is known.
    pub(super) line: Option<usize>,
    /// The error and the remedy, on one line.
    pub(super) message: String,
}

impl BookImage {
    /// The digest that the image must have, from its name or from the setting `digest`.
    pub fn pinned_digest(&self) -> Option<&str> {
        self.digest.as_deref().or_else(|| self.reference.digest())
    }
}

impl BookImages {
    /// The image with this name in any of its forms: `alpine` is also `docker.io/library/alpine:latest`.
    pub fn get(&self, reference: &Reference) -> Option<&BookImage> {
        self.0.get(reference)
    }

    /// All images, in the order of their references.
    pub fn iter(&self) -> impl Iterator<Item = &BookImage> {
        self.0.values()
    }

    /// The images with a recipe, each with the recipe's directory.
    pub fn recipes(&self) -> impl Iterator<Item = (&BookImage, &Path)> {
        self.iter().filter_map(|image| Some((image, image.recipe.as_deref()?)))
    }

    /// Reads the setting. `root` is the directory of book.toml, to which recipes are relative.
    ///
    /// # Errors
    /// If the setting is not valid: a wrong recipe must not be noticed only when it is needed.
    pub(super) fn read(setting: &Value, root: &Path) -> Result<Self, ImagesError> {
        let places = Places::find(setting, root);
        let entries = entry::entries(setting)
            .map_err(|message| ImagesError { line: places.line_of_setting(), message })?;
        let mut entries: Vec<_> =
            entries.into_iter().map(|entry| (places.line(entry.key), entry)).collect();
        // In the order of the file: a table comes sorted by name.
        entries.sort_by_key(|(line, _)| *line);
        let mut images: BTreeMap<Reference, BookImage> = BTreeMap::new();
        for (line, entry) in entries {
            let image = entry.image(root, line).map_err(|message| ImagesError { line, message })?;
            if let Some(first) = images.get(&image.reference) {
                return Err(ImagesError { line, message: named_twice(first, &image) });
            }
            images.insert(image.reference.clone(), image);
        }
        Ok(Self(images))
    }
}

impl FromIterator<BookImage> for BookImages {
    fn from_iter<I: IntoIterator<Item = BookImage>>(images: I) -> Self {
        Self(images.into_iter().map(|image| (image.reference.clone(), image)).collect())
    }
}

fn named_twice(first: &BookImage, second: &BookImage) -> String {
    let at = first.line.map_or(String::new(), |line| format!(" in line {line}"));
    if first.name == second.name {
        return format!("image `{}` is already listed{at}: remove one", first.name);
    }
    format!("`{}` is the same image as `{}`{at}: remove one", second.name, first.name)
}

#[cfg(test)]
mod tests;
