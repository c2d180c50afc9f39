//! An entry of the setting `images`, and what is wrong with it.

use std::path::{Path, PathBuf};

use docker_images::Reference;
use serde_json::{Map, Value};

use super::BookImage;
use super::recipe_directory::recipe_directory;
use crate::text::nearest::nearest;

/// The keys of an image's table.
const KEYS: [&str; 2] = ["recipe", "digest"];

/// Where an entry is in the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// The index in a list.
    Index(usize),
    /// The key in a table.
    Name(&'a str),
}

/// An entry of the setting.
pub(super) struct Entry<'a> {
    pub(super) key: Key<'a>,
    /// The item of a list, or the value of a key.
    value: &'a Value,
}

/// The entries of the setting.
///
/// # Errors
/// A message if it is neither a list nor a table.
pub(super) fn entries(setting: &Value) -> Result<Vec<Entry<'_>>, String> {
    match setting {
        Value::Array(list) => {
            let items = list.iter().enumerate();
            Ok(items.map(|(index, value)| Entry { key: Key::Index(index), value }).collect())
        }
        Value::Object(table) => {
            Ok(table.iter().map(|(name, value)| Entry { key: Key::Name(name), value }).collect())
        }
        other => Err(format!(
            "invalid `images` `{other}`: use a list, e.g. `images = [\"alpine:3.20\"]`, or a table"
        )),
    }
}

impl Entry<'_> {
    /// The image. `line` is the entry's line in book.toml.
    ///
    /// # Errors
    /// A message with a remedy.
    pub(super) fn image(&self, root: &Path, line: Option<usize>) -> Result<BookImage, String> {
        let name = match (self.key, self.value) {
            (Key::Name(name), _) => name,
            (Key::Index(_), Value::String(name)) => name.as_str(),
            (Key::Index(_), other) => {
                return Err(format!(
                    "invalid image `{other}` in `images`: a list has names, e.g. `\"alpine:3.20\"`; for \
                     a recipe or a digest, use a table"
                ));
            }
        };
        if name.trim().is_empty() {
            return Err(
                "`images` has an empty name: remove it, or write e.g. `alpine:3.20`".to_owned()
            );
        }
        let reference: Reference = name.parse().map_err(|error| match suggested_name(name) {
            Some(name) => format!("{error}; did you mean `{name}`?"),
            None => format!("{error}"),
        })?;
        let mut image =
            BookImage { name: name.to_owned(), reference, recipe: None, digest: None, line };
        match (self.key, self.value) {
            (Key::Index(_), _) | (_, Value::Bool(true)) => {}
            (_, Value::Bool(false)) => {
                return Err(format!(
                    "image `{name}` is set to `false`: remove it, or write `true` to take it from a \
                     registry"
                ));
            }
            (_, Value::String(recipe)) => image.recipe = Some(PathBuf::from(recipe)),
            (_, Value::Object(table)) if !table.is_empty() => image.set(table)?,
            (_, other) => return Err(invalid_value(name, other)),
        }
        image.checked(root)
    }
}

fn invalid_value(name: &str, value: &Value) -> String {
    format!(
        "image `{name}` is set to `{value}`: use `true`, the directory of a recipe, or `{{ digest = \
         \"sha256:…\" }}`"
    )
}

/// A name that is close to an invalid one: in lower case, and without blanks and the scheme of a URL.
fn suggested_name(name: &str) -> Option<String> {
    let name = name.trim();
    let name =
        ["https://", "http://"].iter().find_map(|scheme| name.strip_prefix(scheme)).unwrap_or(name);
    let after_slash = name.rfind('/').map_or(0, |slash| slash + 1);
    let end = name[after_slash..].find([':', '@']).map_or(name.len(), |end| after_slash + end);
    // A tag may have capitals.
    let name = format!("{}{}", name[..end].to_lowercase(), &name[end..]);
    name.parse::<Reference>().is_ok().then_some(name)
}

impl BookImage {
    /// Takes over the keys of the image's table.
    fn set(&mut self, table: &Map<String, Value>) -> Result<(), String> {
        let name = &self.name;
        for (key, value) in table {
            if !KEYS.contains(&key.as_str()) {
                let remedy = match nearest(key, KEYS) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "use `recipe` or `digest`".to_owned(),
                };
                return Err(format!("unknown key `{key}` of image `{name}`: {remedy}"));
            }
            let Value::String(text) = value else {
                let example = if key == "recipe" { "images/alpine" } else { "sha256:…" };
                return Err(format!(
                    "`{key}` of image `{name}` is set to `{value}`: use a string, e.g. `\"{example}\"`"
                ));
            };
            if key == "recipe" {
                self.recipe = Some(PathBuf::from(text));
            } else {
                self.digest = Some(text.clone());
            }
        }
        Ok(())
    }

    /// Checks the digest and the recipe, and makes the recipe's path absolute.
    fn checked(mut self, root: &Path) -> Result<Self, String> {
        let name = &self.name;
        if let Some(digest) = &self.digest {
            if self.reference.digest().is_some() {
                return Err(format!(
                    "image `{name}` has a digest in its name and another in `digest`: remove one"
                ));
            }
            if format!("a@{digest}").parse::<Reference>().is_err() {
                return Err(format!(
                    "invalid digest `{digest}` of image `{name}`: use `sha256:` and 64 hexadecimal \
                     digits, as printed by `docker image ls --digests`"
                ));
            }
        }
        if self.recipe.is_some() && self.pinned_digest().is_some() {
            // A recipe is a fallback for what no registry provides, and its image has another digest.
            return Err(format!(
                "image `{name}` has a digest and a recipe, but an image built from a recipe has another \
                 digest: remove one"
            ));
        }
        if let Some(recipe) = &self.recipe {
            self.recipe = Some(recipe_directory(name, recipe, root)?);
        }
        Ok(self)
    }
}
