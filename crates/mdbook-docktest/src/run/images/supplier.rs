//! Where images come from: the cache, else their registry, else a recipe of the book.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use docker_cli::Canceller;
use docker_images::{
    BlobError, FetchError, FetchProgress, Fetched, InUse, KeptImage, Limits, Origin, Platform,
    Reference, Registry,
};
use docker_sandbox::{EngineRoot, ImageStore, as_caller};

use super::cache::ImageCache;
use super::caller::Caller;
use super::recipe;
use crate::book::settings::BookImages;
use crate::run::{ImageAction, RunError};

/// Finds images in the cache, and fetches them from registries.
pub(crate) struct Supplier {
    pub(super) cache: ImageCache,
    registry: Registry,
    book: BookImages,
    /// The root file system of the engines that unpack and build images.
    pub(super) root: EngineRoot,
    pub(super) canceller: Canceller,
    /// The program that has asked for this run, if it is on another machine.
    pub(super) caller: Option<Arc<dyn Caller>>,
    /// What was asked for in vain. A registry that limits requests must not be asked by each chapter.
    refused: Mutex<BTreeMap<Reference, Arc<FetchError>>>,
}

impl Supplier {
    /// Supplies the images of a book. `caller` is the program that has asked for this run, if it is on
    /// another machine.
    ///
    /// # Errors
    /// When a variable that limits the cache is invalid.
    pub(crate) fn new(
        cache: &Path,
        book: &BookImages,
        root: &EngineRoot,
        canceller: &Canceller,
        caller: Option<Arc<dyn Caller>>,
    ) -> Result<Arc<Self>, RunError> {
        Ok(Arc::new(Self {
            cache: ImageCache::new(cache)?,
            // A helper looks for what its user has unlocked: a keyring, an agent.
            registry: Registry::new().helpers_through(as_caller()),
            book: book.clone(),
            root: root.clone(),
            canceller: canceller.clone(),
            caller,
            refused: Mutex::default(),
        }))
    }

    /// How much the cache keeps.
    pub(crate) fn limits(&self) -> Limits {
        self.cache.limits()
    }

    /// The unpacked images, with which engines begin.
    pub(in crate::run) fn store(&self) -> &ImageStore {
        &self.cache.store
    }

    /// The name of an image in the book, or else its short form.
    pub(super) fn name(&self, reference: &Reference) -> String {
        let named = self.book.get(reference);
        named.map_or_else(|| reference.to_string(), |image| image.name.clone())
    }

    /// The recipe of an image, if the book has one.
    pub(super) fn recipe(&self, reference: &Reference) -> Option<&Path> {
        self.book.get(reference)?.recipe.as_deref()
    }

    /// What a registry is asked for: the digest that the book has pinned, if any.
    pub(super) fn pinned(&self, reference: &Reference) -> Reference {
        let digest = self.book.get(reference).and_then(|image| image.digest.as_deref());
        digest.map_or_else(|| reference.clone(), |digest| reference.with_digest(digest))
    }

    /// What the cache has for a reference: from its registry, or else from the book's recipe as it is now.
    ///
    /// # Errors
    /// When the recipe cannot be read.
    pub(super) fn kept(&self, reference: &Reference) -> Result<Option<InUse>, RunError> {
        if let Some(kept) = self.cache.index.find(&self.pinned(reference), None)
            && self.is_current(reference, &kept.image)?
        {
            return Ok(Some(kept));
        }
        let Some(directory) = self.recipe(reference) else { return Ok(None) };
        let reading = || RunError::io(format!("reading the recipe `{}`", directory.display()));
        let current = recipe::digest(directory).map_err(reading())?;
        let source = recipe::source(directory).map_err(reading())?;
        let kept = self.cache.index.find(reference, Some(&source));
        let is_current =
            |origin: &Origin| matches!(origin, Origin::Recipe { digest, .. } if *digest == current);
        Ok(kept.filter(|kept| is_current(&kept.image.origin)))
    }

    /// Whether an image that the author has built is still the one that the author's Docker has.
    fn is_current(&self, reference: &Reference, image: &KeptImage) -> Result<bool, RunError> {
        match (&image.origin, &self.caller) {
            (Origin::Docker { id, digest: None }, Some(caller)) => {
                let stored = caller.stored(&self.pinned(reference))?;
                Ok(stored.is_some_and(|stored| stored.id == **id))
            }
            _ => Ok(true),
        }
    }

    /// The file of the cache about a reference, if it is damaged. What is kept is not known then.
    pub(super) fn damaged_entry(&self, reference: &Reference) -> Option<PathBuf> {
        let index = &self.cache.index;
        index.damaged(&self.pinned(reference), None).or_else(|| {
            let source = recipe::source(self.recipe(reference)?).ok()?;
            index.damaged(reference, Some(&source))
        })
    }

    /// Fetches an image from its registry into the cache, even if it is there. Blobs that are there are not
    /// fetched again. What a registry has refused is not asked for again. To be called with the cache's lock.
    ///
    /// # Errors
    /// When the registry does not send it, or it cannot be kept.
    pub(super) fn fetch(
        &self,
        reference: &Reference,
        report: &dyn Fn(ImageAction),
        canceller: &Canceller,
    ) -> Result<InUse, Arc<FetchError>> {
        let pinned = self.pinned(reference);
        if let Some(error) = self.refused().get(&pinned) {
            return Err(Arc::clone(error));
        }
        self.ask(&pinned, report, canceller).map_err(|error| {
            let error = Arc::new(error);
            if !matches!(*error, FetchError::Cancelled) {
                self.refused().insert(pinned, Arc::clone(&error));
            }
            error
        })
    }

    fn refused(&self) -> MutexGuard<'_, BTreeMap<Reference, Arc<FetchError>>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(
        &self,
        pinned: &Reference,
        report: &dyn Fn(ImageAction),
        canceller: &Canceller,
    ) -> Result<InUse, FetchError> {
        report(ImageAction::Fetching);
        let progress = |progress: FetchProgress| {
            let FetchProgress { layer, layers, bytes, total } = progress;
            report(ImageAction::Received { layer, layers, bytes, of_bytes: total });
        };
        let is_cancelled = || canceller.is_cancelled();
        let platform = Platform::of_this_machine();
        let blobs = &self.cache.blobs;
        let fetched = self.registry.fetch(pinned, blobs, &platform, &progress, &is_cancelled)?;
        let layers = fetched.layers.len();
        let bytes = fetched.layers.iter().map(|layer| layer.size).sum();
        report(ImageAction::Fetched { layers, bytes });
        let image = kept_image(pinned, fetched);
        self.cache.index.keep(pinned, &image).map_err(|source| self.not_kept(source))?;
        let lost = || self.not_kept(io::Error::other("it was removed meanwhile"));
        self.cache.index.find(pinned, None).ok_or_else(lost)
    }

    /// That something cannot be written to the cache.
    pub(super) fn not_kept(&self, source: io::Error) -> FetchError {
        BlobError::Io { action: "write to", path: self.cache.directory().to_owned(), source }.into()
    }
}

fn kept_image(reference: &Reference, fetched: Fetched) -> KeptImage {
    let Fetched { digest, media_type, manifest, config, blobs, .. } = fetched;
    KeptImage {
        reference: reference.to_string(),
        origin: Origin::Registry,
        digest,
        media_type,
        manifest,
        id: config,
        blobs,
    }
}
