//! From what went wrong on the network, or what a registry answered, to an error.

use std::io;
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use serde_json::Value;

use super::error::{FetchError, Login, one_line};
use super::http::{IsCancelled, Response};
use crate::blobs::BlobError;

/// How much of an answer with an error status is read, in bytes.
const ERROR_LIMIT: u64 = 64 << 10;

/// The reason of the standard library's errors from `getaddrinfo`, which have no kind of their own.
const LOOKUP_FAILED: &str = "failed to lookup address information";

/// A number from here on is a time since 1970, not a duration. Registries send both.
const FIRST_TIME: u64 = 1_000_000_000;

/// An error, and whether the same request may work a moment later.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Box<FetchError>,
    pub(super) is_passing: bool,
}

/// What an error is about.
pub(super) struct Subject<'a> {
    pub(super) image: &'a str,
    pub(super) registry: &'a str,
    pub(super) login: &'a Login,
}

impl Failure {
    pub(super) fn cancelled() -> Self {
        FetchError::Cancelled.into()
    }

    pub(super) fn protocol(host: &str, reason: impl Into<String>) -> Self {
        FetchError::Protocol { host: host.to_owned(), reason: one_line(&reason.into()) }.into()
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self { error: Box::new(error), is_passing: false }
    }
}

impl From<BlobError> for Failure {
    fn from(error: BlobError) -> Self {
        FetchError::Blob(error).into()
    }
}

/// The failure of a request that was not answered.
pub(super) fn transport_failure(host: &str, error: ureq::Error) -> Failure {
    let unreachable = |reason: String, is_passing| {
        let host = host.to_owned();
        Failure { is_passing, ..FetchError::Unreachable { host, reason: one_line(&reason) }.into() }
    };
    let no_address = |reason: String| FetchError::NameService {
        host: host.to_owned(),
        reason: one_line(&reason),
    };
    match error {
        ureq::Error::HostNotFound => no_address("the name has none".to_owned()).into(),
        ureq::Error::Timeout(ureq::Timeout::Resolve) => no_address("timed out".to_owned()).into(),
        ureq::Error::Timeout(ureq::Timeout::Connect) => {
            unreachable("timed out while connecting".to_owned(), false)
        }
        ureq::Error::Timeout(_) => unreachable("timed out".to_owned(), true),
        ureq::Error::ConnectProxyFailed(reason) => {
            unreachable(format!("the proxy refused: {reason}"), false)
        }
        ureq::Error::InvalidProxyUrl => unreachable("invalid proxy".to_owned(), false),
        ureq::Error::Rustls(error) => tls(host, &error),
        ureq::Error::Io(error) => io_failure(host, &error),
        ureq::Error::RequireHttpsOnly(_) => {
            Failure::protocol(host, "the registry redirects to it without TLS")
        }
        // URLs are left out: those that registries redirect to have passwords in them.
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Failure::protocol(host, "invalid URL"),
        _ => Failure::protocol(host, "invalid HTTP: check that it is a registry"),
    }
}

fn io_failure(host: &str, error: &io::Error) -> Failure {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls(host, error);
    }
    let reason = error.to_string();
    if let Some(rest) = reason.strip_prefix(LOOKUP_FAILED) {
        let reason = one_line(rest.trim_start_matches([':', ' ']));
        return FetchError::NameService { host: host.to_owned(), reason }.into();
    }
    let is_passing = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::TimedOut
            | io::ErrorKind::WouldBlock
    );
    let reason = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the connection broke off".to_owned(),
        _ => one_line(&reason),
    };
    Failure { is_passing, ..FetchError::Unreachable { host: host.to_owned(), reason }.into() }
}

fn tls(host: &str, error: &rustls::Error) -> Failure {
    let remedy = match error {
        rustls::Error::InvalidCertificate(_) => {
            "add its certificate authority to the system's certificates, or set SSL_CERT_FILE"
        }
        _ => "check that it is a registry with TLS",
    };
    let reason = one_line(&error.to_string());
    FetchError::Tls { host: host.to_owned(), reason, remedy }.into()
}

/// The failure that an answer with an error status means.
pub(super) fn status_failure(
    response: &Response,
    subject: &Subject<'_>,
    is_cancelled: IsCancelled<'_>,
) -> Failure {
    let body = match response.body(ERROR_LIMIT, is_cancelled) {
        // A body that breaks off has no words, but the status stands.
        Ok(body) => body.unwrap_or_default(),
        Err(failure) if matches!(*failure.error, FetchError::Cancelled) => return failure,
        Err(_) => Vec::new(),
    };
    let words = words_of(&body);
    let (image, registry) = (subject.image.to_owned(), subject.registry.to_owned());
    let login = subject.login.clone();
    match response.status {
        401 | 403 => FetchError::Denied { image, registry, login, words }.into(),
        404 => FetchError::NotFound { image, registry, words }.into(),
        429 => FetchError::RateLimited {
            registry,
            retry_at: retry_at(response, SystemTime::now()),
            window: response.header("ratelimit-limit").and_then(window_of),
            login,
            words,
        }
        .into(),
        status => Failure {
            is_passing: matches!(status, 408 | 500 | 502 | 503 | 504),
            ..FetchError::Http { host: response.host.clone(), status, words }.into()
        },
    }
}

/// What a registry says in an answer with an error status, from
/// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes>; token servers have
/// other names for it. Empty if it says nothing that can be understood.
fn words_of(body: &[u8]) -> String {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let text = |value: &Value, names: &[&str]| {
        let texts = names.iter().filter_map(|name| value.get(name)?.as_str());
        texts.map(one_line).find(|text| !text.is_empty())
    };
    let errors = answer.get("errors").and_then(Value::as_array).into_iter().flatten();
    let words: Vec<_> = errors.filter_map(|error| text(error, &["message", "code"])).collect();
    if words.is_empty() {
        return text(&answer, &["details", "message", "error_description", "error"])
            .unwrap_or_default();
    }
    one_line(&words.join("; "))
}

/// When a rate limit ends, if the answer says so: `Retry-After` of RFC 9110, or what registries send instead
/// or as well.
fn retry_at(response: &Response, now: SystemTime) -> Option<SystemTime> {
    let names = ["retry-after", "x-retry-after", "ratelimit-reset", "x-ratelimit-reset"];
    names.iter().find_map(|name| time_of(response.header(name)?, now))
}

fn time_of(value: &str, now: SystemTime) -> Option<SystemTime> {
    let value = value.trim();
    match value.parse::<u64>() {
        Ok(seconds) if seconds >= FIRST_TIME => {
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
        }
        Ok(seconds) => now.checked_add(Duration::from_secs(seconds)),
        // An HTTP date is written as one in a mail.
        Err(_) => DateTime::parse_from_rfc2822(value).ok().map(SystemTime::from),
    }
    // What is too far away cannot be shown, and is no answer.
    .filter(|time| {
        time.duration_since(SystemTime::UNIX_EPOCH)
            .is_ok_and(|since| since.as_secs() < 10 * FIRST_TIME)
    })
}

/// Docker Hub's `100;w=21600` as `100 per 6 h`.
fn window_of(value: &str) -> Option<String> {
    let (limit, seconds) = value.split_once(";w=")?;
    let (limit, seconds) = (limit.trim().parse::<u64>().ok()?, seconds.trim().parse::<u64>().ok()?);
    Some(match seconds {
        0 => return None,
        seconds if seconds.is_multiple_of(3600) => format!("{limit} per {} h", seconds / 3600),
        seconds if seconds.is_multiple_of(60) => format!("{limit} per {} min", seconds / 60),
        seconds => format!("{limit} per {seconds} s"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_registries_and_token_servers_say_is_found() {
        for (body, words) in [
            (
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#,
                "manifest unknown",
            ),
            (
                r#"{"errors":[{"code":"DENIED","message":""},{"message":"no\u001b[31m\nentry"}]}"#,
                "DENIED; no [31m entry",
            ),
            (r#"{"details":"incorrect username or password"}"#, "incorrect username or password"),
            (r#"{"error":"invalid_grant","error_description":"expired"}"#, "expired"),
            ("<html>", ""),
            ("[]", ""),
            ("", ""),
        ] {
            assert_eq!(words_of(body.as_bytes()), words, "{body}");
        }
        let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(400));
        assert_eq!(words_of(long.as_bytes()), format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn the_end_of_a_limit_is_a_duration_or_a_time() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let seconds = |value| {
            let time = time_of(value, now)?;
            Some(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
        };
        assert_eq!(seconds("60"), Some(1_700_000_060));
        assert_eq!(seconds(" 1700000100 "), Some(1_700_000_100));
        assert_eq!(seconds("Tue, 14 Nov 2023 22:15:00 GMT"), Some(1_700_000_100));
        for value in ["", "soon", "-1", "18446744073709551615"] {
            assert_eq!(seconds(value), None, "{value}");
        }
    }

    #[test]
    fn a_limit_has_a_period() {
        for (value, text) in [
            ("100;w=21600", Some("100 per 6 h")),
            ("5;w=120", Some("5 per 2 min")),
            ("5;w=90", Some("5 per 90 s")),
            ("5;w=0", None),
            ("5", None),
            ("a;w=b", None),
        ] {
            assert_eq!(window_of(value).as_deref(), text, "{value}");
        }
    }

    proptest! {
        #[test]
        fn words_are_one_harmless_line(text: String) {
            let body = serde_json::json!({ "message": text }).to_string();
            let words = words_of(body.as_bytes());
            prop_assert!(!words.contains(char::is_control));
            prop_assert!(words.chars().count() <= 301);
        }
    }
}
