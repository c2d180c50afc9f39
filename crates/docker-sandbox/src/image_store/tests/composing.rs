//! What engines begin with.

use super::*;

impl Fixture {
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
fn an_engine_begins_with_everything_about_its_images_and_links_to_their_files() {
    let fixture = Fixture::new();
    let image = [BASE, APP];
    fixture.take("app", &image).unwrap();
    let name = |text: &str| text.to_owned();
    let images = [EngineImage { id: id(&image), names: vec![name("app:1"), name("h:5000/x:2")] }];
    let files = fixture.compose(&images);
    assert_eq!(files, fixture.compose(&images));

    let [base, app] = [0, 1].map(|layer| chains(&image)[layer].hex().to_owned());
    let (base_link, app_link) = (base[..26].to_uppercase(), app[..26].to_uppercase());
    let (hex, blob) = (id(&image).hex().to_owned(), BASE.blob());
    let (db, layers) = ("image/overlay2", LAYERS);
    let names = format!(
        r#"{{"Repositories":{{"app":{{"app:1":"{0}"}},"h:5000/x":{{"h:5000/x:2":"{0}"}}}}}}"#,
        id(&image)
    );
    let known =
        format!(r#"[{{"Digest":"{blob}","SourceRepository":"docker.io/library/base","HMAC":""}}]"#);
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

#[test]
fn a_name_without_a_tag_is_an_error() {
    let fixture = Fixture::new();
    fixture.take("base", &[BASE]).unwrap();
    let image = EngineImage { id: id(&[BASE]), names: vec!["base".to_owned()] };
    let into = tempfile::tempdir().unwrap();
    let error = fixture.store.compose(into.path(), &[image]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid image name `base`: add a tag or a digest, e.g. `base:latest`"
    );
}
