use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

/// A cache with a recipe, in a directory of its own.
struct Fixture {
    directory: TempDir,
    cache: ImageCache,
    recipe: PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let recipe = directory.path().join("recipe");
        fs::create_dir(&recipe).unwrap();
        fs::write(recipe.join("Dockerfile"), "FROM scratch").unwrap();
        let cache = ImageCache::new(&directory.path().join("cache"));
        fs::create_dir_all(&cache.archives).unwrap();
        Self { directory, cache, recipe }
    }

    fn path(&self, reference: &str, origin: ImageOrigin) -> PathBuf {
        self.cache.archive_path(reference, &self.recipe, origin).unwrap()
    }
}

#[test]
fn the_archive_of_a_pulled_image_is_named_after_its_reference() {
    let fixture = Fixture::new();
    let path = fixture.path("localhost:5000/shop-x:1.0", ImageOrigin::Pulled);
    assert_eq!(
        path,
        fixture.directory.path().join("cache/images/localhost_5000_shop-x_1.0-pulled.tar")
    );
}

#[test]
fn the_archive_of_a_built_image_depends_on_the_content_of_its_recipe() {
    let fixture = Fixture::new();
    let path = || fixture.path("shop", ImageOrigin::Recipe);
    let first = path();
    assert_eq!(path(), first);
    let dockerfile = fixture.recipe.join("Dockerfile");
    fs::set_permissions(&dockerfile, fs::Permissions::from_mode(0o755)).unwrap();
    let executable = path();
    fs::write(&dockerfile, "FROM shop").unwrap();
    let edited = path();
    fs::write(fixture.recipe.join("prepare"), "").unwrap();
    let extended = path();
    for (one, other) in [(&first, &executable), (&executable, &edited), (&edited, &extended)] {
        assert_ne!(one, other);
    }
}

#[test]
fn the_archive_of_a_pulled_image_comes_before_that_of_a_built_one() {
    let fixture = Fixture::new();
    let archive = || fixture.cache.archive("shop", &fixture.recipe).unwrap();
    assert_eq!(archive(), None);
    let built = fixture.path("shop", ImageOrigin::Recipe);
    fs::write(&built, "").unwrap();
    assert_eq!(archive(), Some((built, ImageOrigin::Recipe)));
    let pulled = fixture.path("shop", ImageOrigin::Pulled);
    fs::write(&pulled, "").unwrap();
    assert_eq!(archive(), Some((pulled, ImageOrigin::Pulled)));
}

#[test]
fn a_recipe_that_cannot_be_read_is_an_error() {
    let fixture = Fixture::new();
    let error = fixture.cache.archive("shop", Path::new("/nonexistent")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reading the recipe /nonexistent: No such file or directory (os error 2)"
    );
}

#[test]
fn a_second_run_waits_for_the_lock_until_it_gives_up() {
    let fixture = Fixture::new();
    let lock = fixture.cache.lock(|| Err(RunError::Cancelled)).unwrap();
    let result = fixture.cache.lock(|| Err(RunError::Cancelled));
    assert!(matches!(result, Err(RunError::Cancelled)), "{result:?}");
    drop(lock);
    assert!(fixture.cache.lock(|| Err(RunError::Cancelled)).is_ok());
}
