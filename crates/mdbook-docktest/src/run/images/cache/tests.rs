use std::cell::Cell;

use docker_images::{Origin, Reference};
use tempfile::TempDir;

use super::*;

fn fixture() -> (TempDir, ImageCache) {
    let directory = tempfile::tempdir().unwrap();
    let cache = ImageCache::new(&directory.path().join("images")).unwrap();
    (directory, cache)
}

fn insert(cache: &ImageCache, content: &str) -> FetchedBlob {
    let digest = cache.blobs.insert(content.as_bytes()).unwrap();
    FetchedBlob { digest, size: content.len() as u64 }
}

/// Keeps an image with a blob of its own and one that all have.
fn keep(cache: &ImageCache, name: &str) -> KeptImage {
    let blobs = vec![insert(cache, name), insert(cache, "common")];
    let image = KeptImage {
        reference: name.to_owned(),
        origin: Origin::Registry,
        digest: blobs[0].digest,
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        manifest: blobs[0].digest,
        id: Digest::of(name.as_bytes()),
        blobs,
    };
    cache.index.keep(&reference(name), &image).unwrap();
    image
}

fn reference(name: &str) -> Reference {
    name.parse().unwrap()
}

#[test]
fn damage_of_blobs_is_noticed() {
    let (_directory, cache) = fixture();
    let image = keep(&cache, "one:1");
    let path = cache.blobs.path(&image.blobs[0].digest);
    cache.check_contents(&image).unwrap();
    // Flipped bytes are noticed by reading.
    fs::write(&path, "one:2").unwrap();
    cache.check_sizes(&image).unwrap();
    let digest = Digest::of(b"one:1");
    assert_eq!(
        cache.check_contents(&image).unwrap_err().to_string(),
        format!("blob {digest}: its content has the digest {}", Digest::of(b"one:2"))
    );
    cache.remove_damaged_blobs(&image);
    assert!(!path.exists());
    let missing = format!("blob {digest}: missing");
    assert_eq!(cache.check_sizes(&image).unwrap_err().to_string(), missing);
    insert(&cache, "one:1");
    fs::write(&path, "one").unwrap();
    let truncated = format!("blob {digest}: 3 bytes instead of 5");
    assert_eq!(cache.check_sizes(&image).unwrap_err().to_string(), truncated);
    assert_eq!(cache.check_contents(&image).unwrap_err().to_string(), truncated);
}

#[test]
fn other_users_of_the_machine_cannot_read_images() {
    let (directory, cache) = fixture();
    let mode = || fs::metadata(directory.path().join("images")).unwrap().permissions().mode();
    let lock = || drop(cache.lock(|| {}, &Canceller::new()).unwrap());
    lock();
    assert_eq!(mode() & 0o777, 0o700);
    fs::set_permissions(directory.path().join("images"), Permissions::from_mode(0o755)).unwrap();
    lock();
    assert_eq!(mode() & 0o777, 0o700);
}

#[test]
fn a_replaced_image_stays_while_it_is_in_use() {
    let (_directory, cache) = fixture();
    let old = keep(&cache, "one:1");
    let in_use = cache.index.find(&reference("one:1"), None).unwrap();
    let blob = insert(&cache, "new");
    let blobs = vec![blob];
    let (digest, manifest, id) = (blob.digest, blob.digest, blob.digest);
    let new = KeptImage { digest, manifest, id, blobs, ..old.clone() };
    cache.index.keep(&reference("one:1"), &new).unwrap();
    cache.tidy();
    cache.check_sizes(&old).unwrap();
    drop(in_use);
    cache.tidy();
    cache.check_sizes(&new).unwrap();
    assert_eq!(cache.blobs.digests(), [blob.digest]);
}

#[test]
fn a_run_that_adds_nothing_tidies_once_a_day() {
    let (_directory, mut cache) = fixture();
    let image = keep(&cache, "one:1");
    drop(cache.lock(|| {}, &Canceller::new()).unwrap());
    cache.limits.size = 0;
    cache.tidy_if_due();
    cache.check_sizes(&image).unwrap();
    let yesterday = SystemTime::now() - TIDY_INTERVAL - Duration::from_secs(1);
    File::open(cache.lock_file()).unwrap().set_modified(yesterday).unwrap();
    let lock = File::open(cache.lock_file()).unwrap();
    lock.lock().unwrap();
    cache.tidy_if_due();
    cache.check_sizes(&image).unwrap();
    drop(lock);
    File::open(cache.lock_file()).unwrap().set_modified(yesterday).unwrap();
    cache.tidy_if_due();
    assert_eq!(cache.blobs.digests(), []);
}

#[test]
fn what_no_reference_needs_is_removed() {
    let (directory, cache) = fixture();
    let one = keep(&cache, "one:1");
    let two = keep(&cache, "two:1");
    let unfinished = directory.path().join("images/new-data");
    fs::create_dir_all(unfinished.join("overlay2")).unwrap();
    cache.tidy();
    assert!(!unfinished.exists());
    assert!(cache.check_sizes(&one).is_ok() && cache.check_sizes(&two).is_ok());
    // In place of the first image, the reference stands for another.
    let blobs = vec![insert(&cache, "new")];
    let digest = blobs[0].digest;
    let replaced = KeptImage { digest, manifest: digest, id: digest, blobs, ..one.clone() };
    cache.index.keep(&reference("one:1"), &replaced).unwrap();
    cache.tidy();
    assert!(!cache.blobs.contains(&one.blobs[0].digest));
    assert!(cache.check_sizes(&two).is_ok() && cache.check_sizes(&replaced).is_ok());
}

#[test]
fn the_least_recently_used_images_are_removed_but_none_in_use() {
    let (_directory, mut cache) = fixture();
    let images: Vec<KeptImage> =
        ["one:1", "two:1", "six:1"].iter().map(|name| keep(&cache, name)).collect();
    let in_use = cache.index.find(&reference("two:1"), None).unwrap();
    let _ = cache.index.find(&reference("one:1"), None).unwrap();
    let _ = cache.index.find(&reference("six:1"), None).unwrap();
    cache.limits.size = 11;
    cache.tidy();
    let left = |cache: &ImageCache| {
        images.iter().map(|image| cache.check_sizes(image).is_ok()).collect::<Vec<bool>>()
    };
    assert_eq!(left(&cache), [false, true, false]);
    drop(in_use);
    cache.tidy();
    assert_eq!(left(&cache), [false, true, false]);
    cache.limits.size = 10;
    cache.tidy();
    assert_eq!(left(&cache), [false; 3]);
    assert_eq!(cache.blobs.digests(), []);
}

#[test]
fn a_second_run_says_that_it_waits_for_the_lock_until_it_is_cancelled() {
    let (_directory, cache) = fixture();
    let canceller = Canceller::new();
    let lock = cache.lock(|| panic!("nobody has the lock"), &canceller).unwrap();
    let waited = Cell::new(0);
    let waiting = || {
        waited.set(waited.get() + 1);
        canceller.cancel();
    };
    let result = cache.lock(waiting, &canceller);
    assert!(matches!(result, Err(RunError::Cancelled)), "{result:?}");
    assert_eq!(waited.get(), 1);
    drop(lock);
    cache.lock(|| panic!("nobody has the lock"), &canceller).unwrap();
}

#[test]
fn limits_are_set_by_variables() {
    let set = |size: Option<&str>, age: Option<&str>| {
        let value = |name: &str| if name == SIZE_VARIABLE { size } else { age };
        limits(|name| value(name).map(str::to_owned)).map_err(|error| error.to_string())
    };
    let day = Duration::from_secs(24 * 3600);
    assert_eq!(set(None, None), Ok(Limits { size: 10_000_000_000, age: 30 * day }));
    assert_eq!(set(Some("2g"), Some("7d")), Ok(Limits { size: 2 << 30, age: 7 * day }));
    assert_eq!(
        set(Some("big"), None),
        Err("MDBOOK_DOCKTEST_CACHE_SIZE: invalid size `big`: use e.g. `10g` or `500m`".to_owned())
    );
    assert_eq!(
        set(None, Some("old")),
        Err("MDBOOK_DOCKTEST_CACHE_AGE: invalid age `old`: use e.g. `30d`".to_owned())
    );
}
