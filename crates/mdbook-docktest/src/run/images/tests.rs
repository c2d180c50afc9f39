//! Where images come from, with a script instead of docker.

use std::cell::RefCell;

use tempfile::TempDir;

use super::*;

/// Behaves as docker with an engine that has an image once a file `present` exists. Files also say
/// whether a registry, a build and an archive provide it.
const DOCKER: &str = r#"cd "${0%/*}" || exit
shift # docker
echo "$1 $2" >>calls
case "$1 $2" in
"image pull") [ -e registry ] || { echo 'Error response from daemon: no route' >&2; exit 1; } ;;
"image build") cat >/dev/null; [ -e builds ] || { echo 'ERROR: no flour' >&2; exit 1; } ;;
"image load") cat >/dev/null; [ ! -e empty-archives ] || exit 0 ;;
"image save") echo archive; exit ;;
"image inspect")
    [ -e present ] || { echo 'Error response from daemon: No such image: shop:1' >&2; exit 1; }
    id=sha256:0000000000000000000000000000000000000000000000000000000000000001
    echo "{\"Id\": \"$id\", \"RepoDigests\": [\"shop@$id\"]}"
    exit ;;
*) exit 64 ;;
esac
: >present
"#;

struct Fixture {
    directory: TempDir,
    cache: ImageCache,
    recipe: PathBuf,
}

impl Fixture {
    /// `files` decide what docker does.
    fn new(files: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("docker.sh"), DOCKER).unwrap();
        for name in ["recipe", "scratch"] {
            fs::create_dir(path(name)).unwrap();
        }
        fs::write(path("recipe/Dockerfile"), "FROM scratch").unwrap();
        for file in files {
            fs::write(path(file), "").unwrap();
        }
        let cache = ImageCache::new(&path("cache"));
        Self { recipe: path("recipe"), cache, directory }
    }

    /// Provides the image to an engine. Returns what docker was called with, and the image.
    fn provide(&self) -> (Vec<String>, Result<Vec<Image>, RunError>) {
        let path = |name: &str| self.directory.path().join(name);
        fs::write(path("calls"), "").unwrap();
        let images = Images {
            docker: Docker::new().through(["sh".into(), path("docker.sh")]),
            scratch: path("scratch"),
            canceller: &Canceller::new(),
            cache: &self.cache,
            progress: &|_| {},
        };
        let result = images.provide_all(&[("shop:1", &self.recipe)]);
        let calls = fs::read_to_string(path("calls")).unwrap();
        (calls.lines().map(str::to_owned).collect(), result)
    }

    /// Makes the next engine start without the image.
    fn start_new_engine(&self) {
        fs::remove_file(self.directory.path().join("present")).unwrap();
    }
}

fn image(origin: ImageOrigin) -> Image {
    let id = format!("sha256:{}1", "0".repeat(63));
    let repo_digest = (origin == ImageOrigin::Pulled).then(|| format!("shop@{id}"));
    Image { reference: "shop:1".into(), id, repo_digest, origin }
}

#[test]
fn an_image_is_pulled_once_and_then_loaded_from_its_archive() {
    let fixture = Fixture::new(&["registry"]);
    let (calls, images) = fixture.provide();
    assert_eq!(calls, ["image pull", "image save", "image inspect"]);
    assert_eq!(images.unwrap(), [image(ImageOrigin::Pulled)]);

    fixture.start_new_engine();
    let (calls, images) = fixture.provide();
    assert_eq!(calls, ["image load", "image inspect"]);
    assert_eq!(images.unwrap(), [image(ImageOrigin::Pulled)]);
}

#[test]
fn an_image_that_no_registry_provides_is_built_and_has_no_digest_of_a_registry() {
    let fixture = Fixture::new(&["builds"]);
    let (calls, images) = fixture.provide();
    assert_eq!(calls, ["image pull", "image build", "image save", "image inspect"]);
    assert_eq!(images.unwrap(), [image(ImageOrigin::Recipe)]);
    assert_eq!(fs::read_dir(fixture.directory.path().join("scratch")).unwrap().count(), 0);

    fixture.start_new_engine();
    let (calls, images) = fixture.provide();
    assert_eq!(calls, ["image load", "image inspect"]);
    assert_eq!(images.unwrap(), [image(ImageOrigin::Recipe)]);
}

#[test]
fn an_error_names_what_the_registry_and_the_recipe_said() {
    let fixture = Fixture::new(&[]);
    let (_, images) = fixture.provide();
    let message = images.unwrap_err().to_string();
    let recipe = fixture.recipe.display();
    let start = format!(
        "image `shop:1` is not available: no registry provided it (no route), and its recipe {recipe} \
         failed: "
    );
    assert!(message.starts_with(&start) && message.contains("no flour"), "{message}");
}

#[test]
fn an_archive_without_its_image_is_an_error_that_names_the_archive() {
    let fixture = Fixture::new(&["registry"]);
    fixture.provide().1.unwrap();
    fixture.start_new_engine();
    fs::write(fixture.directory.path().join("empty-archives"), "").unwrap();
    let archive = fixture.directory.path().join("cache/images/shop_1-pulled.tar");
    let expected = format!(
        "the archive {} does not contain image `shop:1`: remove it and try again",
        archive.display()
    );
    assert_eq!(fixture.provide().1.unwrap_err().to_string(), expected);
}

#[test]
fn each_line_of_a_recipe_is_reported_and_the_last_one_returned() {
    let fixture = Fixture::new(&[]);
    let lines = RefCell::new(Vec::new());
    let images = Images {
        docker: Docker::new(),
        scratch: PathBuf::new(),
        canceller: &Canceller::new(),
        cache: &fixture.cache,
        progress: &|progress| {
            if let Progress::Recipe { line } = progress {
                lines.borrow_mut().push(line.to_owned());
            }
        },
    };
    let last = images.report_lines(&b"one\n two \xff\n\n"[..]).unwrap();
    assert_eq!(last, "two \u{fffd}");
    assert_eq!(*lines.borrow(), ["one", " two \u{fffd}", ""]);
}
