//! The packages that would be published: each contains all that it is built from.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::cargo::{self, cargo, cargo_in};
use crate::process::succeed;
use crate::project;

/// A package that can be published.
struct Package {
    name: String,
    version: String,
}

/// Packs the packages that can be published, and checks that they compile from what is packed.
pub(crate) fn check() -> Result<()> {
    let packages = packages()?;
    let packed = TempDir::new().context("cannot create a temporary directory")?;
    let directory = packed.path().to_str().context("the path is not UTF-8")?;
    let mut words = vec!["package", "--quiet", "--locked", "--no-verify", "--allow-dirty"];
    words.extend(["--target-dir", directory]);
    words.extend(packages.iter().flat_map(|package| ["--package", &package.name]));
    cargo(&words, &[])?;

    let unpacked = packed.path().join("workspace");
    fs::create_dir(&unpacked).context("cannot create a directory")?;
    for Package { name, version } in &packages {
        let archive = packed.path().join(format!("package/{name}-{version}.crate"));
        // Files in packages are all of the same age: cargo would use what it has compiled of earlier ones.
        let words = ["--extract", "--touch", "--gzip", "--file"].map(OsStr::new);
        let words = words.into_iter().chain([archive.as_os_str()]);
        succeed("tar", &duct::cmd("tar", words).dir(&unpacked))?;
        for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
            if !unpacked.join(format!("{name}-{version}")).join(file).is_file() {
                bail!("the package {name} has no {file}");
            }
        }
    }
    compile(&packages, &unpacked)
}

/// The packages of the workspace that can be published.
fn packages() -> Result<Vec<Package>> {
    let all = cargo::packages()?;
    // Where a package can be published: `null` is anywhere, and an empty list nowhere.
    let published = all.iter().filter(|package| package["publish"].is_null());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages: Vec<Package> = published
        .map(|package| Package { name: text(&package["name"]), version: text(&package["version"]) })
        .collect();
    if packages.is_empty() { bail!("no package can be published") } else { Ok(packages) }
}

/// Compiles packages that know each other as the index of crates would send them. In the project's target directory and with
/// its profiles, so that what they depend on is only compiled again where they need fewer features than the workspace.
fn compile(packages: &[Package], unpacked: &Path) -> Result<()> {
    let mut manifest =
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n\n[patch.crates-io]\n".to_owned();
    for Package { name, version } in packages {
        // Writing to a string does not fail.
        let _ = writeln!(manifest, "{name} = {{ path = \"{name}-{version}\" }}");
    }
    let project = project()?;
    manifest.push_str(&profiles(&project)?);
    fs::write(unpacked.join("Cargo.toml"), manifest).context("cannot write a manifest")?;
    fs::copy(project.join("Cargo.lock"), unpacked.join("Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    let target = project.join("target");
    let target = target.to_str().context("the path of the target directory is not UTF-8")?;
    cargo_in(unpacked, &["check", "--quiet", "--workspace", "--offline", "--target-dir", target])
}

/// The profiles of the workspace, as a part of a manifest.
fn profiles(project: &Path) -> Result<String> {
    let manifest =
        fs::read_to_string(project.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let mut manifest: toml::Table = manifest.parse().context("Cargo.toml is not TOML")?;
    let profiles = manifest.remove("profile").context("Cargo.toml has no profiles")?;
    let profiles = toml::Table::from_iter([("profile".to_owned(), profiles)]);
    toml::to_string(&profiles).context("cannot write the profiles as TOML")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_compiled_with_the_workspaces_profiles() {
        let profiles: toml::Table = profiles(&project().unwrap()).unwrap().parse().unwrap();
        assert_eq!(profiles["profile"]["dev"]["package"]["*"]["debug"].as_bool(), Some(false));
        assert_eq!(profiles.len(), 1);
    }
}
