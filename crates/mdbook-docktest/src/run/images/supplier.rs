//! Where images come from: the cache, else their registry, else a recipe of the book.

use std::path::Path;

use docker_images::{
    Blob, FetchError, FetchProgress, Fetched, InUse, KeptImage, Platform, Reference, Registry, Source,
};

use super::cache::ImageCache;
use crate::book::settings::BookImages;
use crate::run::{RunError, recipe};

/// Finds images in the cache, and fetches them from registries.
pub(super) struct Supplier {
    pub(super) cache: ImageCache,
    registry: Registry,
    pub(super) book: BookImages,
}

impl Supplier {
    pub(super) fn new(cache: ImageCache, book: BookImages) -> Self {
        Self { cache, registry: Registry::new(), book }
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
        if let Some(kept) = self.cache.index.find(&self.pinned(reference), None) {
            return Ok(Some(kept));
        }
        let Some(directory) = self.recipe(reference) else { return Ok(None) };
        let current = recipe::digest(directory)
            .map_err(RunError::io(format!("reading the recipe `{}`", directory.display())))?;
        let kept = self.cache.index.find(reference, Some(directory));
        let is_current = |kept: &InUse| {
            matches!(&kept.image.source, Source::Recipe { digest, .. } if *digest == current)
        };
        Ok(kept.filter(is_current))
    }

    /// Fetches an image from its registry into the cache. Blobs that are there and whole are not fetched
    /// again. To be called with the cache's lock.
    pub(super) fn fetch(
        &self,
        reference: &Reference,
        progress: &dyn Fn(FetchProgress),
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<InUse, FetchError> {
        let pinned = self.pinned(reference);
        let platform = Platform::of_this_machine();
        let blobs = &self.cache.blobs;
        let fetched = self.registry.fetch(&pinned, blobs, &platform, progress, is_cancelled)?;
        self.cache.keep(&pinned, &kept_image(&pinned, fetched))
    }
}
