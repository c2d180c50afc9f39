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
        let root = directory.path().join("root");
        let recipe = directory.path().join("recipe");
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::write(root.join("usr/bin/dockerd"), "version 1").unwrap();
        fs::create_dir(&recipe).unwrap();
        fs::write(recipe.join("Dockerfile"), "FROM scratch").unwrap();
        let cache = ImageCache::new(&directory.path().join("cache"), &EngineRoot::Prepared(root));
        fs::create_dir_all(&cache.archives).unwrap();
        Self { directory, cache, recipe }
    }

    fn path(&self, reference: &str, origin: ImageOrigin) -> PathBuf {
        self.cache.archive_path(reference, &self.recipe, origin).unwrap()
    }

    fn store(&self, references: &[&str]) -> Option<PathBuf> {
        let wanted: Vec<(&str, &Path)> =
            references.iter().map(|reference| (*reference, self.recipe.as_path())).collect();
        self.cache.store(&wanted)
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
fn there_is_a_store_only_for_images_with_archives() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store(&[]), None);
    fs::write(fixture.path("one", ImageOrigin::Pulled), "1").unwrap();
    assert!(fixture.store(&["one"]).is_some());
    assert_eq!(fixture.store(&["one", "two"]), None);
}

#[test]
fn a_store_is_for_these_images_and_this_daemon_only() {
    let fixture = Fixture::new();
    let archive = fixture.path("one", ImageOrigin::Pulled);
    fs::write(&archive, "1").unwrap();
    fs::write(fixture.path("two", ImageOrigin::Pulled), "2").unwrap();
    let store = || fixture.store(&["one"]).unwrap();
    let first = store();
    assert_eq!(store(), first);
    let other_set = fixture.store(&["one", "two"]).unwrap();
    fs::write(&archive, "another").unwrap();
    let other_archive = store();
    fs::write(fixture.directory.path().join("root/usr/bin/dockerd"), "version 1.1").unwrap();
    let other_daemon = store();
    let mut stores = vec![first, other_set, other_archive, other_daemon];
    stores.sort();
    stores.dedup();
    assert_eq!(stores.len(), 4);
}

#[test]
fn a_store_is_kept_once_and_removed_when_it_has_not_been_used_for_long() {
    let fixture = Fixture::new();
    fs::write(fixture.path("one", ImageOrigin::Pulled), "1").unwrap();
    let wanted = [("one", fixture.recipe.as_path())];
    let keep = |content: &'static str| {
        move |directory: &Path| {
            fs::create_dir(directory).unwrap();
            fs::write(directory.join("content"), content).unwrap();
            Ok(())
        }
    };
    let store = fixture.store(&["one"]).unwrap();
    let old = fixture.cache.stores.join("old");
    fs::create_dir_all(&old).unwrap();
    let long_ago = SystemTime::now() - STORE_LIFE - Duration::from_secs(60);
    File::open(&old).unwrap().set_modified(long_ago).unwrap();
    fixture.cache.keep_store(&wanted, &keep("first"));
    fixture.cache.keep_store(&wanted, &keep("second"));
    assert_eq!(fs::read_to_string(store.join("content")).unwrap(), "first");
    assert!(!old.exists());
    fixture.cache.remove_store(&wanted);
    assert_eq!(fs::read_dir(&fixture.cache.stores).unwrap().count(), 0);
}

#[test]
fn a_store_in_use_counts_as_new() {
    let fixture = Fixture::new();
    fs::write(fixture.path("one", ImageOrigin::Pulled), "1").unwrap();
    let store = fixture.store(&["one"]).unwrap();
    fs::create_dir_all(&store).unwrap();
    let long_ago = SystemTime::now() - STORE_LIFE - Duration::from_secs(60);
    File::open(&store).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(fixture.store(&["one"]), Some(store.clone()));
    fixture.cache.remove_old_stores();
    assert!(store.exists());
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
