//! `engine images`: the images that a book uses.

mod json;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use docker_cli::Canceller;
use docker_images::{Limits, Origin};
use docker_sandbox::EngineRoot;
use indicatif::{DecimalBytes, HumanDuration};

use super::table::table;
use crate::cli::{EngineImages, ListFormat};
use crate::command::load::load;
use crate::command::schedule::used_before;
use crate::command::{Exit, cache, print};
use crate::run::{Inventory, Kept, ListedImage, Supplier, Unpacked};

/// How many hexadecimal digits of a digest are shown, as in `docker image ls`.
const SHORT_DIGEST: usize = 12;

/// What stands for nothing in a table.
const NOTHING: &str = "-";

/// A list of images.
struct List {
    /// Where the cache is.
    directory: PathBuf,
    limits: Limits,
    inventory: Inventory,
}

/// The images of a list in sum.
#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    images: usize,
    /// The number of images that are ready in the cache.
    cached: usize,
    /// In bytes. What images share counts once.
    compressed: u64,
    unpacked: u64,
}

pub(in crate::command) fn images(options: &EngineImages) -> Result<Exit> {
    let list = list(options)?;
    let text = match options.format {
        ListFormat::Human => {
            human(&list, &env::current_dir().unwrap_or_default(), SystemTime::now())
        }
        ListFormat::Json => json::json(&list)?,
    };
    print(&text).context("cannot write the list")?;
    Ok(Exit::Success)
}

fn list(options: &EngineImages) -> Result<List> {
    let directory = cache()?.join("images");
    let mut inventory = Inventory::default();
    let mut limits = Limits::default();
    for loaded in load(&options.paths, &options.chapters)? {
        let images = &loaded.settings.images;
        // It fetches nothing here, and starts no engine.
        let root = EngineRoot::find();
        let supplier = Supplier::new(&directory, images, &root, &Canceller::new(), None)?;
        limits = supplier.limits();
        let chapters = loaded.report.chapters.iter();
        let chapters = chapters.filter_map(|chapter| {
            Some((chapter.scenario()?, used_before(chapter, &loaded.settings)))
        });
        let found = Inventory::new(&supplier, chapters)?;
        inventory.images.extend(found.images);
        inventory.unresolved.extend(found.unresolved);
        inventory.unreadable = found.unreadable;
    }
    Ok(List { directory, limits, inventory })
}

impl Totals {
    fn of(images: &[ListedImage]) -> Self {
        let ready =
            || images.iter().filter_map(|image| image.kept.as_ref()).filter(|kept| kept.is_current);
        let blobs: BTreeMap<_, _> = ready()
            .flat_map(|kept| &kept.image.blobs)
            .map(|blob| (blob.digest, blob.size))
            .collect();
        let layers: BTreeMap<_, _> =
            ready().flat_map(|kept| &kept.layers).map(|(layer, size)| (layer, size)).collect();
        Self {
            images: images.len(),
            cached: ready().count(),
            compressed: blobs.values().sum(),
            unpacked: layers.into_values().sum(),
        }
    }
}

impl Kept {
    /// The size of all blobs, in bytes.
    fn compressed(&self) -> u64 {
        self.image.blobs.iter().map(|blob| blob.size).sum()
    }

    /// The size of the unpacked layers, in bytes; `None` if it is not unpacked, or they cannot be read.
    fn unpacked_size(&self) -> Option<u64> {
        (self.unpacked == Unpacked::Yes).then(|| self.layers.iter().map(|(_, size)| size).sum())
    }
}

/// The list for people. `here` is the current directory.
fn human(list: &List, here: &Path, now: SystemTime) -> String {
    let Inventory { images, unresolved, unreadable } = &list.inventory;
    let mut text = String::new();
    let mut line = |line: &str| text.push_str(&format!("{line}\n"));
    if images.is_empty() {
        line("no images");
    } else {
        let header =
            ["IMAGE", "USE", "CHAPTERS", "CACHE", "FROM", "COMPRESSED", "UNPACKED", "LAST USED"];
        let rows = images.iter().map(|image| row(image, unreadable.is_some(), here, now));
        table(header, rows).lines().for_each(&mut line);
        line("");
        line(&totals(&Totals::of(images)));
    }
    for image in images {
        let Some(damage) = image.kept.as_ref().and_then(|kept| kept.damage.as_ref()) else {
            continue;
        };
        line(&format!(
            "{} is damaged in the cache ({damage}): the next run replaces what is damaged",
            image.name
        ));
    }
    for (chapter, count) in unresolved {
        let uses = if *count == 1 { "1 use is" } else { &format!("{count} uses are") };
        line(&format!("{uses} known only when the chapter runs: {}", chapter.display()));
    }
    let directory = list.directory.display();
    line(&match unreadable {
        Some(error) => format!(
            "cache: {directory}, which cannot be read ({error}): run this as the user who verifies the book"
        ),
        None => format!(
            "cache: {directory}, for up to {} and {} without a use",
            DecimalBytes(list.limits.size),
            days(list.limits.age)
        ),
    });
    text
}

fn row(image: &ListedImage, is_unreadable: bool, here: &Path, now: SystemTime) -> [String; 8] {
    let kept = image.kept.as_ref();
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    let ago = |kept: &Kept| {
        let age = now.duration_since(kept.last_used).unwrap_or_default();
        format!("{} ago", HumanDuration(age))
    };
    [
        image.name.clone(),
        used(image).to_owned(),
        chapters(image),
        state(kept, is_unreadable).to_owned(),
        from(image, here),
        or_nothing(kept.map(|kept| DecimalBytes(kept.compressed()).to_string())),
        or_nothing(kept.and_then(Kept::unpacked_size).map(|size| DecimalBytes(size).to_string())),
        or_nothing(kept.map(ago)),
    ]
}

fn used(image: &ListedImage) -> &'static str {
    match (image.needed_by.is_empty(), image.pulled_by.is_empty()) {
        (false, false) => "needed, pulled",
        (true, false) => "pulled",
        _ => "needed",
    }
}

/// The first chapter, and how many others there are.
fn chapters(image: &ListedImage) -> String {
    let mut chapters = image.needed_by.iter().chain(&image.pulled_by);
    let first = chapters.next().map(|chapter| chapter.display().to_string()).unwrap_or_default();
    match chapters.count() {
        0 => first,
        more => format!("{first} +{more}"),
    }
}

fn state(kept: Option<&Kept>, is_unreadable: bool) -> &'static str {
    match kept {
        None if is_unreadable => "unknown",
        None => NOTHING,
        Some(kept) if !kept.is_current => "outdated",
        Some(kept) if kept.damage.is_some() => "damaged",
        Some(kept) => match kept.unpacked {
            Unpacked::Yes => "unpacked",
            Unpacked::No => "compressed",
            Unpacked::Unknown => "unknown",
        },
    }
}

/// Where an image has come from, or would come from.
fn from(image: &ListedImage, here: &Path) -> String {
    let recipe = |directory: &Path| {
        let below = directory.strip_prefix(here).or_else(|_| directory.strip_prefix("."));
        format!("recipe {}", below.unwrap_or(directory).display())
    };
    match (&image.kept, &image.registry, &image.recipe) {
        (Some(kept), registry, _) => match &kept.image.origin {
            Origin::Registry => {
                let registry = registry.as_deref().unwrap_or(NOTHING);
                let digest = &kept.image.digest.hex()[..SHORT_DIGEST];
                format!("{registry}@sha256:{digest}")
            }
            Origin::Docker { .. } => "Docker".to_owned(),
            Origin::Recipe { directory, .. } if kept.is_current => recipe(directory),
            Origin::Recipe { directory, .. } => format!("{} (changed)", recipe(directory)),
        },
        (None, Some(registry), None) => registry.clone(),
        (None, Some(registry), Some(directory)) => {
            format!("{registry}, else {}", recipe(directory))
        }
        (None, None, Some(directory)) => recipe(directory),
        (None, None, None) => "a registry that the chapter starts".to_owned(),
    }
}

fn totals(totals: &Totals) -> String {
    let Totals { images, cached, compressed, unpacked } = totals;
    let noun = if *images == 1 { "image" } else { "images" };
    format!(
        "{images} {noun}, {cached} in the cache: {} compressed, {} unpacked",
        DecimalBytes(*compressed),
        DecimalBytes(*unpacked)
    )
}

/// A time in whole days if it is at least one day.
fn days(time: Duration) -> String {
    match time.as_secs() / (24 * 3600) {
        0 => HumanDuration(time).to_string(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests;
