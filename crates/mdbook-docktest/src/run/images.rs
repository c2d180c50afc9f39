//! Has the images ready that a chapter's commands use, before its first step: each comes from the cache of
//! this machine, else from its registry, else from the book's recipe, and is in the cache from then on.
//!
//! The cache has what registries send, and the unpacked layers, which engines use where they are: see
//! [`docker_sandbox::ImageStore`]. A step that pulls gets from the cache what a registry would send.

mod cache;
mod caller;
mod clean;
mod context;
mod inventory;
mod learned;
mod mirror;
mod names;
pub(crate) mod recipe;
mod stored;
mod supplier;
mod workshop;

use std::fmt::Display;
use std::io;
use std::sync::Arc;

use docker_images::{FetchError, InUse, KeptImage, Origin, Reference};
use docker_sandbox::EngineImage;

use self::cache::{DamagedBlob, unpacked_id};
pub(crate) use self::caller::{Caller, Stored};
pub(crate) use self::clean::{Amount, Cleaned, clean_images};
pub(crate) use self::context::ContextMaker;
pub(crate) use self::inventory::{Inventory, Kept, ListedImage, Unpacked};
pub(super) use self::learned::{Learned, pulled_unasked};
use self::mirror::Log;
use self::names::{engine_image, recorded};
pub(crate) use self::supplier::Supplier;
pub(super) use self::workshop::ChapterRegistry;
use self::workshop::Workshop;
use super::{ImageAction, Progress, RunError};
use crate::model::recording::{Image, UnavailableImage};

/// The port on an engine's loopback on which it finds the registry that serves from the cache. Steps must
/// not want it for themselves: it is a privileged one that IANA has assigned to nothing.
pub(super) const MIRROR_PORT: u16 = 1009;

/// An image that a chapter uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) reference: Reference,
    /// Whether the engine has it before the first step. Otherwise a step pulls it.
    pub(super) is_present: bool,
}

impl Wanted {
    /// An image that the engine has before the first step.
    pub(super) fn present(reference: Reference) -> Self {
        Self { reference, is_present: true }
    }
}

/// The images that are ready for a chapter.
pub(super) struct Ready {
    /// The images that the engine begins with.
    pub(super) present: Vec<EngineImage>,
    /// All images, as they are recorded.
    pub(super) images: Vec<Image>,
    /// The registries of these images, without Docker Hub: from these, too, the engine gets what the cache has.
    /// It asks all others itself, so that docker prints what they say.
    pub(super) registries: Vec<String>,
    /// Those that no source provides.
    pub(super) unavailable: Vec<(Reference, Arc<FetchError>)>,
    /// Until this is dropped, no run removes them from the cache.
    _in_use: Vec<InUse>,
}

impl Ready {
    /// The images that a chapter has used, and those that it did not get, once its engine has logged what its
    /// steps have asked for.
    pub(super) fn with_log(
        self,
        supplier: &Supplier,
        log: Log,
    ) -> (Vec<Image>, Vec<UnavailableImage>) {
        let mut images = self.images;
        for (reference, kept) in log.served {
            let name = supplier.name(&reference);
            if images.iter().all(|image| image.reference != name) {
                let wanted = Wanted { reference, is_present: false };
                images.push(recorded(&name, &wanted, &kept.image));
            }
        }
        images.sort_by(|one, other| one.reference.cmp(&other.reference));
        let refused = log.refused.into_iter();
        let refused = refused.map(|image| (image.reference.to_string(), image.reason.message));
        let before = self.unavailable.into_iter();
        let before = before.map(|(image, error)| (image.to_string(), error.to_string()));
        let mut unavailable: Vec<UnavailableImage> = Vec::new();
        for (reference, reason) in before.chain(refused) {
            if unavailable.iter().all(|known| known.reference != reference) {
                unavailable.push(UnavailableImage { reference, reason });
            }
        }
        (images, unavailable)
    }
}

/// Has images ready for one chapter.
pub(super) struct Images<'a> {
    pub(super) supplier: &'a Arc<Supplier>,
    pub(super) progress: &'a dyn Fn(Progress<'_>),
}

/// What is known of an image that a chapter uses.
enum Found {
    Kept(InUse),
    /// It is to be built from its recipe, because of this refusal of its registry.
    ToBuild(String),
    Unavailable(Arc<FetchError>),
}

impl Images<'_> {
    /// Has these images ready.
    ///
    /// # Errors
    /// When a recipe fails, an image cannot be unpacked, or the run is cancelled. An image that no source
    /// provides is not an error.
    pub(super) fn make_ready(&self, wanted: &[Wanted]) -> Result<Ready, RunError> {
        let found = match self.find_ready(wanted)? {
            Some(found) => found,
            None => self.complete(wanted)?,
        };
        Ok(self.ready(wanted, found))
    }

    /// The images, if nothing is left to do for any of them. Nothing is written.
    fn find_ready(&self, wanted: &[Wanted]) -> Result<Option<Vec<Found>>, RunError> {
        let mut found = Vec::new();
        for image in wanted {
            match self.supplier.kept(&image.reference)? {
                Some(kept) if self.is_ready(image, &kept.image) => found.push(Found::Kept(kept)),
                _ => return Ok(None),
            }
        }
        self.supplier.cache.tidy_if_due();
        Ok(Some(found))
    }

    fn is_ready(&self, wanted: &Wanted, kept: &KeptImage) -> bool {
        self.check_blobs(wanted, kept).is_ok()
            && (!wanted.is_present || self.supplier.cache.check_unpacked(kept).is_ok())
    }

    /// Checks the blobs of an image: their sizes, and their contents if a step will read them. A pull cannot
    /// wait until an image is built again, and then it would be another image.
    fn check_blobs(&self, wanted: &Wanted, kept: &KeptImage) -> Result<(), DamagedBlob> {
        let cache = &self.supplier.cache;
        if wanted.is_present { cache.check_sizes(kept) } else { cache.check_contents(kept) }
    }

    /// Adds what is missing to the cache.
    fn complete(&self, wanted: &[Wanted]) -> Result<Vec<Found>, RunError> {
        let cache = &self.supplier.cache;
        let names: Vec<String> = wanted.iter().map(|image| self.name(image)).collect();
        let waiting = || self.report(&names.join(", "), ImageAction::Waiting);
        let _lock = match cache.lock(waiting, &self.supplier.canceller) {
            Ok(lock) => lock,
            Err(RunError::Io { source, .. }) => return self.only_kept(wanted, source.kind()),
            Err(error) => return Err(error),
        };
        let mut found: Vec<Found> =
            wanted.iter().map(|image| self.obtain(image)).collect::<Result<_, _>>()?;
        let mut to_unpack = Vec::new();
        for (image, found) in wanted.iter().zip(&mut found) {
            if image.is_present && self.is_to_be_unpacked(image, found)? {
                to_unpack.push(image);
            }
        }
        let to_build = wanted.iter().zip(&found).filter_map(|(image, found)| match found {
            Found::ToBuild(refusal) => Some((image, refusal.as_str())),
            _ => None,
        });
        let to_build: Vec<(&Wanted, &str)> = to_build.collect();
        if !to_build.is_empty() || !to_unpack.is_empty() {
            self.make(&to_build, &to_unpack)?;
        }
        for (image, found) in wanted.iter().zip(&mut found) {
            if let Found::ToBuild(_) = found
                && let Some(kept) = self.supplier.kept(&image.reference)?
            {
                *found = Found::Kept(kept);
            }
        }
        // What a failed download has left is needed when it is tried again.
        if !found.iter().any(|found| matches!(found, Found::Unavailable(_))) {
            cache.tidy();
        }
        Ok(found)
    }

    /// What is available in a cache that cannot be written to.
    fn only_kept(&self, wanted: &[Wanted], kind: io::ErrorKind) -> Result<Vec<Found>, RunError> {
        let cache = &self.supplier.cache;
        let find = |image: &Wanted| {
            let kept = self.supplier.kept(&image.reference)?;
            // Unpacked layers are enough to run it.
            let is_usable = |kept: &InUse| match image.is_present {
                true => cache.check_unpacked(&kept.image).is_ok(),
                false => cache.check_contents(&kept.image).is_ok(),
            };
            if let Some(kept) = kept.filter(is_usable) {
                return Ok(Found::Kept(kept));
            }
            let error = self.supplier.not_kept(kind.into());
            // If the engine can pull an image of this name, that is reported as well.
            let name = self.name(image);
            let line = format!("image {name} cannot be added to the cache: {error}");
            (self.progress)(Progress::Notice { line: &line });
            Ok(Found::Unavailable(Arc::new(error)))
        };
        wanted.iter().map(find).collect()
    }

    /// Finds an image in the cache, or fetches it.
    fn obtain(&self, wanted: &Wanted) -> Result<Found, RunError> {
        if let Some(kept) = self.supplier.kept(&wanted.reference)? {
            return match self.check_blobs(wanted, &kept.image) {
                Ok(()) => Ok(Found::Kept(kept)),
                Err(damage) => self.replace(wanted, kept, &damage),
            };
        }
        if let Some(path) = self.supplier.damaged_entry(&wanted.reference) {
            let damage = format!("`{}` is damaged", path.display());
            self.notice_damage(wanted, &damage, "adding it again");
        }
        self.fetch(wanted)
    }

    /// Replaces an image that is damaged in the cache.
    fn replace(
        &self,
        wanted: &Wanted,
        damaged: InUse,
        damage: &DamagedBlob,
    ) -> Result<Found, RunError> {
        self.supplier.cache.remove_damaged_blobs(&damaged.image);
        if let Origin::Recipe { .. } = damaged.image.origin {
            self.notice_damage(wanted, damage, "building it again");
            return Ok(Found::ToBuild("it was built before".to_owned()));
        }
        self.notice_damage(wanted, damage, "fetching it again");
        match self.fetch(wanted)? {
            // Without a network, its unpacked layers are enough to run it.
            Found::Unavailable(_)
                if wanted.is_present
                    && self.supplier.cache.check_unpacked(&damaged.image).is_ok() =>
            {
                Ok(Found::Kept(damaged))
            }
            found => Ok(found),
        }
    }

    fn fetch(&self, wanted: &Wanted) -> Result<Found, RunError> {
        let stored = match &self.supplier.caller {
            // What a step pulls must be what a reader gets.
            Some(caller) if wanted.is_present => {
                caller.stored(&self.supplier.pinned(&wanted.reference))?
            }
            _ => None,
        };
        // An image that was built there may have the name of another one in the registry.
        if let Some(stored) = stored.as_ref().filter(|stored| stored.digest.is_some())
            && let Some(kept) = self.copy(wanted, stored)?
        {
            return Ok(Found::Kept(kept));
        }
        let recipe = self.supplier.recipe(&wanted.reference);
        let name = self.name(wanted);
        let report = |action| self.report(&name, action);
        match self.supplier.fetch(&wanted.reference, &report, &self.supplier.canceller) {
            Ok(kept) => Ok(Found::Kept(kept)),
            Err(error) if matches!(*error, FetchError::Cancelled) => Err(RunError::Cancelled),
            Err(error) if recipe.is_some() => Ok(Found::ToBuild(error.to_string())),
            Err(error) => {
                let stored = stored.filter(|stored| stored.digest.is_none());
                let kept = stored.map(|stored| self.copy(wanted, &stored)).transpose()?.flatten();
                Ok(kept.map_or(Found::Unavailable(error), Found::Kept))
            }
        }
    }

    /// Copies an image from the author's own Docker. Returns `None` after a notice if that is not possible.
    fn copy(&self, wanted: &Wanted, stored: &Stored) -> Result<Option<InUse>, RunError> {
        let Some(caller) = &self.supplier.caller else { return Ok(None) };
        let cache = &self.supplier.cache;
        let temporary = cache.temporary();
        let temporary =
            temporary.map_err(RunError::io("creating a directory in the image cache"))?;
        self.report(&self.name(wanted), ImageAction::Copying);
        let pinned = self.supplier.pinned(&wanted.reference);
        let copied = stored::take(caller.as_ref(), &pinned, stored, &cache.blobs, temporary.path())
            .and_then(|image| Ok(cache.index.keep(&pinned, &image)?));
        match copied {
            Ok(()) => Ok(cache.index.find(&pinned, None)),
            Err(_) if self.supplier.canceller.is_cancelled() => Err(RunError::Cancelled),
            Err(error) => {
                let name = self.name(wanted);
                let line = format!("image {name} cannot be copied from Docker: {error}");
                (self.progress)(Progress::Notice { line: &line });
                Ok(None)
            }
        }
    }

    /// Whether an image has to be unpacked. If it has, all of it is read first: what is damaged is fetched or
    /// built again.
    fn is_to_be_unpacked(&self, wanted: &Wanted, found: &mut Found) -> Result<bool, RunError> {
        let cache = &self.supplier.cache;
        let Found::Kept(kept) = found else { return Ok(false) };
        let Err(damage) = cache.check_unpacked(&kept.image) else { return Ok(false) };
        if !damage.is_not_stored() {
            self.notice_damage(wanted, damage, "unpacking it again");
            cache.store.remove_damaged_layers(&unpacked_id(&kept.image.id))?;
        }
        if let Err(damage) = cache.check_contents(&kept.image)
            && let Some(damaged) = self.supplier.kept(&wanted.reference)?
        {
            *found = self.replace(wanted, damaged, &damage)?;
        }
        Ok(matches!(found, Found::Kept(_)))
    }

    /// Builds and unpacks images on an engine of their own.
    fn make(&self, to_build: &[(&Wanted, &str)], to_unpack: &[&Wanted]) -> Result<(), RunError> {
        let mut unpacking = Vec::new();
        for image in to_unpack {
            if let Some(kept) = self.supplier.kept(&image.reference)? {
                unpacking.push((image, kept));
            }
        }
        let kept = unpacking.iter().map(|(_, kept)| &kept.image);
        let similar = self.supplier.cache.unpacked_similar(kept);
        let mut workshop = Workshop::open(self.supplier, &similar, &[])?;
        for (image, kept) in &unpacking {
            self.report(&self.name(image), ImageAction::Unpacking);
            workshop.unpack(&image.reference, &kept.image)?;
        }
        for (image, refusal) in to_build {
            let Some(directory) = self.supplier.recipe(&image.reference) else { continue };
            // Another image of these may be based on it.
            if self
                .supplier
                .kept(&image.reference)?
                .is_some_and(|kept| self.is_ready(image, &kept.image))
            {
                continue;
            }
            workshop.build(&image.reference, directory, self.progress).map_err(|source| {
                match source {
                    RunError::Cancelled => RunError::Cancelled,
                    source => RunError::NoImage {
                        reference: self.name(image),
                        refusal: (*refusal).to_owned(),
                        recipe: directory.to_owned(),
                        source: Box::new(source),
                    },
                }
            })?;
        }
        workshop.close()
    }

    fn ready(&self, wanted: &[Wanted], found: Vec<Found>) -> Ready {
        let mut ready = Ready {
            present: Vec::new(),
            images: Vec::new(),
            registries: Vec::new(),
            unavailable: Vec::new(),
            _in_use: Vec::new(),
        };
        for (image, found) in wanted.iter().zip(found) {
            match found {
                Found::Kept(kept) => {
                    let registry = image.reference.registry();
                    let is_elsewhere =
                        !image.reference.is_on_docker_hub() && !image.reference.is_local();
                    if is_elsewhere && ready.registries.iter().all(|known| known != registry) {
                        ready.registries.push(registry.to_owned());
                    }
                    if image.is_present {
                        ready.present.push(engine_image(&image.reference, &kept.image));
                    }
                    ready.images.push(recorded(&self.name(image), image, &kept.image));
                    ready._in_use.push(kept);
                }
                Found::Unavailable(error) => {
                    ready.unavailable.push((image.reference.clone(), error));
                }
                // Building it has failed, which ends the run earlier.
                Found::ToBuild(_) => {}
            }
        }
        ready.images.sort_by(|one, other| one.reference.cmp(&other.reference));
        ready
    }

    fn name(&self, image: &Wanted) -> String {
        self.supplier.name(&image.reference)
    }

    fn report(&self, reference: &str, action: ImageAction) {
        (self.progress)(Progress::Image { reference, action });
    }

    fn notice_damage(&self, image: &Wanted, damage: impl Display, remedy: &str) {
        let name = self.name(image);
        let line = format!("image {name} is damaged in the cache ({damage}): {remedy}");
        (self.progress)(Progress::Notice { line: &line });
    }
}
