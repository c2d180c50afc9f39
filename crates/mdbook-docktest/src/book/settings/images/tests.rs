use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use mdbook_preprocessor::config::Config;
use tempfile::TempDir;

use super::*;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A book with the recipes `images/alpine`, and `images/postgres`, whose `prepare` writes the Dockerfile.
fn book() -> TempDir {
    let book = tempfile::tempdir().unwrap();
    for name in ["alpine", "postgres", "empty"] {
        fs::create_dir_all(book.path().join("images").join(name)).unwrap();
    }
    fs::write(book.path().join("images/alpine/Dockerfile"), "FROM scratch").unwrap();
    let prepare = book.path().join("images/postgres/prepare");
    fs::write(&prepare, "#!/bin/sh").unwrap();
    fs::set_permissions(prepare, Permissions::from_mode(0o755)).unwrap();
    book
}

/// The setting in a book.toml with this text.
fn setting(toml: &str) -> Value {
    let config: Config = toml.parse().unwrap();
    config.get("preprocessor.docktest.images").unwrap().unwrap()
}

/// Reads the setting of a book.toml in which it starts in line 3. `{digest}` stands for a digest.
fn read(book: &TempDir, images: &str) -> Result<BookImages, ImagesError> {
    let images = images.replace("{digest}", DIGEST);
    let toml = format!("\u{feff}[book]\n[preprocessor.docktest]\n{images}\n");
    fs::write(book.path().join("book.toml"), &toml).unwrap();
    BookImages::read(&setting(toml.trim_start_matches('\u{feff}')), book.path())
}

/// The error as `LINE: message`.
fn error(images: &str) -> String {
    let ImagesError { line, message } = read(&book(), images).unwrap_err();
    line.map_or(message.clone(), |line| format!("{line}: {message}"))
}

fn reference(name: &str) -> Reference {
    name.parse().unwrap()
}

#[test]
fn a_table_has_recipes_pins_and_images_from_registries() {
    let book = book();
    let table = "[preprocessor.docktest.images]\n\"nginx:1.27\" = true\nalpine = \"images/alpine\"\n\
                 \"postgres:15\" = { recipe = \"images/postgres\" }\n\"redis:7\".digest = \"{digest}\"\n\
                 \"busybox@{digest}\" = true";
    let images = read(&book, table).unwrap();
    let image = |name: &str| {
        let image = images.get(&reference(name)).unwrap();
        assert_eq!(image.reference, reference(name));
        let recipe = image.recipe.as_ref().map(|path| path.strip_prefix(book.path()).unwrap());
        (&*image.name, recipe.map(|path| path.to_str().unwrap()), image.pinned_digest(), image.line)
    };
    assert_eq!(image("nginx:1.27"), ("nginx:1.27", None, None, Some(4)));
    let alpine = ("alpine", Some("images/alpine"), None, Some(5));
    assert_eq!(image("docker.io/library/alpine:latest"), alpine);
    assert_eq!(image("postgres:15"), ("postgres:15", Some("images/postgres"), None, Some(6)));
    assert_eq!(image("redis:7"), ("redis:7", None, Some(DIGEST), Some(7)));
    let pinned = format!("busybox@{DIGEST}");
    assert_eq!(image(&pinned), (&*pinned, None, Some(DIGEST), Some(8)));
    assert_eq!(images.iter().count(), 5);
    let recipes: Vec<&str> = images.recipes().map(|(image, _)| &*image.name).collect();
    assert_eq!(recipes, ["alpine", "postgres:15"]);
    assert_eq!(images.get(&reference("alpine:3.20")), None);
}

#[test]
fn a_list_has_images_from_registries() {
    let images = read(&book(), "images = [\n  \"redis:7\",\n  \"nginx:1.27\",\n]").unwrap();
    let named: Vec<_> = images.iter().map(|image| (&*image.name, image.line)).collect();
    assert_eq!(named, [("nginx:1.27", Some(5)), ("redis:7", Some(4))]);
    assert_eq!(read(&book(), "images = []").unwrap(), BookImages::default());
}

#[test]
fn a_setting_from_elsewhere_has_no_line() {
    let book = book();
    read(&book, "images = [\"alpine\", \"redis\"]").unwrap();
    let image = |setting: &Value| {
        let images = BookImages::read(setting, book.path()).unwrap();
        images.get(&reference("alpine")).unwrap().line
    };
    assert_eq!(image(&serde_json::json!(["alpine", "redis"])), Some(3));
    // From the environment, or the file was changed since mdBook read it.
    assert_eq!(image(&serde_json::json!(["alpine"])), None);
    fs::remove_file(book.path().join("book.toml")).unwrap();
    assert_eq!(image(&serde_json::json!(["alpine", "redis"])), None);
}

#[test]
fn an_image_is_named_once() {
    assert_eq!(
        error("images = [\"nginx\",\n\"docker.io/library/nginx:latest\"]"),
        "4: `docker.io/library/nginx:latest` is the same image as `nginx` in line 3: remove one"
    );
    assert_eq!(
        error("images = [\"nginx\", \"nginx\"]"),
        "3: image `nginx` is already listed in line 3: remove one"
    );
    // The second one in the file, whatever the order of the names.
    assert_eq!(
        error("images.nginx = true\nimages.\"library/nginx\" = true"),
        "4: `library/nginx` is the same image as `nginx` in line 3: remove one"
    );
    assert_eq!(
        BookImages::read(&serde_json::json!(["a", "a:latest"]), Path::new("/nosuch")).unwrap_err(),
        ImagesError {
            line: None,
            message: "`a:latest` is the same image as `a`: remove one".into()
        }
    );
    read(&book(), "images = [\"nginx\", \"nginx:1.27\", \"nginx@{digest}\"]").unwrap();
}

#[test]
fn an_invalid_name_has_a_suggestion() {
    let lower = "the name of a repository is in lower case";
    for (name, rest) in [
        ("Alpine", format!("{lower}; did you mean `alpine`?")),
        ("Team/App:V1", format!("{lower}; did you mean `team/app:V1`?")),
        (
            " alpine",
            "a name has lower-case letters and digits, separated by `/`, `.`, `_` or `-`; did you mean \
             `alpine`?"
                .to_owned(),
        ),
        (
            "https://ghcr.io/team/app",
            "a name has lower-case letters and digits, separated by `/`, `.`, `_` or `-`; did you mean \
             `ghcr.io/team/app`?"
                .to_owned(),
        ),
        ("alpine:", "a tag has letters, digits, `_`, `.` and `-`, at most 128".to_owned()),
    ] {
        let expected = format!("3: invalid image reference `{name}`: {rest}");
        assert_eq!(error(&format!("images = [\"{name}\"]")), expected);
        assert_eq!(error(&format!("images.\"{name}\" = true")), expected);
    }
    let empty = "3: `images` has an empty name: remove it, or write e.g. `alpine:3.20`";
    assert_eq!(error("images = [\" \"]"), empty);
    assert_eq!(error("images.\"\" = true"), empty);
}

#[test]
fn a_wrong_type_is_an_error_with_the_right_one() {
    assert_eq!(
        error("images = \"alpine\""),
        "3: invalid `images` `\"alpine\"`: use a list, e.g. `images = [\"alpine:3.20\"]`, or a table"
    );
    assert_eq!(
        error("images = [\"alpine\", 3.20]"),
        "3: invalid image `3.2` in `images`: a list has names, e.g. `\"alpine:3.20\"`; for a recipe or a \
         digest, use a table"
    );
    assert_eq!(
        error("images.alpine = false"),
        "3: image `alpine` is set to `false`: remove it, or write `true` to take it from a registry"
    );
    for (value, shown) in [("3", "3"), ("{}", "{}"), ("[]", "[]")] {
        assert_eq!(
            error(&format!("images.alpine = {value}")),
            format!(
                "3: image `alpine` is set to `{shown}`: use `true`, the directory of a recipe, or \
                 `{{ digest = \"sha256:…\" }}`"
            )
        );
    }
    assert_eq!(
        error("images.alpine = { recpie = \"images/alpine\" }"),
        "3: unknown key `recpie` of image `alpine`: did you mean `recipe`?"
    );
    assert_eq!(
        error("images.alpine = { path = \"images/alpine\" }"),
        "3: unknown key `path` of image `alpine`: use `recipe` or `digest`"
    );
    assert_eq!(
        error("images.alpine.recipe = true"),
        "3: `recipe` of image `alpine` is set to `true`: use a string, e.g. `\"images/alpine\"`"
    );
}

#[test]
fn a_recipe_is_a_directory_to_build_from() {
    for (recipe, expected) in [
        ("images/postgers", "does not exist: did you mean `images/postgres`?"),
        ("images/nginx", "does not exist: create the directory with a `Dockerfile`"),
        ("nosuch/alpine", "does not exist: create the directory with a `Dockerfile`"),
        ("images/alpine/Dockerfile", "is a file: use its directory, `images/alpine`"),
        ("book.toml", "is a file: move it to a directory of its own"),
        ("book.toml/alpine", "cannot be read: Not a directory (os error 20)"),
        ("images/empty", "has no `Dockerfile`: add one"),
        (".", "contains the whole book: choose a directory that has only the recipe"),
        ("images/..", "contains the whole book: choose a directory that has only the recipe"),
    ] {
        assert_eq!(
            error(&format!("images.alpine = \"{recipe}\"")),
            format!("3: the recipe `{recipe}` of image `alpine` {expected}")
        );
    }
    assert_eq!(
        error("images.alpine = \"\""),
        "3: the recipe of image `alpine` is empty: write its directory, or `true` to take the image from \
         a registry"
    );
}

#[test]
fn the_prepare_of_a_recipe_is_executable() {
    let book = book();
    let prepare = book.path().join("images/postgres/prepare");
    fs::set_permissions(prepare, Permissions::from_mode(0o644)).unwrap();
    let error = read(&book, "images.postgres = \"images/postgres\"").unwrap_err();
    assert_eq!(
        error.message,
        "`prepare` in the recipe `images/postgres` of image `postgres` is not executable: run `chmod +x \
         images/postgres/prepare`"
    );
}

#[test]
fn a_recipe_may_be_shared_by_books() {
    let (book, other) = (book(), book());
    let shared = other.path().join("images/alpine");
    let images = read(&book, &format!("images.alpine = {shared:?}")).unwrap();
    assert_eq!(images.get(&reference("alpine")).unwrap().recipe, Some(shared));
}

#[test]
fn a_digest_is_complete_and_given_once() {
    assert_eq!(
        error("images.alpine.digest = \"sha256:12\""),
        "3: invalid digest `sha256:12` of image `alpine`: use `sha256:` and 64 hexadecimal digits, as \
         printed by `docker image ls --digests`"
    );
    assert_eq!(
        error("images.\"alpine@{digest}\".digest = \"{digest}\""),
        format!(
            "3: image `alpine@{DIGEST}` has a digest in its name and another in `digest`: remove one"
        )
    );
    let both = "has a digest and a recipe, but an image built from a recipe has another digest: remove one";
    assert_eq!(
        error("images.alpine = { recipe = \"images/alpine\", digest = \"{digest}\" }"),
        format!("3: image `alpine` {both}")
    );
    assert_eq!(
        error("images.\"alpine@{digest}\" = \"images/alpine\""),
        format!("3: image `alpine@{DIGEST}` {both}")
    );
}
