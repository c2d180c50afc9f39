//! An engine with its data on disk, in which images are unpacked and built. What it unpacks is moved to the
//! store.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use docker_cli::{Canceller, Docker, DockerCommand};
use docker_images::{Digest, InUse, KeptImage, Origin, Reference, Server, Upstream};
use docker_sandbox::{EngineImage, EngineOptions, ProcessEngine};
use tempfile::TempDir;

use super::MIRROR_PORT;
use super::context::ContextMaker;
use super::mirror::{Log, Mirror, Reason};
use super::recipe;
use super::supplier::Supplier;
use crate::run::{ENGINE_LIMIT, ImageAction, Progress, RunError};

/// How long unpacking an image may take.
const UNPACK_LIMIT: Duration = Duration::from_secs(900);

/// How long building an image may take, after its recipe's `prepare`.
const BUILD_LIMIT: Duration = Duration::from_secs(900);

/// How long pushing a built image to the cache may take.
const PUSH_LIMIT: Duration = Duration::from_secs(900);

/// An engine for making images. It is to be used with the cache's lock.
pub(super) struct Workshop {
    supplier: Arc<Supplier>,
    server: Server,
    engine: ProcessEngine,
    docker: Docker,
    data_root: TempDir,
    /// The IDs of the images to be taken.
    made: Vec<Digest>,
    /// The images that are being built: the last one in this workshop, the others wait for it. None of them
    /// is available as a base, as an image cannot be built from itself.
    building: Arc<Mutex<Vec<Reference>>>,
}

impl Workshop {
    /// Starts the engine, with these images. `building` are the images that wait for what is built here.
    pub(super) fn open(
        supplier: &Arc<Supplier>,
        images: &[EngineImage],
        building: &[Reference],
    ) -> Result<Self, RunError> {
        let data_root = supplier
            .cache
            .temporary()
            .map_err(RunError::io("creating a directory in the image cache"))?;
        let options = EngineOptions {
            data_root: Some(data_root.path()),
            registry_mirror: Some(MIRROR_PORT),
            images: Some((&supplier.cache.store, images)),
            ..EngineOptions::new(&supplier.root, ENGINE_LIMIT)
        };
        let engine = ProcessEngine::start(&options, &supplier.canceller)?;
        let building = Arc::new(Mutex::new(building.to_vec()));
        let add = {
            let (supplier, building) = (Arc::clone(supplier), Arc::clone(&building));
            move |reference: &Reference| {
                let building = building.lock().unwrap_or_else(PoisonError::into_inner).clone();
                add(&supplier, reference, &building, &supplier.canceller)
            }
        };
        let mirror: Arc<dyn Upstream> = Arc::new(Mirror::new(Arc::clone(supplier), Box::new(add)));
        let server = engine
            .listen(MIRROR_PORT)
            .and_then(|listener| {
                Server::accepting_pushes(listener, mirror, supplier.cache.blobs.clone())
            })
            .map_err(RunError::io("starting a registry for the engine"))?;
        let docker = engine.docker().cancelled_by(supplier.canceller.clone());
        check_driver(&docker, data_root.path())?;
        let supplier = Arc::clone(supplier);
        Ok(Self { supplier, server, engine, docker, data_root, made: Vec::new(), building })
    }

    /// Unpacks a kept image.
    pub(super) fn unpack(
        &mut self,
        reference: &Reference,
        image: &KeptImage,
    ) -> Result<(), RunError> {
        // By its digest, so that no registry is asked what a tag stands for. The names of repositories in
        // other registries than Docker Hub would make the daemon ask those.
        let name = if reference.is_on_docker_hub() {
            reference.familiar_name()
        } else {
            format!("127.0.0.1:{MIRROR_PORT}/{}", reference.repository())
        };
        let name = format!("{name}@{}", image.digest);
        self.docker.image().pull(name).timeout(UNPACK_LIMIT).call()?;
        self.made.push(image.id);
        Ok(())
    }

    /// Builds an image from a recipe of the book, and keeps it.
    pub(super) fn build(
        &mut self,
        reference: &Reference,
        directory: &Path,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<(), RunError> {
        let reading = || RunError::io(format!("reading the recipe `{}`", directory.display()));
        let digest = recipe::digest(directory).map_err(reading())?;
        let source = recipe::source(directory).map_err(reading())?;
        let name = reference.to_string();
        progress(Progress::Image { reference: &name, action: ImageAction::Building });
        self.building().push(reference.clone());
        let built = self.build_context(reference, directory, progress);
        self.building().pop();
        built?;
        let repository = reference.repository();
        let tag = reference.tag().unwrap_or("latest");
        let pushed_name = format!("127.0.0.1:{MIRROR_PORT}/{repository}:{tag}");
        self.docker.image().tag(&name, &pushed_name).call()?;
        self.docker.image().push(&pushed_name).timeout(PUSH_LIMIT).call()?;
        let pushed = self.server.pushed(repository, tag).ok_or_else(|| {
            RunError::io(format!("keeping image `{name}`"))(io::Error::other("it was not pushed"))
        })?;
        let blobs = [pushed.digest, pushed.config].into_iter().chain(pushed.layers);
        let image = KeptImage {
            reference: name.clone(),
            origin: Origin::Recipe { directory: source, digest },
            digest: pushed.digest,
            media_type: pushed.media_type,
            manifest: pushed.digest,
            id: pushed.config,
            blobs: self
                .supplier
                .cache
                .sizes(blobs)
                .map_err(RunError::io(format!("keeping image `{name}`")))?,
        };
        let index = &self.supplier.cache.index;
        index.keep(reference, &image).map_err(RunError::io(format!("keeping image `{name}`")))?;
        self.made.push(image.id);
        Ok(())
    }

    /// Builds an image without a network.
    fn build_context(
        &self,
        reference: &Reference,
        recipe: &Path,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<(), RunError> {
        let name = reference.to_string();
        // Removed when the image is built.
        let temporary;
        let archive = match &self.supplier.caller {
            Some(caller) => {
                let directory = self.supplier.cache.temporary();
                temporary =
                    directory.map_err(RunError::io("creating a directory for the recipe"))?;
                let archive = temporary.path().join("context.tar");
                caller.write_context(reference, &archive)?;
                archive
            }
            None => {
                let (scratch, canceller) = (&self.engine.scratch(), &self.supplier.canceller);
                ContextMaker { scratch, canceller, progress }.make(&name, recipe)?
            }
        };
        let build = self.docker.image().build_from(archive.as_path()).tag(&name);
        build.flag("--network=none").timeout(BUILD_LIMIT).call()?;
        fs::remove_file(&archive).map_err(RunError::io("removing the recipe's copy"))
    }

    fn building(&self) -> MutexGuard<'_, Vec<Reference>> {
        self.building.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the engine, and moves the images to the store.
    pub(super) fn close(self) -> Result<(), RunError> {
        let Self { supplier, server, engine, data_root, made, .. } = self;
        drop(engine);
        drop(server);
        for id in made {
            supplier.cache.store.take(data_root.path(), &id.to_string())?;
        }
        Ok(())
    }
}

/// Checks that layers are kept in the form in which engines share them. On a file system on which this
/// storage driver does not work, the daemon chooses another one.
fn check_driver(docker: &Docker, data_root: &Path) -> Result<(), RunError> {
    let driver = docker.info()?.driver;
    if driver == "overlay2" {
        return Ok(());
    }
    let unpacking = RunError::io(format!("unpacking images in `{}`", data_root.display()));
    Err(unpacking(io::Error::other(
        "Docker's storage driver overlay2 does not work on this file system: set `XDG_CACHE_HOME` to a \
         directory on another one, e.g. on a volume if this is a container",
    )))
}

/// The registry of a chapter's engine. Dropping it stops what it is still fetching.
pub(in crate::run) struct ChapterRegistry {
    mirror: Arc<Mirror>,
    closing: Canceller,
    server: Option<Server>,
}

impl ChapterRegistry {
    /// Serves images to an engine.
    ///
    /// # Errors
    /// When the engine has ended, or the system refuses a thread.
    pub(in crate::run) fn start(
        supplier: &Arc<Supplier>,
        engine: &ProcessEngine,
    ) -> Result<Self, RunError> {
        let closing = Canceller::new();
        let add = {
            let (supplier, closing) = (Arc::clone(supplier), closing.clone());
            move |reference: &Reference| {
                let _lock = supplier.cache.lock(|| {}, &closing)?;
                // Another run may have added it meanwhile.
                match supplier.kept(reference) {
                    Ok(Some(kept)) if supplier.cache.check_sizes(&kept.image).is_ok() => Ok(kept),
                    _ => add(&supplier, reference, &[], &closing),
                }
            }
        };
        let mirror = Arc::new(Mirror::new(Arc::clone(supplier), Box::new(add)));
        let upstream = Arc::clone(&mirror) as Arc<dyn Upstream>;
        let server = engine
            .listen(MIRROR_PORT)
            .and_then(|listener| Server::start(listener, upstream))
            .map_err(RunError::io("starting a registry for the engine"))?;
        Ok(Self { mirror, closing, server: Some(server) })
    }

    /// Takes what the engine has asked for so far.
    pub(in crate::run) fn take_log(&self) -> Log {
        self.mirror.take_log()
    }
}

impl Drop for ChapterRegistry {
    fn drop(&mut self) {
        // The server waits for the mirror's answers.
        self.closing.cancel();
        drop(self.server.take());
    }
}

/// Adds an image to the cache: from its registry, or else built from its recipe, unless it is already being
/// built. To be called with the cache's lock.
fn add(
    supplier: &Arc<Supplier>,
    reference: &Reference,
    building: &[Reference],
    canceller: &Canceller,
) -> Result<InUse, Reason> {
    let refusal = match supplier.fetch(reference, &|_| {}, canceller) {
        Ok(kept) => return Ok(kept),
        Err(error) => Reason::from(error.as_ref()),
    };
    let recipe = supplier.recipe(reference).filter(|_| !building.contains(reference));
    let Some(recipe) = recipe else { return Err(refusal) };
    let building: Vec<Reference> = building.iter().chain([reference]).cloned().collect();
    let build = || -> Result<_, RunError> {
        let mut workshop = Workshop::open(supplier, &[], &building)?;
        workshop.build(reference, recipe, &|_| {})?;
        workshop.close()?;
        supplier.kept(reference)
    };
    build()?.ok_or(refusal)
}
