//! Compares with bash, which is asked whether each prefix of a script is complete.

use std::process::{Command, Stdio};

use super::super::is_complete;

/// Prints `complete` or `open` for each line of `$1`: whether bash accepts the text up to there,
/// parsing without running anything. Bash only warns about a here-document that is not terminated:
/// that counts as open. Its warning about one whose body is below a substitution that is closed
/// already does not.
///
/// A backslash at the end of a line joins it with the next one if a quote in its place would be
/// open. Such a line above the body of a closed substitution goes on below the body, where this
/// cannot ask: that counts as open.
const ORACLE: &str = r#"
accepts() {
    local said
    said=$(builtin eval "set -n
$1" 2>&1 </dev/null) &&
        { [[ ! $said ]] ||
            { [[ $1 != *\\$'\n'* ]] && ! grep -qv 'warning: command substitution: ' <<< "$said"; }; }
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

/// Compares with bash whether each prefix of a script is complete. Prefixes after the last one that
/// bash accepts are not compared: bash accepts nothing after a syntax error.
///
/// # Panics
/// If the reader and bash disagree.
#[track_caller]
pub(super) fn compare(script: &str) {
    // Searching for the end of `((`, bash takes an apostrophe in a comment for a quote. If these
    // turn out to be two subshells, the first command can end before the search does: bash refuses
    // that command by itself, for want of the quote, but accepts it with what follows. No prefix
    // shows that.
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

/// Whether bash can parse a script.
pub(super) fn accepts(script: &str) -> bool {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-n", "-c", script]);
    let status = command.env("LC_ALL", "C.UTF-8").stderr(Stdio::null()).status();
    status.expect("bash runs").success()
}
