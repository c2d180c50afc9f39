//! Comparing docker-cli with other libraries, for its README.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use duct::cmd;
use serde_json::json;

use crate::cargo::expression_in;
use crate::process::succeed;
use crate::{engine, project, test};

/// Builds the programs in crates/bench/peers, and runs them on a new engine; prints a table.
pub(crate) fn compare() -> Result<()> {
    let root = engine::ensure()?;
    let peers = project()?.join("crates/bench/peers");
    let target = project()?.join("target/peers");
    let words = ["build", "--release", "--locked", "--target-dir"].map(OsStr::new);
    let words = words.into_iter().chain([target.as_os_str()]);
    succeed("cargo build", &expression_in(&peers, words))?;
    let python = target.join("python/bin/python");
    if !python.exists() {
        succeed("python3", &cmd!("python3", "-m", "venv", target.join("python")))?;
    }
    let requirements = peers.join("python-on-whales/requirements.txt");
    succeed("pip", &cmd!(&python, "-m", "pip", "install", "--quiet", "-r", requirements))?;

    let engine = engine::start_with_alpine(root.clone())?;
    let config = engine.scratch().join("docker");
    fs::create_dir(&config).with_context(|| format!("cannot create {}", config.display()))?;
    let plugins = json!({ "cliPluginsExtraDirs": [root.join("usr/libexec/docker/cli-plugins")] });
    fs::write(config.join("config.json"), plugins.to_string())
        .with_context(|| format!("cannot write into {}", config.display()))?;
    let socket = engine.outside(Path::new("/run/docker.sock"));
    let script = peers.join("compare.py");
    let compare = cmd!(&python, script, target.join("release"), &python)
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .env("DOCKER_CONFIG", config)
        .env("PATH", test::path_with_docker(&root)?);
    succeed("compare.py", &compare)
}
