//! What holds for any chapter.

use proptest::prelude::*;

use super::{shown, uses, uses_of_chapter};

/// Pieces of scripts that are often cut off or nested.
const PIECES: &[&str] = &[
    "docker run ",
    "alpine ",
    "\n",
    ";",
    "&& ",
    "| ",
    "$(",
    ")",
    "`",
    "\"",
    "'",
    "{ ",
    "}",
    "${",
    "$A",
    "A=",
    "for i in a b; do ",
    "done\n",
    "<<EOF\n",
    "EOF\n",
    "> Dockerfile ",
    "docker build . ",
    "FROM alpine\n",
    "cat ",
    "echo ",
    "xargs ",
    "sh -c ",
    "cd ",
    "docker compose up ",
    "> compose.yaml ",
    "services: &a\n",
    "  web: *a\n",
    "    image: x\n",
    "((",
    "))",
    "\\",
    "#",
    "-f ",
    "é",
    "--",
    "=",
    "case x in a) ",
    "printf %s ",
];

fn script() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(?s).{0,200}") {
        uses_of_chapter(&text);
        uses(&text);
    }

    #[test]
    fn any_script_is_read(script in script()) {
        uses(&script);
    }

    #[test]
    fn comments_and_prose_change_nothing(prose in "[a-z .]{0,40}", before in any::<bool>()) {
        let step = "```bash\nI=alpine\ndocker run $I\n```\n";
        let comment = format!("# docker run {prose}\n");
        let commented = match before {
            true => step.replace("I=", &format!("{comment}I=")),
            false => step.replace("$I", &format!("$I # docker run {prose}")),
        };
        let around = format!("docker run {prose}\n\n{commented}\ndocker run {prose}\n");
        prop_assert_eq!(shown(&uses_of_chapter(&around)), "alpine:latest");
    }

    #[test]
    fn all_quoting_styles_mean_the_same(name in "[a-z]{1,8}(/[a-z]{1,8})?", tag in "[a-z0-9_]{1,8}", cut in 1..8_usize) {
        let image = format!("{name}:{tag}");
        let (one, other) = image.split_at(cut.min(image.len()));
        let expected = shown(&uses(&format!("docker run {image}")));
        for quoted in [
            format!("'{image}'"),
            format!("\"{image}\""),
            format!("$'{image}'"),
            format!("{one}'{other}'"),
            format!("\"{one}\"{other}"),
            format!("\\{image}"),
            format!("{one}\\\n{other}"),
            format!("\"{one}\\\n{other}\""),
        ] {
            prop_assert_eq!(&shown(&uses(&format!("docker run {quoted}"))), &expected, "{}", quoted);
        }
        let assigned = format!("I='{one}' J=\"${{I}}{other}\"\ndocker run \"$J\"");
        prop_assert_eq!(&shown(&uses(&assigned)), &expected);
    }
}

/// Scripts that would take long, or much memory or stack, if they were followed in full.
#[test]
fn hostile_scripts_are_cut_short() {
    let doubling = format!("A=aaaaaaaa\n{}docker run $A", "A=$A$A$A$A\n".repeat(40));
    assert_eq!(shown(&uses(&doubling)), "1 unknown");
    let loops = format!(
        "{}docker run alpine{}",
        "for i in 1 2 3 4 5 6 7 8; do ".repeat(30),
        "; done".repeat(30)
    );
    assert_eq!(shown(&uses(&loops)), "alpine:latest");
    let nested = format!("{}docker run alpine{}", "( ".repeat(5000), " )".repeat(5000));
    assert_eq!(shown(&uses(&nested)), "alpine:latest");
    for piece in ["sudo ", "xargs ", "eval ", "$(", "${A:-", "`", "sh -c '"] {
        uses(&piece.repeat(5000));
    }
    let files = format!("echo aaaaaaaa > a\n{}", "cat a a a a > b; cat b b > a\n".repeat(40));
    uses(&files);
    let aliases: String =
        (1..60).map(|n| format!("  a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
    uses(&format!(
        "cat > compose.yaml <<'EOF'\nx:\n  a0: &a0 x\n{aliases}services: *a59\nEOF\ndocker compose up"
    ));
    uses(&format!("cat > compose.yaml <<'EOF'\n{}\nEOF\ndocker compose up", "[".repeat(20_000)));
}
