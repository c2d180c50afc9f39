//! Steps at a terminal.

use std::time::Duration;

use serde_json::Value;
use testsuite::{Book, Outcome, marker};

/// The typed text in the report's transcript.
#[track_caller]
fn typed(outcome: &Outcome, step: usize) -> Vec<String> {
    let transcript = outcome.transcript(step).into_iter();
    transcript.filter(|(stream, _)| stream == "typed").map(|(_, text)| text).collect()
}

#[track_caller]
fn exit_status(outcome: &Outcome, step: usize) -> Value {
    outcome.commands(step).last().unwrap()["exit"].clone()
}

#[test]
fn a_step_sees_a_terminal() {
    let outcome = Book::new()
        .step_with("tty", "test -t 0 && test -t 1 && test -t 2 && stty size && tty && echo $TERM")
        .output("24 80\n/dev/pts/[..]\nxterm\n")
        .step_with("tty=100", "stty size && echo there >/dev/tty && test \"$(tty)\" -ef $(tty)")
        .output("24 100\nthere\n")
        .step_with("exit=1", "tty")
        .output("not a tty\n")
        .verify();
    outcome.exits(0).finds_nothing();
    assert_eq!(outcome.commands(1)[0]["terminal_columns"], 80);
    assert_eq!(outcome.commands(3)[0]["terminal_columns"], Value::Null);
}

#[test]
fn docker_passes_on_the_terminal() {
    Book::new()
        .with_alpine()
        .step_with("tty", "docker run --rm -it alpine sh -c 'tty; stty size'")
        .output("/dev/pts/0\n24 80\n")
        .step("docker run -d --name app alpine sleep 1000")
        .step_with("tty=90", "docker exec -it app sh -c 'tty; stty size'")
        .output("/dev/pts/0\n24 90\n")
        .step("docker rm -f app")
        .verify()
        .exits(0)
        .finds_nothing();
}

#[test]
fn an_answer_is_shown_once_where_it_was_typed() {
    let outcome = Book::new()
        .step("docker volume create unused")
        .step_with("tty stdin=\"y\\n\"", "docker volume prune --all")
        .output(
            "WARNING! This will remove all local volumes not used by at least one container.\n\
             Are you sure you want to continue? [y/N]\n\
             Deleted Volumes:\nunused\n\nTotal reclaimed space: [SIZE]\n",
        )
        .step_with("tty stdin=\"secret\\n\"", "read -rsp 'Password: ' p; echo; echo ${#p}")
        .output("Password:\n6\n")
        .step_with("tty stdin=\"one\\ntwo\"", "cat")
        .output("\none\n[..]\n")
        .verify();
    outcome.exits(0).finds_nothing();
    assert_eq!(typed(&outcome, 2), ["y"]);
    assert_eq!(typed(&outcome, 3), [""; 0]);
    assert_eq!(typed(&outcome, 4), ["one", "two"]);
    assert_eq!(exit_status(&outcome, 4), 0);
}

#[test]
fn a_shell_in_a_container_is_interactive() {
    let outcome = Book::new()
        .with_alpine()
        .step_with(
            "tty stdin=\"echo $((6 * 7))\\nexit 3\\n\" exit=3",
            "docker run --rm -it alpine sh",
        )
        .output("...\n/ # \n42\n/ # \n")
        .step_with("tty stdin=\"hostname\\n\"", "docker run --rm -it -h inside alpine sh")
        .output("...\n/ # \ninside\n/ # \n")
        .verify();
    outcome.exits(0).finds_nothing();
    assert_eq!(typed(&outcome, 1), ["echo $((6 * 7))", "exit 3"]);
    assert_eq!(typed(&outcome, 2), ["hostname"]);
}

#[test]
fn a_followed_stream_is_stopped_by_ctrl_c() {
    let ticking = "n=0; while sleep 0.1; do n=$((n + 1)); echo tick $n; done";
    let outcome = Book::new()
        .with_alpine()
        .step_with("tty until=\"^tick 3$\"", ticking)
        .step_with("tty lines=2", &format!("trap 'echo bye; exit' INT; {ticking}"))
        .step_with("tty lines=1", "trap '' INT; echo one; while true; do sleep 0.1; done")
        .step_with("tty lines=2", &format!("docker run --rm -it alpine sh -c '{ticking}'"))
        .step_with("tty for=1s", "stty raw -echo; cat")
        .verify();
    outcome.exits(0);
    assert!(outcome.output(1).starts_with("tick 1\r\ntick 2\r\ntick 3\r\n"), "{outcome}");
    assert!(outcome.output(2).contains("bye"), "{outcome}");
    assert_eq!(outcome.output(2).matches("bye").count(), 1, "{outcome}");
    for step in 1..=5 {
        assert_eq!(typed(&outcome, step), ["^C"], "{outcome}");
        assert!(!outcome.output(step).contains("^C"), "{outcome}");
        assert!(exit_status(&outcome, step).is_null(), "{outcome}");
    }
}

#[test]
fn a_step_that_times_out_leaves_nothing() {
    let sleep = marker();
    let outcome = Book::new()
        .step_with(
            "tty timeout=1s",
            &format!("setsid sleep {sleep} & (trap '' INT HUP; sleep {sleep})"),
        )
        .step(&format!("pgrep -f '[s]leep {sleep}' || echo gone"))
        .output("gone\n")
        .verify();
    outcome.exits(1).finds_only(&[("timeout", "setsid sleep")]);
    assert!(outcome.duration_of(1) < Duration::from_secs(180), "{outcome}");
}

#[test]
fn state_carries_over_to_a_terminal_and_back() {
    Book::new()
        .step("cd /tmp; a=1; f() { echo f $a; }")
        .step_with("tty", "f; pwd; a=2; cd /etc; export b=3")
        .output("f 1\n/tmp\n")
        .step("f; pwd; printenv b")
        .output("f 2\n/etc\n3\n")
        .verify()
        .exits(0)
        .finds_nothing();
}

#[test]
fn each_command_has_its_own_output() {
    let outcome = Book::new()
        .step_with(
            "tty",
            "printf 'one\\n10%%\\r'\nfalse\nprintf '\\033[1mtwo\\033[m\\n'; sleep 0.2",
        )
        .step_with("tty", "seq 30000 | tail -c 100000\necho end")
        .verify();
    outcome.exits(1).finds_only(&[("exit-status", "false")]);
    let text = |step: usize, command: usize| {
        let commands = outcome.commands(step);
        let chunks = commands[command]["transcript"].as_array().unwrap().clone();
        chunks.iter().map(|chunk| chunk["text"].as_str().unwrap()).collect::<String>()
    };
    assert_eq!(text(1, 0), "one\r\n10%\r");
    assert_eq!(text(1, 1), "");
    assert_eq!(text(1, 2), "\x1b[1mtwo\x1b[m\r\n");
    assert!(text(2, 0).ends_with("29999\r\n30000\r\n"));
    assert_eq!(text(2, 1), "end\r\n");
}

#[test]
fn the_page_shows_the_screen() {
    let book = Book::new()
        .step_with(
            "tty",
            "printf '10%%\\r50%%\\r'; printf 'one\\ntwo\\n\\033[2A\\033[2Kdone\\033[2B\\r'",
        )
        .step_with("tty stdin=\"yes\\n\"", "read -p 'Sure? ' answer");
    let page = book.preprocess("html").remove(0);
    assert!(page.contains("<samp>done&#10;two&#10;</samp>"), "{page}");
    assert!(page.contains("<samp>Sure? <kbd>yes</kbd>&#10;</samp>"), "{page}");
}

#[test]
fn background_processes_of_the_terminal_are_hung_up() {
    let (hung_up, gone_away) = (marker(), marker());
    let background = format!(
        "sleep {hung_up} &\n\
         setsid sleep {gone_away} </dev/null >/dev/null 2>&1 &\n\
         until [ \"$(ps -o tty= -p $!)\" = '?' ]; do sleep 0.1; done"
    );
    let left = format!("! pgrep -f '[s]leep {hung_up}' && pgrep -fc '[s]leep {gone_away}'");
    Book::new()
        .step_with("tty", &background)
        .step_with("retry=180s", &left)
        .output("1\n")
        .verify()
        .exits(0)
        .finds_nothing();
}

#[test]
fn a_command_without_a_terminal_is_reported_with_a_remedy() {
    Book::new()
        .with_alpine()
        .step("echo 'docker run --rm -it alpine true' >run.sh")
        .step("sh run.sh")
        .verify()
        .exits(1)
        .finds_only(&[("exit-status", "sh run.sh")])
        .says("add `tty`");
}

#[test]
fn each_step_gets_a_new_terminal() {
    Book::new()
        .step_with("tty", "stty -echo -onlcr rows 5; exec >/dev/null 2>&1 </dev/null")
        .step_with("tty", "echo on >/dev/tty; stty size")
        .output("on\n24 80\n")
        .verify()
        .exits(0)
        .finds_nothing();
}
