//! The images that chapters use, and where each is or would come from. Nothing is changed, not even when an
//! image was last used.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use docker_images::{Damage, IndexEntry, KeptImage, Origin, Reference};
use docker_sandbox::Problem;

use super::cache::unpacked_id;
use super::learned::Learned;
use super::recipe;
use super::supplier::Supplier;
use crate::extract::image_uses::image_uses;
use crate::model::recording::Image;
use crate::model::scenario::Scenario;
use crate::run::{RunError, wanted};

/// The images that chapters use.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// The images, sorted by their references.
    pub(crate) images: Vec<ListedImage>,
    /// The chapters with uses whose images only a run can show, with the number of these.
    pub(crate) unresolved: Vec<(PathBuf, usize)>,
    /// Why the cache cannot be read, if that is so. Then no image seems to be in it.
    pub(crate) unreadable: Option<String>,
}

/// An image that chapters use.
#[derive(Debug)]
pub(crate) struct ListedImage {
    /// Its name in book.toml, or else the short form of its reference.
    pub(crate) name: String,
    /// The chapters with a command that needs it before.
    pub(crate) needed_by: Vec<PathBuf>,
    /// The other chapters, which pull it.
    pub(crate) pulled_by: Vec<PathBuf>,
    /// The registry that provides it; `None` if that runs on the engine itself.
    pub(crate) registry: Option<String>,
    /// The directory of its recipe.
    pub(crate) recipe: Option<PathBuf>,
    /// What the cache has for it.
    pub(crate) kept: Option<Kept>,
}

/// An image in the cache.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) image: KeptImage,
    /// `false` if its recipe has changed since: it is not used.
    pub(crate) is_current: bool,
    pub(crate) unpacked: Unpacked,
    /// What is wrong with it, as far as that shows without reading its files.
    pub(crate) damage: Option<String>,
    /// Its unpacked layers with their sizes in bytes.
    pub(crate) layers: Vec<(docker_sandbox::Digest, u64)>,
    pub(crate) last_used: SystemTime,
}

/// Whether an image is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unpacked {
    Yes,
    No,
    /// This process may not read its layers.
    Unknown,
}

impl Inventory {
    /// The images that chapters use, as far as is known before they run: from their commands, from their
    /// recordings, and from earlier runs on this machine.
    ///
    /// # Errors
    /// When a recipe cannot be read.
    pub(crate) fn new<'a>(
        supplier: &Supplier,
        chapters: impl IntoIterator<Item = (&'a Scenario, Vec<Image>)>,
    ) -> Result<Self, RunError> {
        let learned = Learned::new(supplier);
        let mut uses: BTreeMap<Reference, (Vec<PathBuf>, Vec<PathBuf>)> = BTreeMap::new();
        let mut unresolved = Vec::new();
        for (scenario, used_before) in chapters {
            for image in wanted(scenario, &learned, &used_before) {
                let (needed_by, pulled_by) = uses.entry(image.reference).or_default();
                let by = if image.is_present { needed_by } else { pulled_by };
                by.push(scenario.path.clone());
            }
            let count = image_uses(scenario).unresolved;
            if count > 0 {
                unresolved.push((scenario.path.clone(), count));
            }
        }
        let entries = supplier.cache.index.entries();
        let images = uses.into_iter().map(|(reference, (needed_by, pulled_by))| {
            let registry = (!reference.is_local()).then(|| reference.registry().to_owned());
            Ok(ListedImage {
                name: supplier.name(&reference),
                needed_by,
                pulled_by,
                registry,
                recipe: supplier.recipe(&reference).map(ToOwned::to_owned),
                kept: kept(supplier, &entries, &reference)?,
            })
        });
        let images = images.collect::<Result<_, RunError>>()?;
        let unreadable = supplier.cache.index.check_readable().err();
        Ok(Self { images, unresolved, unreadable: unreadable.map(|error| error.to_string()) })
    }
}

/// What the cache has for a reference, as [`Supplier::kept`] finds it, but also if its recipe has changed.
fn kept(
    supplier: &Supplier,
    entries: &[IndexEntry],
    reference: &Reference,
) -> Result<Option<Kept>, RunError> {
    let find = |reference: &Reference, is_origin: &dyn Fn(&Origin) -> bool| {
        let reference = reference.to_string();
        entries.iter().filter(|entry| !entry.is_replaced).find_map(|entry| {
            let image = entry.image.as_ref()?;
            let is_it = image.reference == reference && is_origin(&image.origin);
            is_it.then(|| (image.clone(), entry.last_used))
        })
    };
    let pulled =
        find(&supplier.pinned(reference), &|origin| !matches!(origin, Origin::Recipe { .. }));
    if let Some((image, last_used)) = pulled {
        return Ok(Some(describe(supplier, image, last_used, true)));
    }
    let Some(recipe) = supplier.recipe(reference) else { return Ok(None) };
    let reading = || RunError::io(format!("reading the recipe `{}`", recipe.display()));
    let source = recipe::source(recipe).map_err(reading())?;
    let is_from_recipe = |origin: &Origin| matches!(origin, Origin::Recipe { directory, .. } if *directory == source);
    let Some((image, last_used)) = find(reference, &is_from_recipe) else { return Ok(None) };
    let current = recipe::digest(recipe).map_err(reading())?;
    let is_current = matches!(&image.origin, Origin::Recipe { digest, .. } if *digest == current);
    Ok(Some(describe(supplier, image, last_used, is_current)))
}

fn describe(
    supplier: &Supplier,
    image: KeptImage,
    last_used: SystemTime,
    is_current: bool,
) -> Kept {
    let cache = &supplier.cache;
    let blob_damage = image.blobs.iter().find_map(|blob| {
        match cache.blobs.check_size(&blob.digest, blob.size).err()? {
            Damage::Unreadable(_) => None,
            damage => Some(format!("blob {}: {damage}", blob.digest)),
        }
    });
    let (unpacked, layer_damage) = match cache.check_unpacked(&image) {
        Ok(()) => (Unpacked::Yes, None),
        Err(damage) if damage.is_not_stored() => (Unpacked::No, None),
        Err(damage) if matches!(damage.problem(), Problem::Unreadable(_)) => {
            (Unpacked::Unknown, None)
        }
        Err(damage) => (Unpacked::Yes, Some(damage.to_string())),
    };
    // Without a readable description, the sizes are not known.
    let layers = cache.store.layer_sizes(&unpacked_id(&image.id)).unwrap_or_default();
    let damage = blob_damage.or(layer_damage);
    Kept { image, is_current, unpacked, damage, layers, last_used }
}
