use docker_images::{Digest, FetchedBlob, KeptImage};

use super::*;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}

/// An image from a registry that has a blob of its own and one that all have.
fn kept(name: &str) -> Kept {
    let blob = |content: &str, size| FetchedBlob { digest: Digest::of(content.as_bytes()), size };
    let digest = Digest::of(name.as_bytes());
    let layer = |content: &str| docker_sandbox::Digest::of(content);
    Kept {
        image: KeptImage {
            reference: name.to_owned(),
            origin: Origin::Registry,
            digest,
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            manifest: digest,
            id: digest,
            blobs: vec![blob(name, 1_000_000), blob("common", 2_000_000)],
        },
        is_current: true,
        unpacked: Unpacked::Yes,
        damage: None,
        layers: vec![(layer(name), 3_000_000), (layer("common"), 5_000_000)],
        last_used: now() - Duration::from_secs(7200),
    }
}

fn listed(name: &str, kept: Option<Kept>) -> ListedImage {
    ListedImage {
        name: name.to_owned(),
        needed_by: vec!["lab.md".into()],
        pulled_by: Vec::new(),
        registry: Some("docker.io".to_owned()),
        recipe: None,
        kept,
    }
}

fn list(inventory: Inventory) -> String {
    let list = List { directory: "/cache/images".into(), limits: Limits::default(), inventory };
    human(&list, Path::new("/book"), now())
}

fn built(is_current: bool) -> Kept {
    let directory = "/book/images/own".into();
    let mut kept = Kept { is_current, ..kept("own") };
    kept.image.origin = Origin::Recipe { directory, digest: "1".to_owned() };
    kept
}

#[test]
fn the_list_for_people_is_a_table_with_notes_below() {
    let damage = Some("blob sha256:00: missing".to_owned());
    let mut pulled = listed("busybox", None);
    pulled.pulled_by = vec!["a.md".into(), "b.md".into()];
    let inventory = Inventory {
        images: vec![
            listed("alpine", Some(kept("alpine"))),
            pulled,
            listed("own", Some(Kept { damage, ..built(true) })),
        ],
        unresolved: vec![("a.md".into(), 1), ("b.md".into(), 2)],
        unreadable: None,
    };
    let digest = &Digest::of(b"alpine").hex()[..12];
    let expected = format!(
        "\
IMAGE    USE             CHAPTERS   CACHE     FROM                           COMPRESSED  UNPACKED  LAST USED
alpine   needed          lab.md     unpacked  docker.io@sha256:{digest}  3.00 MB     8.00 MB   2 hours ago
busybox  needed, pulled  lab.md +2  -         docker.io                      -           -         -
own      needed          lab.md     damaged   recipe images/own              3.00 MB     8.00 MB   2 hours ago

3 images, 2 in the cache: 4.00 MB compressed, 11.00 MB unpacked
own is damaged in the cache (blob sha256:00: missing): the next run replaces what is damaged
1 use is known only when the chapter runs: a.md
2 uses are known only when the chapter runs: b.md
cache: /cache/images, for up to 10.00 GB and 30 days without a use
"
    );
    assert_eq!(list(inventory), expected);
}

#[test]
fn where_an_image_comes_from_is_its_registry_or_its_recipe() {
    let here = Path::new("/book");
    let from = |image: &ListedImage| from(image, here);
    let mut image = listed("own", None);
    assert_eq!(from(&image), "docker.io");
    image.recipe = Some("./images/own".into());
    assert_eq!(from(&image), "docker.io, else recipe images/own");
    image.registry = None;
    assert_eq!(from(&image), "recipe images/own");
    image.recipe = None;
    assert_eq!(from(&image), "a registry that the chapter starts");
    assert_eq!(from(&listed("own", Some(built(true)))), "recipe images/own");
    assert_eq!(from(&listed("own", Some(built(false)))), "recipe images/own (changed)");
}

#[test]
fn the_state_is_the_first_reason_not_to_use_the_cache() {
    let unpacked = |unpacked| Kept { unpacked, ..kept("alpine") };
    assert_eq!(state(None, false), "-");
    assert_eq!(state(None, true), "unknown");
    assert_eq!(state(Some(&built(false)), false), "outdated");
    assert_eq!(state(Some(&unpacked(Unpacked::Yes)), false), "unpacked");
    assert_eq!(state(Some(&unpacked(Unpacked::No)), false), "compressed");
    assert_eq!(state(Some(&unpacked(Unpacked::Unknown)), false), "unknown");
    assert_eq!(unpacked(Unpacked::No).unpacked_size(), None);
}

#[test]
fn totals_count_what_images_share_once_and_leave_out_what_is_outdated() {
    let images = [
        listed("alpine", Some(kept("alpine"))),
        listed("own", Some(built(false))),
        listed("busybox", None),
    ];
    let expected = Totals { images: 3, cached: 1, compressed: 3_000_000, unpacked: 8_000_000 };
    assert_eq!(Totals::of(&images), expected);
    assert_eq!(totals(&expected), "3 images, 1 in the cache: 3.00 MB compressed, 8.00 MB unpacked");
}

#[test]
fn an_age_is_in_days_if_it_is_one() {
    let hours = |count: u64| days(Duration::from_secs(count * 3600));
    assert_eq!([hours(2), hours(24), hours(720)], ["2 hours", "1 day", "30 days"]);
}
