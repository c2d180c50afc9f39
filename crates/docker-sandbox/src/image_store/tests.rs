//! A store filled from data-roots that are written here, as an engine writes them.

use std::os::unix::fs::symlink;

use super::*;

/// A store and data-roots in one directory.
struct Fixture {
    directory: TempDir,
    store: ImageStore,
}

/// A layer of an image: the name of the repository from which it was pulled, if it was, and a file.
struct Layer {
    pulled_from: Option<&'static str>,
    file: &'static str,
}

const BASE: Layer = Layer { pulled_from: Some("docker.io/library/base"), file: "etc/base" };
const APP: Layer = Layer { pulled_from: None, file: "srv/app" };
const SHOP: Layer = Layer { pulled_from: None, file: "srv/shop" };

impl Layer {
    fn diff(&self) -> Digest {
        Digest::of(format!("archive of {}", self.file))
    }

    fn blob(&self) -> Digest {
        Digest::of(format!("compressed archive of {}", self.file))
    }
}

fn config(layers: &[Layer]) -> String {
    let diffs: Vec<Digest> = layers.iter().map(Layer::diff).collect();
    serde_json::json!({ "rootfs": { "type": "layers", "diff_ids": diffs } }).to_string()
}

fn id(layers: &[Layer]) -> Digest {
    Digest::of(config(layers))
}

fn chains(layers: &[Layer]) -> Vec<Digest> {
    Layers::of_config(config(layers).as_bytes()).unwrap().chains()
}

fn write(path: PathBuf, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = ImageStore::new(directory.path().join("store"));
        Self { directory, store }
    }

    /// Writes the data-root of an engine with an image.
    fn data_root(&self, name: &str, layers: &[Layer]) -> PathBuf {
        let root = tempfile::tempdir_in(self.directory.path()).unwrap().keep();
        let image = root.join("image/overlay2");
        let names = serde_json::json!({ "Repositories": { name: {
            format!("{name}:latest"): id(layers), format!("{name}@{}", Digest::of(name)): id(layers),
        } } });
        write(image.join("repositories.json"), names.to_string());
        let hex = id(layers).hex().to_owned();
        write(image.join("imagedb/content/sha256").join(&hex), config(layers));
        write(image.join("imagedb/metadata/sha256").join(hex).join("lastUpdated"), "2026-01-01");
        for (number, (layer, chain)) in layers.iter().zip(chains(layers)).enumerate() {
            let described = image.join("layerdb/sha256").join(chain.hex());
            let cache_id = format!("cache-{number}");
            write(described.join("cache-id"), &cache_id);
            write(described.join("size"), "7");
            write(described.join("tar-split.json.gz"), "headers");
            write(root.join("overlay2").join(cache_id).join("diff").join(layer.file), "content");
            if let Some(repository) = layer.pulled_from {
                let blob = serde_json::json!([{
                    "Digest": layer.blob(), "SourceRepository": repository, "HMAC": "secret",
                }]);
                let path = image.join("distribution/v2metadata-by-diffid/sha256");
                write(path.join(layer.diff().hex()), blob.to_string());
            }
        }
        root
    }

    fn take(&self, name: &str, layers: &[Layer]) -> Result<StoredImage, Error> {
        self.store.take(&self.data_root(name, layers), &format!("{name}:latest"))
    }

    /// The file of a stored layer.
    fn file(&self, layers: &[Layer], number: usize) -> PathBuf {
        self.store.layer(&chains(layers)[number]).join(DIFF).join(layers[number].file)
    }

    fn layers(&self) -> BTreeSet<Digest> {
        digests(&self.store.layers()).unwrap()
    }

    /// What `compose` writes: paths with contents, or with what links lead to.
    fn compose(&self, images: &[EngineImage]) -> Vec<(String, String)> {
        let root = tempfile::tempdir_in(self.directory.path()).unwrap();
        self.store.compose(root.path(), images).unwrap();
        let mut files = Vec::new();
        let mut directories = vec![root.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let kind = path.symlink_metadata().unwrap().file_type();
                let name = path.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned();
                if kind.is_symlink() {
                    let target = path.read_link().unwrap();
                    files.push((name, format!("-> {}", target.display())));
                } else if kind.is_file() {
                    files.push((name, fs::read_to_string(path).unwrap()));
                } else {
                    directories.push(path);
                }
            }
        }
        files.sort();
        files
    }
}

#[test]
fn an_image_is_taken_by_its_name_or_its_id_with_all_its_names() {
    let fixture = Fixture::new();
    let names = ["app:latest".to_owned(), format!("app@{}", Digest::of("app"))];
    let expected = StoredImage { id: id(&[BASE, APP]), names: names.into() };
    assert_eq!(fixture.take("app", &[BASE, APP]).unwrap(), expected);
    fixture.store.check(&expected.id).unwrap();
    let content = fs::read_to_string(fixture.file(&[BASE, APP], 1)).unwrap();
    assert_eq!(content, "content");

    let root = fixture.data_root("app", &[BASE, APP]);
    assert_eq!(fixture.store.take(&root, &expected.id.to_string()).unwrap(), expected);
    for missing in ["app:2", &Digest::of("").to_string()] {
        assert_eq!(
            fixture.store.take(&root, missing).unwrap_err().to_string(),
            format!("no image `{missing}` in `{}`", root.display())
        );
    }
}

#[test]
fn images_share_layers_which_stay_until_none_needs_them() {
    let fixture = Fixture::new();
    let (app, shop) = (id(&[BASE, APP]), id(&[BASE, SHOP]));
    fixture.take("app", &[BASE, APP]).unwrap();
    fixture.take("shop", &[BASE, SHOP]).unwrap();
    assert_eq!(fixture.store.images().unwrap(), [app.clone(), shop.clone()].into());
    assert_eq!(fixture.layers().len(), 3);
    // Each layer has three files of one block each: one in it, and two about it.
    assert_eq!(fixture.store.size([&app]).unwrap(), 2 * 3 * 4096);
    assert_eq!(fixture.store.size([&app, &shop]).unwrap(), 3 * 3 * 4096);

    fixture.store.remove(&app).unwrap();
    assert_eq!(fixture.layers(), chains(&[BASE, SHOP]).into_iter().collect());
    fixture.store.check(&shop).unwrap();
    assert_eq!(
        fixture.store.check(&app).unwrap_err().to_string(),
        format!("image {app}: it is missing")
    );
    fixture.store.remove(&shop).unwrap();
    fixture.store.remove(&shop).unwrap();
    assert_eq!(fixture.layers(), [].into());
    assert_eq!(names(&fixture.store.directory).unwrap().len(), 2, "`layers` and `images`");
}

#[test]
fn an_image_without_layers_is_an_image() {
    let fixture = Fixture::new();
    fixture.take("empty", &[]).unwrap();
    fixture.store.check(&id(&[])).unwrap();
    assert_eq!(fixture.store.size([&id(&[])]).unwrap(), 0);
}

/// Damages the upper layer of an image. It is noticed with this message, and gone when the image is taken
/// again.
#[track_caller]
fn notices(damage: impl FnOnce(&Path), message: &str) {
    let image = [BASE, APP];
    let fixture = Fixture::new();
    fixture.take("app", &image).unwrap();
    let chain = &chains(&image)[1];
    damage(&fixture.store.layer(chain));
    let found = fixture.store.check(&id(&image)).unwrap_err().to_string();
    assert_eq!(found, format!("layer {chain}: {message}"));
    fixture.take("app", &image).unwrap();
    fixture.store.check(&id(&image)).unwrap();
}

#[test]
fn damage_to_a_layer_is_noticed_and_named() {
    notices(|layer| fs::remove_dir_all(layer).unwrap(), "it is missing");
    let removed = "`diff/srv/app` is missing";
    notices(|layer| fs::remove_file(layer.join("diff/srv/app")).unwrap(), removed);
    notices(|layer| fs::remove_dir_all(layer.join("diff/srv")).unwrap(), "`diff/srv` is missing");
    let emptied = "`diff/srv/app` has 0 bytes instead of 7";
    notices(|layer| fs::write(layer.join("diff/srv/app"), "").unwrap(), emptied);
    let added = "`diff/srv/new` was added";
    notices(|layer| fs::write(layer.join("diff/srv/new"), "").unwrap(), added);
    let headers = "`tar-split.json.gz` has 5 bytes instead of 7";
    notices(|layer| fs::write(layer.join(TAR_SPLIT), "other").unwrap(), headers);
    notices(|layer| fs::remove_file(layer.join("seal")).unwrap(), "`seal` is missing");
    let replaced = "`diff/srv/app` has 5 bytes instead of 7";
    let replace = |layer: &Path| {
        fs::remove_file(layer.join("diff/srv/app")).unwrap();
        symlink("other", layer.join("diff/srv/app")).unwrap();
    };
    notices(replace, replaced);
}

#[test]
fn bytes_that_have_changed_are_noticed_by_the_time_of_the_inode() {
    let change = |layer: &Path| {
        let path = layer.join("diff/srv/app");
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        // Beyond the resolution of the file system's clock, which older kernels advance 100 times a second.
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&path, "CONTENT").unwrap();
        File::open(&path).unwrap().set_modified(modified).unwrap();
    };
    notices(change, "`diff/srv/app` has changed");
}

#[test]
fn damage_to_the_description_of_an_image_is_noticed_and_named() {
    let fixture = Fixture::new();
    let image = [BASE];
    fixture.take("base", &image).unwrap();
    let directory = fixture.store.image(&id(&image));
    write(directory.join(CONFIG), "");
    let message = fixture.store.check(&id(&image)).unwrap_err().to_string();
    let size = config(&image).len();
    let expected = format!("`config.json` has 0 bytes instead of {size}");
    assert_eq!(message, format!("image {}: {expected}", id(&image)));
    // A seal does not make another image of it.
    seal::write(&directory).unwrap();
    let message = fixture.store.check(&id(&image)).unwrap_err().to_string();
    assert_eq!(message, format!("image {}: `config.json` has changed", id(&image)));
    fixture.take("base", &image).unwrap();
    fixture.store.check(&id(&image)).unwrap();
}

#[test]
fn a_copy_is_not_what_was_sealed() {
    let fixture = Fixture::new();
    fixture.take("base", &[BASE]).unwrap();
    let file = fixture.file(&[BASE], 0);
    let copy = file.with_file_name("copy");
    fs::copy(&file, &copy).unwrap();
    fs::rename(copy, file).unwrap();
    let problem = fixture.store.check(&id(&[BASE])).unwrap_err();
    assert!(
        matches!(problem.problem(), Problem::Changed(path) if path == Path::new("diff/etc/base"))
    );
}

#[test]
fn damaged_layers_are_removed_and_the_others_stay() {
    let fixture = Fixture::new();
    let image = [BASE, APP];
    fixture.take("app", &image).unwrap();
    fs::remove_file(fixture.file(&image, 1)).unwrap();
    fixture.store.remove_damaged_layers(&id(&image)).unwrap();
    assert_eq!(fixture.layers(), [chains(&image)[0].clone()].into());
    // The layer that stayed is not needed from the data-root.
    let root = fixture.data_root("app", &image);
    fs::remove_dir_all(root.join("overlay2/cache-0")).unwrap();
    fixture.store.take(&root, "app:latest").unwrap();
    fixture.store.check(&id(&image)).unwrap();

    write(fixture.store.image(&id(&image)).join(METADATA), "");
    fixture.store.remove_damaged_layers(&id(&image)).unwrap();
    assert_eq!(fixture.store.images().unwrap(), [].into());
}

/// The states that a kill of `take` can leave: `count` is how many of its renames into place were done.
/// Before each, the directory was complete except for its seal, or not even that.
#[test]
fn what_a_killed_process_leaves_is_never_taken_for_whole() {
    let image = [BASE, APP];
    for done in 0..3 {
        for is_sealed in [false, true] {
            let fixture = Fixture::new();
            fixture.take("app", &image).unwrap();
            let mut places: Vec<PathBuf> =
                chains(&image).iter().map(|chain| fixture.store.layer(chain)).collect();
            places.push(fixture.store.image(&id(&image)));
            for (number, place) in places.iter().enumerate().skip(done) {
                let new = fixture.store.directory.join(format!("new-{number}"));
                fs::rename(place, &new).unwrap();
                if !is_sealed {
                    fs::remove_file(new.join("seal")).unwrap();
                }
            }
            fixture.store.check(&id(&image)).unwrap_err();
            assert_eq!(fixture.store.images().unwrap(), [].into());
            // The files are not in the data-root any more.
            let source = fixture.data_root("app", &image);
            fixture.store.take(&source, "app:latest").unwrap();
            fixture.store.check(&id(&image)).unwrap();
            fixture.store.remove_unfinished().unwrap();
            fixture.store.check(&id(&image)).unwrap();
            assert_eq!(names(&fixture.store.directory).unwrap().len(), 2, "`layers` and `images`");
        }
    }
}

#[test]
fn layers_of_a_killed_process_are_removed_with_what_is_unfinished() {
    let fixture = Fixture::new();
    fixture.take("app", &[BASE, APP]).unwrap();
    fixture.take("shop", &[BASE, SHOP]).unwrap();
    fs::remove_dir_all(fixture.store.image(&id(&[BASE, APP]))).unwrap();
    fixture.store.remove_unfinished().unwrap();
    assert_eq!(fixture.layers(), chains(&[BASE, SHOP]).into_iter().collect());
}

#[test]
fn a_layer_that_is_only_a_link_is_not_taken() {
    let fixture = Fixture::new();
    let root = fixture.data_root("base", &[BASE]);
    let files = root.join("overlay2/cache-0/diff");
    fs::remove_dir_all(&files).unwrap();
    symlink("/run/docktest/layers/0/diff", &files).unwrap();
    let error = fixture.store.take(&root, "base:latest").unwrap_err().to_string();
    assert!(error.ends_with(": it has no files of its own"), "{error}");
    assert_eq!(fixture.layers(), [].into());
    assert_eq!(names(&fixture.store.directory).unwrap(), [] as [&str; 0]);
}

#[test]
fn an_engine_begins_with_everything_about_its_images_and_links_to_their_files() {
    let fixture = Fixture::new();
    let image = [BASE, APP];
    fixture.take("app", &image).unwrap();
    let name = |text: &str| text.to_owned();
    let images = [EngineImage { id: id(&image), names: vec![name("app:1"), name("h:5000/x:2")] }];
    let files = fixture.compose(&images);
    assert_eq!(files, fixture.compose(&images));

    let [base, app] = chains(&image).map_hex();
    let (base_link, app_link) = (base[..26].to_uppercase(), app[..26].to_uppercase());
    let (hex, blob) = (id(&image).hex().to_owned(), BASE.blob());
    let (db, layers) = ("image/overlay2", LAYERS);
    let names = format!(
        r#"{{"Repositories":{{"app":{{"app:1":"{0}"}},"h:5000/x":{{"h:5000/x:2":"{0}"}}}}}}"#,
        id(&image)
    );
    let known =
        format!(r#"[{{"Digest":"{blob}","HMAC":"","SourceRepository":"docker.io/library/base"}}]"#);
    let mut expected = [
        (format!("{db}/repositories.json"), names),
        (format!("{db}/imagedb/content/sha256/{hex}"), config(&image)),
        (format!("{db}/imagedb/metadata/sha256/{hex}/lastUpdated"), name("2026-01-01")),
        (
            format!("{db}/distribution/diffid-by-digest/sha256/{}", blob.hex()),
            BASE.diff().to_string(),
        ),
        (format!("{db}/distribution/v2metadata-by-diffid/sha256/{}", BASE.diff().hex()), known),
        (format!("{db}/layerdb/sha256/{base}/cache-id"), base.clone()),
        (format!("{db}/layerdb/sha256/{base}/diff"), BASE.diff().to_string()),
        (format!("{db}/layerdb/sha256/{base}/size"), name("7")),
        (
            format!("{db}/layerdb/sha256/{base}/tar-split.json.gz"),
            format!("-> {layers}/{base}/tar-split.json.gz"),
        ),
        (format!("{db}/layerdb/sha256/{app}/cache-id"), app.clone()),
        (format!("{db}/layerdb/sha256/{app}/diff"), APP.diff().to_string()),
        (format!("{db}/layerdb/sha256/{app}/parent"), format!("sha256:{base}")),
        (format!("{db}/layerdb/sha256/{app}/size"), name("7")),
        (
            format!("{db}/layerdb/sha256/{app}/tar-split.json.gz"),
            format!("-> {layers}/{app}/tar-split.json.gz"),
        ),
        (format!("overlay2/{base}/committed"), name("")),
        (format!("overlay2/{base}/diff"), format!("-> {layers}/{base}/diff")),
        (format!("overlay2/{base}/link"), base_link.clone()),
        (format!("overlay2/{app}/committed"), name("")),
        (format!("overlay2/{app}/diff"), format!("-> {layers}/{app}/diff")),
        (format!("overlay2/{app}/link"), app_link.clone()),
        (format!("overlay2/{app}/lower"), format!("l/{base_link}")),
        (format!("overlay2/l/{base_link}"), format!("-> ../{base}/diff")),
        (format!("overlay2/l/{app_link}"), format!("-> ../{app}/diff")),
    ];
    expected.sort();
    assert_eq!(files, expected);
}

const LAYERS: &str = "/run/docktest/layers";

/// The digits of two chain IDs.
trait MapHex {
    fn map_hex(self) -> [String; 2];
}

impl MapHex for Vec<Digest> {
    fn map_hex(self) -> [String; 2] {
        let hex: Vec<String> = self.iter().map(|digest| digest.hex().to_owned()).collect();
        hex.try_into().unwrap()
    }
}

#[test]
fn blobs_of_an_image_that_is_taken_again_are_added() {
    let fixture = Fixture::new();
    fixture.take("base", &[BASE]).unwrap();
    let elsewhere = Layer { pulled_from: Some("registry.example/base"), ..BASE };
    fixture.take("base", &[elsewhere]).unwrap();
    // Neither is known to an engine that has loaded it.
    fixture.take("base", &[Layer { pulled_from: None, ..BASE }]).unwrap();
    let blobs = fixture.store.image_metadata(&id(&[BASE])).unwrap().layers.remove(0).blobs;
    let repositories: BTreeSet<String> =
        blobs.into_iter().map(|blob| blob.source_repository).collect();
    let expected = ["docker.io/library/base", "registry.example/base"].map(str::to_owned);
    assert_eq!(repositories, expected.into());
}

#[test]
fn a_name_without_a_tag_is_an_error() {
    let fixture = Fixture::new();
    fixture.take("base", &[BASE]).unwrap();
    let image = EngineImage { id: id(&[BASE]), names: vec!["base".to_owned()] };
    let into = tempfile::tempdir().unwrap();
    let error = fixture.store.compose(into.path(), &[image]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid name of an image `base`: add a tag or a digest, e.g. `base:latest`"
    );
}
