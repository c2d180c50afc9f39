//! A store filled from data-roots that are written here, as an engine writes them.

use super::*;

mod composing;
mod damage;

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
fn other_users_cannot_reach_the_programs_of_an_image() {
    let fixture = Fixture::new();
    fixture.take("base", &[BASE]).unwrap();
    let about = fs::metadata(fixture.store.layer(&chains(&[BASE])[0])).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o700);
}

#[test]
fn an_image_without_layers_is_an_image() {
    let fixture = Fixture::new();
    fixture.take("empty", &[]).unwrap();
    fixture.store.check(&id(&[])).unwrap();
    assert_eq!(fixture.store.size([&id(&[])]).unwrap(), 0);
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
