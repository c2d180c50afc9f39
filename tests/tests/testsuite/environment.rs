//! What a step finds on its engine, as the guide says.

use std::fs;

use regex::Regex;
use testsuite::{Book, workspace};

/// The programs in the guide's table, each as the command that shows that it is there.
fn programs() -> Vec<String> {
    let guide = workspace().join("crates/mdbook-docktest/guide/src/environment.md");
    let text = fs::read_to_string(guide).unwrap();
    let table = text.lines().skip_while(|line| !line.starts_with("| For | Programs |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let name = Regex::new("`([^`]+)`").unwrap();
    let names = rows.flat_map(|row| name.captures_iter(row).map(|found| found[1].to_owned()));
    let check = |name: String| match name.split_once(' ') {
        Some(_) => format!("{name} version >/dev/null"),
        None => format!("command -v {name} >/dev/null"),
    };
    names.map(check).collect()
}

#[test]
fn each_program_of_the_guide_is_there() {
    let programs = programs();
    assert!(
        programs.len() > 30 && programs.contains(&"docker buildx version >/dev/null".to_owned())
    );
    let checks = programs.join("\n") + "\ncommand -v truncate sort id >/dev/null";
    Book::new().step(&checks).verify().exits(0).finds_nothing();
    Book::new().step("command -v no-such-program").verify().exits(1).finds("exit-status", 4);
}

#[test]
fn curl_has_no_meter_and_docker_build_is_that_of_readers() {
    Book::new()
        .step("echo tea >list; curl --output copy \"file://$PWD/list\" 2>&1; cat copy")
        .prose("```output exact\ntea\n```\n\n")
        .step("echo \"${DOCKER_BUILDKIT-unset}\"")
        .prose("```output\nunset\n```\n\n")
        .step("mkdir site; printf 'FROM scratch\\nCOPY Dockerfile /\\n' >site/Dockerfile")
        .step("docker build --tag site site 2>&1; docker image rm --force site >/dev/null")
        .prose("```output\n...\n#[..] [internal] load build definition from Dockerfile\n...\n```\n")
        .verify()
        .exits(0)
        .finds_nothing();
}
