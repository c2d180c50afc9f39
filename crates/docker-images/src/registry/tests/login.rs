//! Logins: which one is used, which host sees it, and that it is never shown.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::registry::credentials::{Credentials, Lookup, look_up};
use crate::registry::session::Session;

const SECRET: &str = "s3cret";

/// A registry with `app:1` that wants a token: its token server is on the same host.
fn token_registry(accepts: fn(&Asked) -> bool) -> StandIn {
    let image = Image::new(&[b"layer"]);
    StandIn::new(move |asked| {
        let own_host = asked.host.as_str();
        if asked.path.starts_with("/token") {
            return match accepts(asked) {
                true => Answer::new(200, r#"{"token":"t0ken"}"#),
                false => Answer::new(401, r#"{"details":"incorrect username or password"}"#),
            };
        }
        if asked.authorization.as_deref() == Some("Bearer t0ken") {
            return image.answer(asked);
        }
        let challenge = format!(
            r#"Bearer realm="http://{own_host}/token?x=1",service="my registry",scope="repository:app:pull""#
        );
        Answer::error(401, "authentication required").with("WWW-Authenticate", challenge)
    })
}

fn basic_registry() -> StandIn {
    let image = Image::new(&[b"layer"]);
    StandIn::new(move |asked| {
        if asked.authorization == Some(format!("Basic {}", BASE64_STANDARD.encode("user:s3cret"))) {
            return image.answer(asked);
        }
        Answer::error(401, "authentication required").with("WWW-Authenticate", "Basic realm=\"x\"")
    })
}

/// A client with this user's login to a registry.
fn logged_in(server: &StandIn, login: &str) -> Client {
    let auth = BASE64_STANDARD.encode(login);
    Client::with_config(&json!({ "auths": { &server.host: { "auth": auth } } }))
}

#[test]
fn a_token_is_asked_for_once_without_a_login() {
    let server = token_registry(|asked| asked.authorization.is_none());
    Client::new().fetch(&server.reference("app:1")).unwrap();
    let paths = server.paths();
    assert_eq!(paths.len(), 5, "{paths:?}");
    assert_eq!(paths[1], "GET /token?x=1&scope=repository%3Aapp%3Apull&service=my%20registry");
}

#[test]
fn the_author_s_login_goes_to_the_token_server_only() {
    let server = token_registry(|asked| {
        asked.authorization == Some(format!("Basic {}", BASE64_STANDARD.encode("user:s3cret")))
    });
    logged_in(&server, "user:s3cret").fetch(&server.reference("app:1")).unwrap();
    let with_password = server.asked().into_iter().filter(|asked| {
        asked.authorization.as_ref().is_some_and(|value| value.starts_with("Basic "))
    });
    let paths: Vec<_> = with_password.map(|asked| asked.path).collect();
    assert!(matches!(&paths[..], [path] if path.starts_with("/token?")), "{paths:?}");
}

#[test]
fn an_identity_token_is_exchanged() {
    let server = token_registry(|asked| {
        asked.method == "POST"
            && asked.path == "/token?x=1"
            && asked.body
                == "scope=repository%3Aapp%3Apull&service=my%20registry&grant_type=refresh_token\
                    &client_id=docker-images&refresh_token=s3cret"
    });
    let auth = BASE64_STANDARD.encode("user:");
    let entry = json!({ "auth": auth, "identitytoken": SECRET });
    let client = Client::with_config(&json!({ "auths": { &server.host: entry } }));
    client.fetch(&server.reference("app:1")).unwrap();
}

#[test]
fn a_password_is_sent_if_the_registry_wants_it() {
    let server = basic_registry();
    logged_in(&server, "user:s3cret").fetch(&server.reference("app:1")).unwrap();
    assert_eq!(server.asked()[0].authorization, None);
}

#[test]
fn a_missing_login_is_named_with_the_command() {
    let server = basic_registry();
    let image = server.reference("app:1");
    let host = &server.host;
    assert_eq!(
        Client::new().error(&image),
        format!("`{image}` needs a login (authentication required): run `docker login {host}`")
    );
    let server = token_registry(|_| false);
    let image = server.reference("app:1");
    let host = &server.host;
    assert_eq!(
        Client::new().error(&image),
        format!(
            "`{image}` needs a login (incorrect username or password): run `docker login {host}`"
        )
    );
}

#[test]
fn a_token_server_that_cannot_be_asked_is_named() {
    let message = |realm: &str| {
        let realm = realm.to_owned();
        let server = StandIn::new(move |asked| {
            let realm = realm.replace("HOST", &asked.host);
            let challenge = format!("Bearer realm=\"{realm}\"");
            match asked.path.as_str() {
                "/empty?scope=repository%3Aapp%3Apull" => Answer::new(200, "{\"token\":\"\"}"),
                "/none?scope=repository%3Aapp%3Apull" => Answer::new(404, ""),
                _ => Answer::error(401, "").with("WWW-Authenticate", challenge),
            }
        });
        Client::new().error(&server.reference("app:1")).replace(&server.host, "HOST")
    };
    let start = "unexpected answer from `HOST`: ";
    assert_eq!(message("token"), format!("{start}the URL of its token server is invalid"));
    assert_eq!(message("http://HOST/empty"), format!("{start}it sent no token to pull with"));
    assert_eq!(message("http://HOST/none"), format!("{start}there is no token server"));
}

#[test]
fn a_login_that_is_refused_is_named_and_not_shown() {
    for server in [basic_registry(), token_registry(|_| false)] {
        let client = logged_in(&server, "user:wr0ng");
        let image = server.reference("app:1");
        let error = client.fetch(&image).unwrap_err();
        let start = format!("access to `{image}` denied with your login (");
        let end = format!("): check its name, or run `docker login {}` again", server.host);
        let message = error.to_string();
        assert!(message.starts_with(&start) && message.ends_with(&end), "{message}");
        let shown = format!("{message} {error:?} {:?}", client.registry);
        for secret in ["wr0ng", &BASE64_STANDARD.encode("user:wr0ng")] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn a_broken_configuration_matters_only_if_a_login_is_needed() {
    let free = token_registry(|asked| asked.authorization.is_none());
    let closed = token_registry(|_| false);
    let client = Client::new();
    let config = client.path().join("config.json");
    fs::write(&config, format!("{{ \"auths\": {SECRET}")).unwrap();
    client.fetch(&free.reference("app:1")).unwrap();
    let image = closed.reference("app:1");
    assert_eq!(
        client.error(&image),
        format!(
            "`{image}` needs a login (incorrect username or password), \
             and cannot parse `{}`: run `docker login {}` again",
            config.display(),
            closed.host
        )
    );
}

#[test]
fn a_host_that_a_layer_is_redirected_to_does_not_see_the_login() {
    let image = Image::new(&[b"layer"]);
    let elsewhere = StandIn::new(|asked| match asked.authorization {
        None => Answer::new(200, &b"layer"[..]),
        Some(_) => Answer::new(400, ""),
    });
    let target = format!("http://{}/signed?key=s3cret", elsewhere.host);
    let server = StandIn::new(move |asked| {
        if asked.authorization.is_none() {
            return Answer::error(401, "").with("WWW-Authenticate", "Basic realm=\"x\"");
        }
        match image.answer(asked) {
            answer if answer.body == b"layer" => Answer::new(307, "").with("Location", &target),
            answer => answer,
        }
    });
    let client = logged_in(&server, "user:s3cret");
    client.fetch(&server.reference("app:1")).unwrap();
    let asked = elsewhere.asked();
    assert_eq!((asked.len(), &*asked[0].path), (1, "/signed?key=s3cret"));
    assert_eq!(asked[0].authorization, None);
}

#[test]
fn a_redirection_that_is_no_longer_valid_is_asked_for_again() {
    let image = Image::new(&[b"layer"]);
    let elsewhere = StandIn::new(|asked| match asked.path.as_str() {
        "/signed?1" => Answer::new(200, &b"layer"[..]),
        _ => Answer::new(403, "expired"),
    });
    let host = elsewhere.host.clone();
    let server = StandIn::new(move |asked| match image.answer(asked) {
        answer if answer.body == b"layer" => {
            let target = format!("http://{host}/signed?{}", asked.before);
            Answer::new(307, "").with("Location", target)
        }
        answer => answer,
    });
    Client::new().fetch(&server.reference("app:1")).unwrap();
    assert_eq!(elsewhere.paths(), ["GET /signed?0", "GET /signed?1"]);
}

#[test]
fn a_redirection_on_the_same_host_keeps_the_login() {
    let image = Image::new(&[b"layer"]);
    let server = StandIn::new(move |asked| match (&asked.authorization, asked.path.as_str()) {
        (None, _) => Answer::error(401, "").with("WWW-Authenticate", "Basic realm=\"x\""),
        (_, "/elsewhere") => Answer::new(200, &b"layer"[..]),
        _ => match image.answer(asked) {
            answer if answer.body == b"layer" => {
                Answer::new(307, "").with("Location", "/elsewhere")
            }
            answer => answer,
        },
    });
    logged_in(&server, "user:s3cret").fetch(&server.reference("app:1")).unwrap();
}

#[test]
fn an_error_of_another_host_does_not_show_its_url() {
    let image = Image::new(&[b"layer"]);
    let server = StandIn::new(move |asked| match image.answer(asked) {
        answer if answer.body == b"layer" => {
            Answer::new(307, "").with("Location", "http://127.0.0.1:1/signed?key=s3cret")
        }
        answer => answer,
    });
    let error = Client::new().fetch(&server.reference("app:1")).unwrap_err();
    assert!(error.to_string().starts_with("cannot reach `127.0.0.1:1` ("), "{error}");
    assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
}

#[test]
fn docker_hub_s_login_is_found_by_its_own_name() {
    let auth = BASE64_STANDARD.encode("user:s3cret");
    let entry = json!({ "https://index.docker.io/v1/": { "auth": auth } });
    let client = Client::with_config(&json!({ "auths": entry }));
    let found = look_up(Some(client.path()), &[], "docker.io");
    assert_eq!(format!("{found:?}"), "Found(Credentials)");
    let Lookup::Found(Credentials::Password { user, password }) = found else { panic!() };
    assert_eq!((&*user, &*password), ("user", SECRET));
    assert!(matches!(look_up(Some(client.path()), &[], "ghcr.io"), Lookup::None));
    assert!(matches!(look_up(Some(Client::new().path()), &[], "docker.io"), Lookup::None));
    assert!(matches!(look_up(None, &[], "docker.io"), Lookup::None));
}

#[test]
fn a_session_does_not_show_its_token() {
    let server = token_registry(|_| true);
    let client = Client::new();
    let reference = server.reference("app:1");
    let mut session = Session::new(&client.registry, &reference, &|| false).unwrap();
    session.manifest("1", &client.blobs).unwrap();
    let shown = format!("{session:?}");
    assert!(shown.contains("Sensitive") && !shown.contains("t0ken"), "{shown}");
}

#[test]
fn credential_helpers_are_asked() {
    if !in_process_with_helpers("registry::tests::login::credential_helpers_are_asked") {
        return;
    }
    let look_up = |helper: &str| {
        let client = Client::with_config(&json!({ "credHelpers": { "example.com": helper } }));
        look_up(Some(client.path()), &[], "example.com")
    };
    let Lookup::Found(Credentials::Password { user, password }) = look_up("works") else {
        panic!()
    };
    assert_eq!((&*user, &*password), ("example.com", SECRET));
    let Lookup::Found(Credentials::Identity(token)) = look_up("identity") else { panic!() };
    assert_eq!(token, SECRET);
    assert!(matches!(look_up("empty"), Lookup::None));
    let reason = |helper| match look_up(helper) {
        Lookup::Broken(reason) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason("fails"), "`docker-credential-fails` failed");
    let absent = reason("absent");
    assert!(absent.starts_with("cannot run the credential helper named in `"), "{absent}");
    let garbled = reason("garbled");
    assert!(garbled.starts_with("cannot understand the answer of the credential"), "{garbled}");
    let store =
        Client::with_config(&json!({ "auths": { "example.com": {} }, "credsStore": "works" }));
    let found = super::super::credentials::look_up(Some(store.path()), &[], "example.com");
    assert!(matches!(found, Lookup::Found(Credentials::Password { .. })));
}

#[test]
fn credential_helpers_run_through_other_words() {
    if !in_process_with_helpers(
        "registry::tests::login::credential_helpers_run_through_other_words",
    ) {
        return;
    }
    let look_up = |helper: &str, words: &[&str]| {
        let client = Client::with_config(&json!({ "credsStore": helper }));
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        look_up(Some(client.path()), &words, "example.com")
    };
    let Lookup::Found(Credentials::Password { user, .. }) =
        look_up("shows", &["env", "SHOWN=of a caller"])
    else {
        panic!()
    };
    assert_eq!(user, "of a caller");
    let Lookup::Broken(absent) = look_up("absent", &["env"]) else { panic!() };
    assert!(absent.starts_with("cannot run the credential helper named in `"), "{absent}");
}

/// Runs a test again in a process that finds credential helpers on its PATH, and returns whether this is
/// that process.
fn in_process_with_helpers(test: &str) -> bool {
    let directory = tempfile::tempdir().unwrap();
    for (name, script) in [
        ("works", r#"read host; echo "{\"Username\":\"$host\",\"Secret\":\"s3cret\"}""#),
        ("identity", r#"read host; echo '{"Username":"<token>","Secret":"s3cret"}'"#),
        ("shows", r#"echo "{\"Username\":\"$SHOWN\",\"Secret\":\"s3cret\"}""#),
        ("empty", "read host; echo credentials not found in native keychain; exit 1"),
        ("fails", "read host; echo s3cret; echo s3cret >&2; exit 1"),
        ("garbled", "read host; echo s3cret"),
    ] {
        let path = directory.path().join(format!("docker-credential-{name}"));
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", directory.path().display());
    in_process_with(test, "PATH", &path)
}
