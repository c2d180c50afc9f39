//! The list of images as JSON. Its fields are a contract: they may be added, but are never renamed.

use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use docker_images::Origin;
use serde::Serialize;

use super::{List, Totals};
use crate::run::{Kept, ListedImage, Unpacked};
use crate::text::json::indented;

/// Formats the list as one indented JSON object, with a line feed at the end.
///
/// # Errors
/// Those of serde_json, which do not occur with plain data.
pub(super) fn json(list: &List) -> serde_json::Result<String> {
    let totals = Totals::of(&list.inventory.images);
    let document = Document {
        schema: 1,
        cache: Cache {
            directory: &list.directory,
            readable: list.inventory.unreadable.is_none(),
            size_limit_bytes: list.limits.size,
            age_limit_seconds: list.limits.age.as_secs(),
        },
        summary: Summary {
            images: totals.images,
            cached: totals.cached,
            compressed_bytes: totals.compressed,
            unpacked_bytes: totals.unpacked,
        },
        images: list.inventory.images.iter().map(JsonImage::from).collect(),
        unresolved: list.inventory.unresolved.iter().map(Unresolved::from).collect(),
    };
    indented(&document)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    cache: Cache<'a>,
    summary: Summary,
    images: Vec<JsonImage<'a>>,
    unresolved: Vec<Unresolved<'a>>,
}

#[derive(Serialize)]
struct Cache<'a> {
    directory: &'a Path,
    readable: bool,
    size_limit_bytes: u64,
    age_limit_seconds: u64,
}

#[derive(Serialize)]
struct Summary {
    images: usize,
    cached: usize,
    compressed_bytes: u64,
    unpacked_bytes: u64,
}

#[derive(Serialize)]
struct JsonImage<'a> {
    name: &'a str,
    needed_by: &'a [PathBuf],
    pulled_by: &'a [PathBuf],
    /// `null` if it runs on the engine itself.
    registry: Option<&'a str>,
    recipe: Option<&'a Path>,
    /// `null` if it is not in the cache, or that cannot be read.
    cached: Option<Cached<'a>>,
}

#[derive(Serialize)]
struct Cached<'a> {
    origin: &'static str,
    /// `false` if its recipe has changed since.
    current: bool,
    digest: String,
    id: String,
    /// `null` if its layers cannot be read.
    unpacked: Option<bool>,
    damage: Option<&'a str>,
    compressed_bytes: u64,
    /// `null` if it is not unpacked.
    unpacked_bytes: Option<u64>,
    last_used: String,
}

#[derive(Serialize)]
struct Unresolved<'a> {
    chapter: &'a Path,
    uses: usize,
}

impl<'a> From<&'a ListedImage> for JsonImage<'a> {
    fn from(image: &'a ListedImage) -> Self {
        Self {
            name: &image.name,
            needed_by: &image.needed_by,
            pulled_by: &image.pulled_by,
            registry: image.registry.as_deref(),
            recipe: image.recipe.as_deref(),
            cached: image.kept.as_ref().map(Cached::from),
        }
    }
}

impl<'a> From<&'a Kept> for Cached<'a> {
    fn from(kept: &'a Kept) -> Self {
        let last_used = DateTime::<Utc>::from(kept.last_used);
        Self {
            origin: match kept.image.origin {
                Origin::Registry => "registry",
                Origin::Docker { .. } => "docker",
                Origin::Recipe { .. } => "recipe",
            },
            current: kept.is_current,
            digest: kept.image.digest.to_string(),
            id: kept.image.id.to_string(),
            unpacked: match kept.unpacked {
                Unpacked::Yes => Some(true),
                Unpacked::No => Some(false),
                Unpacked::Unknown => None,
            },
            damage: kept.damage.as_deref(),
            compressed_bytes: kept.compressed(),
            unpacked_bytes: kept.unpacked_size(),
            last_used: last_used.to_rfc3339_opts(SecondsFormat::Secs, true),
        }
    }
}

impl<'a> From<&'a (PathBuf, usize)> for Unresolved<'a> {
    fn from((chapter, uses): &'a (PathBuf, usize)) -> Self {
        Self { chapter, uses: *uses }
    }
}
