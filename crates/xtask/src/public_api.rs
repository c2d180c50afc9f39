//! The public interfaces of the libraries, as lists of items in the repository: whoever changes one sees it in the diff.
//!
//! They come from rustdoc's JSON. Stable Rust writes it if `RUSTC_BOOTSTRAP` is set; its format differs between versions.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use public_api::Builder;
use serde_json::Value;
use tempfile::TempDir;

use crate::cargo::cargo;
use crate::process::say;
use crate::project;

/// The libraries; the interface of `mdbook-docktest` is its command line.
const LIBRARIES: [&str; 3] = ["docker-cli", "docker-images", "docker-sandbox"];

/// The format that the package `public-api` reads, and a version of Rust that writes it.
const FORMAT: u64 = 57;
const RUST: &str = "1.95";

/// In place of rustdoc, so that the variable changes nothing else: build scripts of dependencies look at it, too.
const RUSTDOC: &str = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n";

/// Updates the lists.
pub(crate) fn write() -> Result<()> {
    for (library, text) in listed()? {
        let path = path(library)?;
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            say(&format!("updated {}", path.display()));
        }
    }
    Ok(())
}

/// Fails if an interface differs from its list. Prints the differences.
pub(crate) fn check() -> Result<()> {
    let mut changed = Vec::new();
    for (library, text) in listed()? {
        let path = path(library)?;
        let committed = fs::read_to_string(&path).with_context(|| {
            format!("cannot read {}: run `cargo xtask generate`", path.display())
        })?;
        if committed != text {
            for line in differences(&committed, &text) {
                say(&line);
            }
            changed.push(library);
        }
    }
    if !changed.is_empty() {
        bail!(
            "the public interface of {} has changed: undo that, or run `cargo xtask generate` and describe it in \
             CHANGELOG.md",
            changed.join(", ")
        );
    }
    Ok(())
}

fn path(library: &str) -> Result<PathBuf> {
    Ok(project()?.join("crates").join(library).join("public-api.txt"))
}

/// The items of each library.
fn listed() -> Result<Vec<(&'static str, String)>> {
    let target = project()?.join("target");
    document(&target)?;
    let mut listed = Vec::new();
    for library in LIBRARIES {
        let path = target.join("doc").join(format!("{}.json", library.replace('-', "_")));
        need_format(format(&path)?)?;
        listed.push((library, items(library, &path)?));
    }
    Ok(listed)
}

/// Fails if rustdoc has written another format than is read here: to go on would be to compare nothing.
fn need_format(format: u64) -> Result<()> {
    if format != FORMAT {
        bail!(
            "the public interfaces cannot be compared: rustdoc writes format {format}, not {FORMAT}; run this with Rust \
             {RUST} (`cargo +{RUST} xtask …`), or use the version of `public-api` that reads format {format}, and \
             change `public_api.rs`"
        );
    }
    Ok(())
}

/// Makes rustdoc write its JSON about the libraries.
fn document(target: &Path) -> Result<()> {
    let directory = TempDir::new().context("cannot create a temporary directory")?;
    let rustdoc = directory.path().join("rustdoc");
    fs::write(&rustdoc, RUSTDOC)
        .and_then(|()| fs::set_permissions(&rustdoc, Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot write {}", rustdoc.display()))?;
    let path = |path: &Path| path.to_str().map(str::to_owned).context("a path is not UTF-8");
    let (rustdoc, target) = (path(&rustdoc)?, path(target)?);
    let flags = "-Z unstable-options --output-format json";
    let mut words =
        vec!["doc", "--quiet", "--no-deps", "--lib", "--locked", "--target-dir", &target];
    words.extend(LIBRARIES.iter().flat_map(|library| ["--package", library]));
    cargo(&words, &[("RUSTDOC", &rustdoc), ("RUSTDOCFLAGS", flags)])
}

/// The version of the format of a file of rustdoc's.
fn format(path: &Path) -> Result<u64> {
    // Cargo does not know of this file, so it does not make rustdoc write it again.
    let json = fs::read(path)
        .with_context(|| format!("cannot read {}: run `cargo clean --doc`", path.display()))?;
    let json: Value =
        serde_json::from_slice(&json).with_context(|| format!("{} is not JSON", path.display()))?;
    json["format_version"]
        .as_u64()
        .with_context(|| format!("{} has no `format_version`", path.display()))
}

/// A line for each item, without what the compiler and the standard library implement for all types.
fn items(library: &str, path: &Path) -> Result<String> {
    let items = Builder::from_rustdoc_json(path)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .with_context(|| format!("cannot read {}", path.display()))?;
    let header = format!(
        "# The public items of {library}. Generated by `cargo xtask generate`: do not edit."
    );
    let lines = without_methods_of_traits(items.items().map(ToString::to_string));
    Ok([vec![header], lines].concat().join("\n") + "\n")
}

/// The items, of which those of an implementation follow it, without the methods of implementations of traits: their
/// signatures are the trait's. (Each of docker-cli's hundreds of commands would have the same seven.)
fn without_methods_of_traits(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut opening = None;
    let mut kept = Vec::new();
    for item in items {
        if item.starts_with("impl") {
            let target =
                item.split_once(" for ").and_then(|(_, rest)| rest.split(" where ").next());
            opening = target.map(|target| format!("fn {target}::"));
        }
        if !opening.as_ref().is_some_and(|opening| item.contains(opening)) {
            kept.push(item);
        }
    }
    kept
}

/// The lines that only one of two texts has, in their order: the old text's behind `-`, then the new one's behind `+`.
fn differences(old: &str, new: &str) -> Vec<String> {
    let only = |sign: char, text: &str, other: &str| -> Vec<String> {
        let other: BTreeSet<&str> = other.lines().collect();
        let lines = text.lines().filter(|line| !other.contains(line));
        lines.map(|line| format!("{sign} {line}")).collect()
    };
    [only('-', old, new), only('+', new, old)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_traits_are_left_out() {
        let kept = [
            "impl<T> a::S<T>",
            "pub fn a::S<T>::f(&self)",
            "impl<T> core::iter::Iterator for a::S<T> where T: Clone",
            "pub type a::S<T>::Item = T",
            "pub fn a::free()",
        ];
        let mut all = kept.map(str::to_owned).to_vec();
        all.insert(
            4,
            "pub fn a::S<T>::next(&mut self) -> core::option::Option<Self::Item>".to_owned(),
        );
        assert_eq!(without_methods_of_traits(all.into_iter()), kept);
    }

    #[test]
    fn another_format_is_an_error_that_names_the_toolchain() {
        need_format(FORMAT).unwrap();
        let error = need_format(FORMAT + 1).unwrap_err().to_string();
        assert!(
            error.contains("format 58, not 57") && error.contains("`cargo +1.95 xtask"),
            "{error}"
        );
    }

    #[test]
    fn a_changed_item_is_shown_as_it_was_and_as_it_is() {
        let old = "pub fn a::f(u32)\npub fn a::g()\npub struct a::S\n";
        let new = "pub fn a::f(u64)\npub fn a::g()\npub struct a::S\npub struct a::T\n";
        assert_eq!(
            differences(old, new),
            ["- pub fn a::f(u32)", "+ pub fn a::f(u64)", "+ pub struct a::T"]
        );
    }
}
