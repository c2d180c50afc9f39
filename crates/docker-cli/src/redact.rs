//! Leaving secrets out of command lines that are displayed.
//!
//! Docker has no list of what is secret. What commonly is: values of environment variables and
//! build arguments, passwords and tokens, options of volume and log drivers (a CIFS volume has its
//! password in `--opt=o=…`, Splunk's log driver its token), keys and tokens of build caches, settings
//! of plugins, and credentials in URLs. Names stay.
//! All words are searched, those of the program in the container too: docker's own parser would be
//! needed to tell where they begin, and at worst a harmless value is hidden.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::words::find_command;

const REDACTED: &[u8] = b"[redacted]";

/// What part of a flag's value is secret.
#[derive(Clone, Copy)]
enum Secret {
    /// `NAME=secret`
    AfterName,
    Whole,
    /// Of `--mount`: `type=volume,volume-opt=secret`
    DriverOptions,
    /// Of `--cache-to`: `type=s3,secret_access_key=secret,region=x`
    OfCache,
}

/// The words of docker's command line, the program first, as they may be displayed.
pub(crate) fn redacted(words: &[OsString]) -> Vec<OsString> {
    let command = find_command(words, 1).map(|found| found.path);
    let command = command.as_deref();
    redact(words, |word| flag(word, command).or_else(|| setting(word, command)))
}

/// The words in front of docker as they may be displayed: `env NAME=[redacted]`.
pub(crate) fn redacted_wrapper(words: &[OsString]) -> Vec<OsString> {
    let assignment = |word: &[u8]| is_assignment(word).then_some((Secret::AfterName, 0));
    redact(words, |word| flag(word, None).or_else(|| assignment(word)))
}

/// The words of an `env` command of which only the values of variables can be secret. A variable's
/// name need not be one that shells allow.
pub(crate) fn redacted_env(words: &[OsString]) -> Vec<OsString> {
    let hidden = words.iter().map(|word| hide(word.as_bytes(), 0, Secret::AfterName));
    hidden.map(OsString::from_vec).collect()
}

/// Hides what `find` finds: what part of a value is secret, and where the value begins. At the end
/// of the word, it is the next word.
fn redact(words: &[OsString], find: impl Fn(&[u8]) -> Option<(Secret, usize)>) -> Vec<OsString> {
    let mut of_next_word = None;
    let shown = words.iter().map(|word| {
        let word = word.as_bytes();
        if let Some(secret) = of_next_word.take() {
            return hide(word, 0, secret);
        }
        let Some((secret, value)) = find(word) else { return word.to_vec() };
        if value == word.len() && word.last() != Some(&b'=') {
            of_next_word = Some(secret);
        }
        hide(word, value, secret)
    });
    shown.map(without_credentials).map(OsString::from_vec).collect()
}

/// Hides the secret part of the value that begins at `start` of `word`.
fn hide(word: &[u8], start: usize, secret: Secret) -> Vec<u8> {
    let value = &word[start..];
    if let Secret::OfCache = secret {
        return [&word[..start], &hide_in_list(value)].concat();
    }
    let kept = match secret {
        Secret::Whole => Some(0),
        Secret::AfterName => after(value, b"="),
        Secret::DriverOptions => after(value, b"volume-opt="),
        Secret::OfCache => None,
    };
    match kept {
        Some(kept) if kept < value.len() => [&word[..start + kept], REDACTED].concat(),
        _ => word.to_vec(),
    }
}

/// Hides the secrets of an attribute list, in CSV: `type=s3,token=secret,region=x`. A field in quotes
/// can contain commas.
fn hide_in_list(list: &[u8]) -> Vec<u8> {
    const SECRETS: [&[u8]; 4] = [b"key", b"password", b"secret", b"token"];
    let mut is_quoted = false;
    let fields = list.split(|byte| {
        is_quoted ^= *byte == b'"';
        *byte == b',' && !is_quoted
    });
    let shown = fields.map(|field| {
        let Some(value) = after(field, b"=") else { return field.to_vec() };
        let name = field[..value].to_ascii_lowercase();
        let is_secret = SECRETS.iter().any(|word| after(&name, word).is_some());
        if is_secret { [&field[..value], REDACTED].concat() } else { field.to_vec() }
    });
    shown.collect::<Vec<_>>().join(&b',')
}

/// The value of `plugin set PLUGIN NAME=value`.
fn setting(word: &[u8], command: Option<&str>) -> Option<(Secret, usize)> {
    let takes_settings = matches!(command?, "plugin set" | "plugin install");
    (takes_settings && !word.starts_with(b"-")).then_some((Secret::AfterName, 0))
}

/// The secret of a flag of this command.
fn flag(word: &[u8], command: Option<&str>) -> Option<(Secret, usize)> {
    if word.starts_with(b"--") { long_flag(word) } else { short_flag(word, command) }
}

/// `--env=NAME=value` or `--env NAME=value`
fn long_flag(word: &[u8]) -> Option<(Secret, usize)> {
    let name_end = word.iter().position(|byte| *byte == b'=');
    let secret = match &word[..name_end.unwrap_or(word.len())] {
        b"--env" | b"--env-add" | b"--build-arg" | b"--opt" | b"--log-opt" | b"--driver-opt"
        // Of `buildx bake`: `TARGET.args.NAME=value`.
        | b"--set" => {
            Secret::AfterName
        }
        b"--password" | b"--token" => Secret::Whole,
        b"--mount" => Secret::DriverOptions,
        b"--cache-to" | b"--cache-from" => Secret::OfCache,
        _ => return None,
    };
    Some((secret, name_end.map_or(word.len(), |end| end + 1)))
}

/// `-eNAME=value`, `-ite NAME=value` or `-p password`
fn short_flag(word: &[u8], command: Option<&str>) -> Option<(Secret, usize)> {
    let letters = word.strip_prefix(b"-")?;
    // Flags of `run` and `exec` without a value, which can precede another one.
    let index = letters.iter().position(|letter| !b"ditPq".contains(letter))?;
    let secret = match letters[index] {
        b'e' => Secret::AfterName,
        b'o' if command? == "volume create" => Secret::AfterName,
        b'p' if command? == "login" => Secret::Whole,
        _ => return None,
    };
    let value = index + 2;
    Some((secret, if word.get(value) == Some(&b'=') { value + 1 } else { value }))
}

/// Whether this is `NAME=value`, with a name as shells allow it.
fn is_assignment(word: &[u8]) -> bool {
    let Some(end) = word.iter().position(|byte| *byte == b'=') else { return false };
    let name = &word[..end];
    name.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Hides `user:password` of `https://user:password@host`.
fn without_credentials(word: Vec<u8>) -> Vec<u8> {
    for scheme in [&b"https://"[..], b"http://"] {
        if let Some(start) = after(&word, scheme) {
            let authority = word[start..].split(|byte| b"/?#".contains(byte)).next();
            let end = authority.and_then(|text| text.iter().rposition(|byte| *byte == b'@'));
            if let Some(end) = end {
                return [&word[..start], REDACTED, &word[start + end..]].concat();
            }
        }
    }
    word
}

/// Where the text after the first `pattern` begins.
fn after(text: &[u8], pattern: &[u8]) -> Option<usize> {
    text.windows(pattern.len()).position(|part| part == pattern).map(|start| start + pattern.len())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn shown(line: &str) -> String {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let words = [vec!["docker".into()], words].concat();
        redacted(&words)[1..].join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn names_stay_and_values_go() {
        for (line, expected) in [
            ("run --env=TOKEN=s3cret app", "run --env=TOKEN=[redacted] app"),
            ("run --env TOKEN=s3cret app", "run --env TOKEN=[redacted] app"),
            ("run -e TOKEN=s3cret app", "run -e TOKEN=[redacted] app"),
            ("run -eTOKEN=s3cret=x app", "run -eTOKEN=[redacted] app"),
            ("run -e=TOKEN=s3cret app", "run -e=TOKEN=[redacted] app"),
            ("exec -ite TOKEN=s3cret app", "exec -ite TOKEN=[redacted] app"),
            ("exec -dieTOKEN=s3cret app", "exec -dieTOKEN=[redacted] app"),
            ("service update --env-add A=s3cret web", "service update --env-add A=[redacted] web"),
            ("build --build-arg=KEY=s3cret .", "build --build-arg=KEY=[redacted] ."),
            ("build --build-arg KEY=s3cret .", "build --build-arg KEY=[redacted] ."),
            ("login -u me -p s3cret host", "login -u me -p [redacted] host"),
            ("--host login login -p s3cret host", "--host login login -p [redacted] host"),
            ("login -u me -ps3cret host", "login -u me -p[redacted] host"),
            ("login --password=s3cret host", "login --password=[redacted] host"),
            ("login --password s3cret host", "login --password [redacted] host"),
            ("buildx bake --set app.args.KEY=x", "buildx bake --set app.args.KEY=[redacted]"),
            ("swarm join --token s3cret host", "swarm join --token [redacted] host"),
            ("volume create --opt=o=password=x v", "volume create --opt=o=[redacted] v"),
            ("volume create -o o=password=x v", "volume create -o o=[redacted] v"),
            ("run --log-opt=splunk-token=x app", "run --log-opt=splunk-token=[redacted] app"),
            (
                "run --mount=type=volume,volume-opt=o=x app",
                "run --mount=type=volume,volume-opt=[redacted] app",
            ),
            (
                "build --cache-to=type=s3,secret_access_key=x,session_token=y,region=z .",
                "build --cache-to=type=s3,secret_access_key=[redacted],session_token=[redacted],region=z .",
            ),
            (
                "buildx build --cache-from type=gha,token=x,scope=y .",
                "buildx build --cache-from type=gha,token=[redacted],scope=y .",
            ),
            (
                r#"build --cache-from=type=azblob,"account_key=x,y",name=z ."#,
                r#"build --cache-from=type=azblob,"account_key=[redacted],name=z ."#,
            ),
            ("plugin set p KEY=s3cret A=", "plugin set p KEY=[redacted] A="),
            (
                "plugin install --alias=a=b p -- some.key=x=y",
                "plugin install --alias=a=b p -- some.key=[redacted]",
            ),
            ("build https://me:s3c@ret@host/x@y", "build https://[redacted]@host/x@y"),
            (
                "build --build-context=x=http://s3cret@host",
                "build --build-context=x=http://[redacted]@host",
            ),
        ] {
            assert_eq!(shown(line), expected);
        }
    }

    #[test]
    fn assignments_are_hidden_in_front_of_docker() {
        let words = ["env", "-i", "_T0=s3cret", "--x=y", "a/b=c", "-eA=s3cret", "1=2"];
        let words = words.map(OsString::from);
        let expected = ["env", "-i", "_T0=[redacted]", "--x=y", "a/b=c", "-eA=[redacted]", "1=2"];
        assert_eq!(redacted_wrapper(&words), expected.map(OsString::from));
    }

    #[test]
    fn what_is_no_secret_is_left_alone() {
        for line in [
            "run --env TOKEN app",
            "run --env=TOKEN -e TOKEN app",
            "run -p 8080:80 --publish=8080:80 --name login app",
            "run --env= a=b -e= --label a=b --filter a=b -o a=b",
            "run --label=a=b --volume=a:b --mount=type=tmpfs,target=/x app",
            "login --password-stdin --username=me host",
            "logs --since=2026-01-01T00:00:00Z -f web",
            "image build https://host/me@x https://host#me@x .",
            "build --cache-from=app:cache --cache-to=type=registry,ref=a:b .",
            "plugin inspect a=b",
            "run app -",
            "run app -- =x 1a=b a/b=c",
        ] {
            assert_eq!(shown(line), line);
        }
    }
}
