//! Steps as markup.

use super::*;

#[test]
fn a_step_and_its_output_are_one_line() {
    assert_eq!(
        html("~~~~ bash  exit=0 \r\nls\r\n~~~~  \r\ntext", vec![printed("a\n\n<b>&\n")]),
        format!("{BEFORE}a&#10;&#10;&lt;b&gt;&amp;&#10;{AFTER}  \r\ntext")
    );
}

#[test]
fn output_belongs_to_the_containers_of_its_step() {
    assert_eq!(
        html("> - ```sh cleanup\n>   ls\n>   ```\n> - b\n", vec![printed("a")]),
        format!("> - {BEFORE}a{AFTER}\n> - b")
    );
}

/// mdBook and other tools may do something with these.
#[test]
fn a_block_with_attributes_of_other_tools_stays_a_fence() {
    let rendered = html("> - ```sh exit=0 linenos\n>   ls\n>   ```\n", vec![printed("a")]);
    let expected = "> - ```sh linenos\n>   ls\n>   ```\n>   <!--docktest--><figure class=\"docktest\" id=\"docktest-c-1\">\
        <figcaption>Sortie</figcaption><pre role=\"group\" aria-label=\"Sortie\"";
    assert!(rendered.starts_with(expected), "{rendered}");
}

#[test]
fn each_command_is_above_what_it_printed() {
    let text = "```bash\n# first\na \\\n  -x\n\n# second\nb; b\nc\nd\ne\nf\n```\n";
    let ran = ran_all(&[("1\n", 0), ("2\n", 0), ("", 0), ("", 0), ("", 1)]);
    let shown = |code: &str, below: &str| (code.to_owned(), below.to_owned());
    assert_eq!(
        cells(&html(text, ran)),
        [
            shown("# first\na \\\n  -x\n", "1\n"),
            shown("# second\nb; b\n", "2\n"),
            // Those that print nothing are together, unless there is more to say.
            shown("c\nd\n", "aucune sortie"),
            shown("e\n", "aucune sortie · code de sortie\u{a0}: 1"),
            shown("f\n", ""),
        ]
    );
}

#[test]
fn commands_are_coloured_for_what_bash_does_with_them() {
    let text = "```bash\ndocker run -v \"$d:/x\" alpine sh -c 'log $d' # exec\n```\n";
    let rendered = html(text, vec![printed("a")]);
    let expected = "<span>docker run <span class=\"o\">-v</span> <span class=\"q\">\"</span>\
        <span class=\"x\">$d</span><span class=\"q\">:/x\"</span> <span class=\"m\">alpine</span> sh \
        <span class=\"o\">-c</span> <span class=\"r\">'log $d'</span> <span class=\"h\"># exec</span></span>";
    assert!(rendered.contains(expected), "{rendered}");

    let text = "```bash\nx=$(\n    docker ps -q\n) && cat <<E\n$x $(date)\nE\n```\n";
    let rendered = html(text, vec![printed("a")]);
    let expected = "<span>x=<span class=\"x\">$(</span></span>&#10;\
        <span style=\"--i:4\">    docker ps <span class=\"o\">-q</span></span>&#10;\
        <span><span class=\"x\">)</span> &amp;&amp; cat &lt;&lt;E</span>&#10;\
        <span><span class=\"x\">$x</span><span class=\"q\"> </span><span class=\"x\">$(date)</span></span>";
    assert!(rendered.contains(expected), "{rendered}");
}

#[test]
fn a_session_becomes_a_script_and_its_real_output() {
    let text = "> ```console\n> $ ls \\\n> > -a\n> pattern\n>\n> $ ps\n> ```\n> text\n";
    let rendered = html(text, vec![printed("real")]);
    assert!(rendered.starts_with("> <!--") && rendered.ends_with("</div>\n> text"), "{rendered}");
    let shown = |code: &str, below: &str| (code.to_owned(), below.to_owned());
    assert_eq!(cells(&rendered), [shown("ls \\\n-a\n", "real"), shown("ps\n", "")]);
    let not_run = html(text, vec![StepRecording::Skipped]);
    assert_eq!(cells(&not_run), [shown("$ ls \\\n> -a\npattern\n\n$ ps\n", "")]);
    assert_eq!(
        html(&text.replace("console", "console hidden"), vec![printed("real")]),
        "> <!--docktest-->\n> text"
    );
}

#[test]
fn each_of_several_commands_has_its_own_output() {
    let text = "```bash\necho '<1>'\ntrue\necho 2 \\\n  >&2\n```\n";
    let mut first = command(&[(Stream::Stdout, "1\n")], End::Exited { status: 0 });
    let second = command(&[(Stream::Stderr, "2\n")], End::Exited { status: 0 });
    let silent = command(&[], End::Exited { status: 0 });
    first.command = "a forged command".into();
    let commands = vec![first, silent, second];
    let rendered =
        html(text, vec![StepRecording::Ran { commands: commands.clone(), effects: Vec::new() }]);
    let shown = |code: &str, below: &str| (code.to_owned(), below.to_owned());
    assert_eq!(
        cells(&rendered),
        [
            shown("echo '<1>'\n", "1\n"),
            shown("true\n", "aucune sortie"),
            shown("echo 2 \\\n  >&2\n", "2\n")
        ]
    );
    assert!(!rendered.contains("forged"), "{rendered}");
    assert_eq!(
        markdown(text, vec![StepRecording::Ran { commands, effects: Vec::new() }]),
        format!(
            "{text}```text\n$ echo '<1>'\n1\n$ true\n[aucune sortie]\n$ echo 2 \\\n  >&2\n2\n```"
        )
    );
}

#[test]
fn other_renderers_get_plain_fences() {
    assert_eq!(
        markdown("> 1. ```bash timeout=1s\n>    ls\n>    ```\n", vec![printed("a\n\n````\n")]),
        "> 1. ```bash\n>    ls\n>    ```\n>    `````text\n>    a\n>    \n>    ````\n>    `````"
    );
    let failed = ran(command(&[], End::Exited { status: 1 }));
    assert_eq!(
        markdown(
            "```bash hidden\nls\n```\n\n```bash\nls\n```\n```output\n...\n```\n",
            vec![printed("a"), failed]
        ),
        "[docktest]: # \"\"\n\n```bash\nls\n```\n```text\n[aucune sortie]\n[code de sortie\u{a0}: 1]\n```"
    );
}
