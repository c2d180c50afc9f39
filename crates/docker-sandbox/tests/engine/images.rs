//! Engines that begin with images of a store.

use std::fs;
use std::path::{Path, PathBuf};

use docker_sandbox::{EngineImage, EngineOptions, EngineRoot, Error, ImageStore, ProcessEngine};
use rustix::fs::lgetxattr;

use crate::stored::{CAPABILITY, Stored};
use crate::{LIMIT, inside, inside_bytes, start, start_with};

/// The uses of images, in an order in which each can be made.
const USES: [&str; 23] = [
    "docker image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}} {{.Digest}} {{.Size}}' | sort",
    "docker image inspect --format '{{json .RootFS}} {{.Size}} {{json .Config}}' shop:1 base other:2",
    "docker history --no-trunc --format '{{.ID}} {{.CreatedBy}} {{.Size}} {{.Comment}}' shop:1",
    "docker system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}'",
    "docker system df --verbose --format '{{range .Images}}{{.Repository}} {{.SharedSize}} {{.UniqueSize}}\n{{end}}' | sort",
    "docker run --rm shop:1",
    "docker run --rm shop:1 sh -c 'cat /data/[!p]*; cat /data/opaque/*'",
    "docker run --rm shop:1 sh -c 'cd /data && stat --format \"%n %A %u:%g %h %Y\" -- * */*'",
    "docker run --rm base sh -c 'ls /data /data/opaque'",
    "docker run --name box shop:1 sh -c 'echo x >/data/new; rm /data/kept /data/opaque/new; echo y >>/data/one'",
    "docker diff box | sort",
    "docker commit box committed >/dev/null; docker run --rm committed sh -c 'ls /data /data/opaque; cat /data/one'",
    "docker export box | tar --list --file - | sort",
    "printf 'FROM shop:1\\nRUN rm -r /data/opaque && echo z >/data/z\\n' | \
     docker build --quiet --tag built - >/dev/null 2>&1; docker run --rm built sh -c 'ls /data; cat /data/z'",
    "docker save shop:1 other:2 | tar --extract --to-stdout --file - manifest.json | \
     jq --sort-keys 'sort_by(.Config)'",
    "docker tag shop:1 shop:2; docker image rm shop:2",
    "docker run --detach --name user --init shop:1 sleep 600 >/dev/null; docker image rm shop:1 2>&1 || :",
    "docker image prune --force",
    "docker rm --force user box; docker image rm committed built | grep --count ^Deleted:",
    "docker image rm shop:1",
    "docker image prune --all --force | sort",
    "docker ps --all --format '{{.Names}} {{.Image}} {{.Command}}'; docker image ls --all --quiet",
    "ls /var/lib/docker/overlay2 /var/lib/docker/image/overlay2/layerdb/sha256 | \
     sed 's/[0-9a-f]\\{64\\}/ID/; s/^[0-9a-z]\\{25\\}$/ID/' | sort",
];

/// Replaces what differs between any two engines: IDs of containers, and of images and layers that were
/// made in them.
fn without_new_ids(text: &str, stored: &Stored) -> String {
    let known: Vec<&str> = stored.images.iter().map(|image| &image.id.hex()[..12]).collect();
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    words
        .map(|word| {
            let digits = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
            let is_id = digits.len() >= 12 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let is_new = is_id && !known.iter().any(|id| digits.starts_with(id));
            if is_new { word.replace(digits, "ID") } else { word.to_owned() }
        })
        .collect()
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn images_of_a_store_behave_as_if_they_had_been_loaded() {
    let stored = Stored::new();
    let (with, loaded) = (stored.start(), stored.start_loaded());
    for script in USES {
        let [with, loaded] = [&with, &loaded].map(|engine| {
            let output = inside_bytes(engine, script);
            without_new_ids(&String::from_utf8_lossy(&output), &stored)
        });
        assert_eq!(with, loaded, "{script}");
    }
    drop(with);
    stored.check();
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn files_of_a_store_are_those_that_were_built() {
    let stored = Stored::new();
    let engine = stored.start();
    let list =
        "docker run --rm shop:1 sh -c 'cd /data; ls; cat opaque/*; stat --format %i one two'";
    let seen = inside(&engine, list);
    let (names, rest) = seen.split_once("fresh\n").unwrap_or((&seen, ""));
    assert!(!names.contains("deleted") && !names.contains("old"), "{seen}");
    let inodes: Vec<&str> = rest.lines().collect();
    assert!(inodes.len() == 2 && inodes[0] == inodes[1], "{seen}");

    inside(&engine, "docker run --detach --name up shop:1 sleep 600");
    let merged = inside(&engine, "docker inspect --format '{{.GraphDriver.Data.MergedDir}}' up");
    let capable = engine.outside(&Path::new(&merged).join("data/capable"));
    let mut value = [0; 32];
    let length = lgetxattr(capable, "security.capability", &mut value).unwrap();
    assert_eq!(value[..length], CAPABILITY);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_saved_image_has_the_same_id_where_it_is_loaded() {
    let stored = Stored::new();
    let archive = inside_bytes(&stored.start(), "docker save shop:1");
    let engine = start();
    fs::write(engine.outside(Path::new("/lab/shop.tar")), archive).unwrap();
    inside(&engine, "docker load --input /lab/shop.tar");
    let id = inside(&engine, "docker image inspect --format '{{.Id}}' shop:1");
    assert_eq!(id, stored.id("shop:1").to_string());
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn layers_that_images_have_in_common_are_stored_once() {
    let stored = Stored::new();
    let layers = fs::read_dir(stored.directory.path().join("store/layers")).unwrap().count();
    assert_eq!((stored.images.len(), layers), (2, 3));
    let names: Vec<&[String]> = stored.images.iter().map(|image| &image.names[..]).collect();
    assert_eq!(names, [&["shop:1"][..], &["base:latest", "other:2"]]);
    let [shop, base] = [stored.id("shop:1"), stored.id("other:2")];
    assert_eq!(stored.store.size([shop]).unwrap(), stored.store.size([shop, base]).unwrap());
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn engines_share_a_store_and_cannot_change_it() {
    let stored = Stored::new();
    let (one, two) = (stored.start(), stored.start());
    inside(&one, "docker image rm --force shop:1 base other:2");
    assert_eq!(inside(&one, "docker image ls --quiet"), "");
    let left = "cd /var/lib/docker; ls overlay2 overlay2/l image/overlay2/layerdb/sha256";
    assert_eq!(inside(&one, left), "image/overlay2/layerdb/sha256:\n\noverlay2:\nl\n\noverlay2/l:");
    assert_eq!(inside(&two, "docker run --rm shop:1"), "kept");
    let write = "cd /run/docktest/layers; for command in 'touch new' 'rm -r .'/* 'chmod 777 .'; do
        $command 2>&1 | tail -n 1
    done";
    let refused = inside(&two, write);
    assert_eq!(refused.matches("Read-only file system").count(), 3, "{refused}");
    // Containers that see the machine's files do not reach further.
    let run = "docker run --rm --volume /:/engine shop:1 sh -c 'echo >/engine/run/docktest/layers/new' 2>&1 || :";
    let refused = inside(&two, run);
    assert!(refused.contains("Read-only file system"), "{refused}");
    // Nor do containers that change an image's files.
    inside(&two, "docker run --name box shop:1 sh -c 'rm -r /data; mkdir /data; echo x >/bin/cat'");
    drop((one, two));
    stored.check();
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn images_are_in_data_on_disk_as_well() {
    let stored = Stored::new();
    let data_root = stored.directory.path().join("more");
    fs::create_dir(&data_root).unwrap();
    let engine = start_with(|options| {
        options.images = Some((&stored.store, &stored.images));
        options.data_root = Some(&data_root);
    });
    inside(
        &engine,
        "printf 'FROM shop:1\nRUN echo more >/more\n' | docker build --tag more:1 - 2>&1",
    );
    drop(engine);
    // Only the new layer is moved: the others are links into the store.
    let more = stored.store.take(&data_root, "more:1").unwrap();
    stored.check();
    let images = [EngineImage { id: more.id, names: more.names }];
    let engine = start_with(|options| options.images = Some((&stored.store, &images)));
    assert_eq!(inside(&engine, "docker run --rm more:1 cat /more /data/opaque/new"), "more\nfresh");
    let layers = fs::read_dir(stored.directory.path().join("store/layers")).unwrap().count();
    assert_eq!(layers, 4);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn an_engine_does_not_start_without_an_image_that_it_is_to_begin_with() {
    let stored = Stored::new();
    let shop = stored.id("shop:1");
    let layers = stored.directory.path().join("store/layers");
    let config = stored.directory.path().join("store/images").join(shop.hex()).join("config.json");
    let root = EngineRoot::find();
    let mut options = EngineOptions::new(&root, LIMIT);
    options.images = Some((&stored.store, &stored.images));
    // A data-root that the daemon does not accept.
    let data_root: PathBuf = stored.directory.path().join("refused");
    fs::create_dir(&data_root).unwrap();
    fs::write(data_root.join("containers"), "not a directory").unwrap();
    options.data_root = Some(&data_root);
    let error = ProcessEngine::start(&options, &docker_cli::Canceller::new()).unwrap_err();
    assert!(
        matches!(&error, Error::DiedWithImages { log } if log.contains("containers")),
        "{error:?}"
    );

    options.data_root = None;
    fs::write(config, "").unwrap();
    let error = ProcessEngine::start(&options, &docker_cli::Canceller::new()).unwrap_err();
    let expected = format!("image {shop}: `config.json` has 0 bytes instead of ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(layers.is_dir());
}

/// The variable in which this program, started again, gets a store and an image in it.
const READ_ONLY: &str = "DOCKER_SANDBOX_TEST_READ_ONLY";

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_store_can_be_on_a_file_system_that_is_read_only() {
    if let Ok(given) = std::env::var(READ_ONLY) {
        let (directory, id) = given.split_once(' ').unwrap();
        fs::write(Path::new(directory).join("new"), "").unwrap_err();
        let store = ImageStore::new(directory);
        let images = [EngineImage { id: id.parse().unwrap(), names: vec!["shop:1".to_owned()] }];
        store.check(&images[0].id).unwrap();
        let engine = start_with(|options| options.images = Some((&store, &images)));
        assert_eq!(inside(&engine, "docker run --rm shop:1"), "kept");
        return;
    }
    let stored = Stored::new();
    let directory = stored.directory.path().join("store");
    let test = std::thread::current().name().unwrap().to_owned();
    let mount = r#"mount -o bind,ro "$1" "$1" && exec "$2" --ignored --exact "$3""#;
    let output = std::process::Command::new("unshare")
        .args(["--mount", "sh", "-c", mount, "sh"])
        .args([directory.as_os_str(), std::env::current_exe().unwrap().as_os_str(), test.as_ref()])
        .env(READ_ONLY, format!("{} {}", directory.display(), stored.id("shop:1")))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
