//! What bash itself says: it is asked about each of a script's beginnings.

use std::process::{Command, Stdio};

use super::super::is_complete;

/// Writes a line for each line of `$1`: whether bash has all of a command there, reading without
/// running anything. What it only warns of, a here-document without an end, is not all.
///
/// A backslash at the end of a line joins it with the next, if a quote in its place would be open.
const ORACLE: &str = r#"
accepts() {
    local said
    said=$(builtin eval "set -n
$1" 2>&1 </dev/null) && [[ ! $said ]]
}
beginning=
mapfile -t lines < <(printf '%s' "$1")
for line in "${lines[@]}"; do
    beginning+=$line$'\n'
    backslashes=${line##*[!\\]}
    if accepts "$beginning" &&
        { ((${#backslashes} % 2 == 0)) || accepts "${beginning%??} \"
"; }; then
        echo complete
    else
        echo open
    fi
done
"#;

/// Compares what bash says of each beginning of a script with what we say.
///
/// Behind a syntax error, bash has nothing complete any more.
///
/// # Panics
/// If that is not the same.
#[track_caller]
pub(super) fn compare(script: &str) {
    // Looking for the end of `((`, bash takes an apostrophe in a comment for a quote; if these then are
    // two subshells, it forgets what else it had looked at. What we take for a command there, it refuses.
    let script = match script.contains("((") {
        true => script.replace("# it's", "# its"),
        false => script.to_owned(),
    };
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-c", ORACLE, "bash", &script]);
    let output = command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().expect("bash runs");
    let said = String::from_utf8(output.stdout).expect("it is text");
    let bash: Vec<bool> = said.lines().map(|line| line == "complete").collect();
    let ends = script.match_indices('\n').map(|(end, _)| end + 1);
    let ends = ends.chain((!script.ends_with('\n') && !script.is_empty()).then_some(script.len()));
    let ours: Vec<bool> = ends.map(|end| is_complete(&script[..end])).collect();
    assert_eq!(ours.len(), bash.len(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let valid = bash.iter().rposition(|is_complete| *is_complete).map_or(0, |last| last + 1);
    assert_eq!(ours[..valid], bash[..valid], "bash on the right:\n{script}");
}
