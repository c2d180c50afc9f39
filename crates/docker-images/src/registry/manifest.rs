//! Manifests and indexes of them, of the OCI's and of Docker's older types.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/manifest.md> and
//! <https://github.com/distribution/distribution/tree/main/docs/content/spec/manifest-v2-2.md>.

use serde::Deserialize;

use crate::digest::Digest;
use crate::platform::Platform;

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// The types that a registry is asked for, all in one header as Docker sends them.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// The largest manifest, in bytes, as in Docker.
pub(super) const LIMIT: u64 = 4 << 20;

/// The types of configurations that are of images: others are of charts, policies and the like.
const CONFIGURATIONS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// What a manifest says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// One manifest for each platform.
    Index(Vec<Entry>),
    Image {
        configuration: Descriptor,
        layers: Vec<Descriptor>,
    },
}

/// What an index says of a manifest.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Entry {
    pub(super) digest: Digest,
    pub(super) platform: Option<Platform>,
}

/// What a manifest says of a blob.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    media_type: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
    #[serde(default)]
    urls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    media_type: Option<String>,
    manifests: Option<Vec<Entry>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
}

impl Descriptor {
    /// Whether the blob is elsewhere than in the registry.
    pub(super) fn is_foreign(&self) -> bool {
        !self.urls.is_empty() || self.media_type.contains(".foreign.")
    }
}

/// Reads a manifest, and returns what it says and its type. The registry's type may be missing for a
/// manifest that was kept.
///
/// # Errors
///
/// Why it is not a manifest of an image.
pub(super) fn parse(body: &[u8], sent_as: Option<&str>) -> Result<(Document, String), String> {
    let sent_as = sent_as.map(|text| text.split(';').next().unwrap_or(text).trim());
    match sent_as {
        Some(OCI_INDEX | OCI_MANIFEST | DOCKER_INDEX | DOCKER_MANIFEST) | None => {}
        Some(other) if other.starts_with("application/vnd.docker.distribution.manifest.v1+") => {
            return Err("a manifest of schema 1, which Docker no longer supports: \
                        push the image again"
                .to_owned());
        }
        Some(other) => {
            return Err(format!("`{other}` instead of a manifest: check that it is a registry"));
        }
    }
    let content: Content = serde_json::from_slice(body)
        .map_err(|error| format!("an invalid manifest ({error}): push the image again"))?;
    let media_type = match (&content.media_type, sent_as) {
        (Some(own), Some(sent_as)) if own != sent_as => {
            return Err(format!("a manifest of type `{own}`, sent as `{sent_as}`"));
        }
        (Some(own), _) => own.clone(),
        (None, Some(sent_as)) => sent_as.to_owned(),
        // Docker's types always name themselves.
        (None, None) if content.manifests.is_some() => OCI_INDEX.to_owned(),
        (None, None) => OCI_MANIFEST.to_owned(),
    };
    let is_index = match media_type.as_str() {
        OCI_INDEX | DOCKER_INDEX => true,
        OCI_MANIFEST | DOCKER_MANIFEST => false,
        other => return Err(format!("`{other}`, which is not the manifest of an image")),
    };
    // Content that is both could be read in two ways: CVE-2021-41190.
    let document = match (is_index, content.manifests, content.config, content.layers) {
        (true, Some(entries), None, None) => Document::Index(entries),
        (false, None, Some(configuration), Some(layers)) => {
            Document::Image { configuration, layers }
        }
        _ => return Err(format!("`{media_type}` with the content of another type")),
    };
    if let Document::Image { configuration, .. } = &document
        && !CONFIGURATIONS.contains(&configuration.media_type.as_str())
    {
        let media_type = &configuration.media_type;
        return Err(format!("not an image but an artifact of type `{media_type}`"));
    }
    Ok((document, media_type))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn descriptor(media_type: &str) -> serde_json::Value {
        json!({ "mediaType": media_type, "digest": Digest::of(b""), "size": 0 })
    }

    fn image() -> serde_json::Value {
        json!({
            "schemaVersion": 2,
            "config": descriptor(CONFIGURATIONS[0]),
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip")],
        })
    }

    fn read(
        content: &serde_json::Value,
        sent_as: Option<&str>,
    ) -> Result<(Document, String), String> {
        parse(&serde_json::to_vec(content).unwrap(), sent_as)
    }

    #[test]
    fn the_type_is_the_one_sent_or_the_document_s_own() {
        let types =
            |content: &serde_json::Value, sent_as| read(content, sent_as).map(|(_, name)| name);
        let mut content = image();
        assert_eq!(types(&content, Some(OCI_MANIFEST)), Ok(OCI_MANIFEST.to_owned()));
        let with_parameter = format!("{DOCKER_MANIFEST}; charset=utf-8");
        assert_eq!(types(&content, Some(&with_parameter)), Ok(DOCKER_MANIFEST.to_owned()));
        assert_eq!(types(&content, None), Ok(OCI_MANIFEST.to_owned()));
        content["mediaType"] = DOCKER_MANIFEST.into();
        assert_eq!(types(&content, None), Ok(DOCKER_MANIFEST.to_owned()));
        let index = json!({ "manifests": [{ "digest": Digest::of(b"") }] });
        let entry = Entry { digest: Digest::of(b""), platform: None };
        assert_eq!(read(&index, None), Ok((Document::Index(vec![entry]), OCI_INDEX.to_owned())));
    }

    #[test]
    fn what_is_not_an_image_is_an_error_with_the_reason() {
        let error =
            |content: &serde_json::Value, sent_as: &str| read(content, Some(sent_as)).unwrap_err();
        let mut both = image();
        both["manifests"] = json!([]);
        for sent_as in [OCI_MANIFEST, OCI_INDEX] {
            let expected = format!("`{sent_as}` with the content of another type");
            assert_eq!(error(&both, sent_as), expected);
        }
        assert_eq!(
            error(&image(), "text/html; charset=utf-8"),
            "`text/html` instead of a manifest: check that it is a registry"
        );
        assert_eq!(
            error(&image(), "application/vnd.docker.distribution.manifest.v1+prettyjws"),
            "a manifest of schema 1, which Docker no longer supports: push the image again"
        );
        let mut other = image();
        other["mediaType"] = DOCKER_MANIFEST.into();
        assert_eq!(
            error(&other, OCI_MANIFEST),
            format!("a manifest of type `{DOCKER_MANIFEST}`, sent as `{OCI_MANIFEST}`")
        );
        let mut chart = image();
        chart["config"]["mediaType"] = "application/vnd.cncf.helm.config.v1+json".into();
        assert_eq!(
            error(&chart, OCI_MANIFEST),
            "not an image but an artifact of type `application/vnd.cncf.helm.config.v1+json`"
        );
        let mut weak = image();
        weak["config"]["digest"] = "md5:12".into();
        assert!(
            error(&weak, OCI_MANIFEST).starts_with("an invalid manifest (invalid digest `md5:12`")
        );
    }

    #[test]
    fn a_layer_elsewhere_is_foreign() {
        let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
        let parsed = |value| serde_json::from_value::<Descriptor>(value).unwrap();
        assert!(parsed(descriptor(foreign)).is_foreign());
        let mut layer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip");
        assert!(!parsed(layer.clone()).is_foreign());
        layer["urls"] = json!(["https://example.com/layer"]);
        assert!(parsed(layer).is_foreign());
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_a_panic(body: Vec<u8>, sent_as in "[a-z/;. ]{0,20}") {
            let _ = parse(&body, None);
            let _ = parse(&body, Some(&sent_as));
        }
    }
}
