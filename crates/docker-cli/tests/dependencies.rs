//! What this library brings into every program that depends on it: packages and their features.

use std::collections::BTreeSet;
use std::process::Command;

/// The features of two crates that nearly everything depends on, as cargo resolves them for this
/// package alone. Cargo builds a crate once, with all features that any of its users asks for, so
/// an unneeded one here would slow down or change other programs. (`preserve_order` of
/// serde_json changes the order of every JSON object in them.)
#[test]
fn no_feature_is_switched_on_without_need() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "docker-cli", "--edges", "normal,features"])
        .args(["--prefix", "none", "--format", "{p}", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let features = |package: &str| -> BTreeSet<&str> {
        let opening = format!("{package} feature \"");
        let lines = tree.lines().filter_map(|line| line.strip_prefix(&opening));
        lines.map(|rest| rest.split_once('"').unwrap().0).collect()
    };
    assert_eq!(
        features("rustix"),
        BTreeSet::from(["alloc", "default", "event", "fs", "process", "std"])
    );
    assert_eq!(features("serde_json"), BTreeSet::from(["default", "std"]));
}

/// The table in ARCHITECTURE.md has a row with a reason for each package, and no others.
#[test]
fn each_dependency_is_justified() {
    let manifest = include_str!("../Cargo.toml");
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let needed: BTreeSet<&str> = lines
        .filter_map(|line| line.split(['.', ' ']).next())
        .filter(|name| !name.is_empty())
        .collect();
    assert!(needed.contains("serde"), "{needed:?}");

    let text = include_str!("../../../ARCHITECTURE.md");
    let section = text.split("\n## ").find(|section| section.starts_with("docker-cli\n")).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let rows = rows.filter(|(name, reason)| *name != "crate" && reason.len() > 20);
    assert_eq!(rows.map(|(name, _)| name).collect::<BTreeSet<_>>(), needed);
}
