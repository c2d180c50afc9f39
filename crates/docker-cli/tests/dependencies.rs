//! The features that this library switches on for every program that depends on it.

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
