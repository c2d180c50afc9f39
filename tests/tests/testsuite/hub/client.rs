//! Requests to a hub, with curl.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use testsuite::{Hub, Outcome, Program};

/// What a registry can send, most specific first.
const MANIFESTS: &str = "Accept: application/vnd.oci.image.index.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json";

pub(crate) const ALPINE: &str = "https://registry-1.docker.io/v2/library/alpine/manifests/latest";

/// Runs curl in a hub.
pub(crate) fn curl<const N: usize>(hub: &Hub, arguments: [&str; N]) -> Program {
    Program::through(["curl", "--silent", "--show-error"], arguments).in_network(hub)
}

/// A response.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The code and the message of a registry's error.
    pub(crate) fn error(&self) -> (String, String) {
        let error = &self.json()["errors"][0];
        let text = |field: &str| error[field].as_str().unwrap().to_owned();
        (text("code"), text("message"))
    }
}

/// Sends a request with these options of curl.
#[track_caller]
pub(crate) fn get<const N: usize>(hub: &Hub, url: &str, options: [&str; N]) -> Response {
    let program = curl(hub, ["--include", "--header", MANIFESTS, url]);
    let outcome = options.into_iter().fold(program, Program::arg).run();
    outcome.exits(0);
    let (head, body) = outcome.stdout().split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Response { status, headers, body: body.to_owned() }
}

/// A header with a token for pulling from a repository of Docker Hub.
#[track_caller]
pub(crate) fn token<const N: usize>(hub: &Hub, repository: &str, options: [&str; N]) -> String {
    let address = "https://auth.docker.io/token?service=registry.docker.io";
    let response = get(hub, &format!("{address}&scope=repository:{repository}:pull"), options);
    assert_eq!(response.status, 200, "{}", response.body);
    format!("Authorization: Bearer {}", response.json()["token"].as_str().unwrap())
}

/// The response to a request for `alpine` with a token.
#[track_caller]
pub(crate) fn get_alpine(hub: &Hub) -> Response {
    get(hub, ALPINE, ["--header", &token(hub, "library/alpine", [])])
}

/// The digest of the compressed layer of `alpine`.
pub(crate) fn layer_of_alpine(hub: &Hub) -> String {
    let index = get_alpine(hub).json();
    let manifests = index["manifests"].as_array().unwrap();
    let digest = manifests.last().unwrap()["digest"].as_str().unwrap();
    let url = ALPINE.replace("latest", digest);
    let manifest = get(hub, &url, ["--header", &token(hub, "library/alpine", [])]).json();
    manifest["layers"][0]["digest"].as_str().unwrap().to_owned()
}

/// Downloads the layer of `alpine` to a file.
pub(crate) fn download(hub: &Hub, digest: &str, file: &Path) -> Outcome {
    let url = format!("https://production.cloudflare.docker.com/v2/library/alpine/blobs/{digest}");
    curl(hub, ["--fail", &url, "--output", file.to_str().unwrap()]).run()
}

pub(crate) fn digest_of(bytes: &[u8]) -> String {
    let hexadecimal =
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("sha256:{hexadecimal}")
}
