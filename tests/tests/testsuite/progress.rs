//! Progress, with and without a terminal.

use avt::Terminal;
use testsuite::{Book, Outcome, Program, marker, program};

/// Runs a script in the book's directory at a terminal. `$DOCKTEST` is the program.
fn at_terminal(book: &Book, script: &str) -> Program {
    book.write();
    Program::through(["script"], ["--quiet", "--return", "--command", script, "/dev/null"])
        .directory(book.path())
        .env("TMPDIR", book.temporary())
        .env("DOCKTEST", program())
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
}

/// The text that remains on the screen.
fn screen(outcome: &Outcome) -> String {
    let mut terminal = Terminal::new(100, 40).unwrap();
    terminal.feed(outcome.stdout());
    let lines = terminal.screen().text();
    lines.join("\n").trim().to_owned()
}

fn book() -> Book {
    Book::new()
        .chapter("one.md", "```bash\nsleep 1; echo one\n```\n")
        .chapter("two.md", "```bash\nsleep 1; exit 3\n```\n")
}

#[test]
fn a_terminal_has_a_line_for_each_running_chapter() {
    let outcome = at_terminal(&book(), "$DOCKTEST verify --jobs 2").run();
    outcome.exits(1);
    let all = outcome.stdout();
    assert!(all.contains("src/one.md starting an engine"), "{outcome}");
    assert!(all.contains("src/two.md 1/1 line 2: sleep 1; exit 3"), "{outcome}");
    assert!(all.contains("\x1b[2K") || all.contains("\x1b[1A"), "nothing is redrawn\n{outcome}");
    let screen = screen(&outcome);
    assert!(screen.starts_with("error[exit-status]"), "{screen}");
    assert!(
        screen.ends_with("2 chapters, 2 steps: 1 passed, 1 failed, 0 skipped, 0 ignored"),
        "{screen}"
    );
    assert!(!screen.contains("starting an engine") && !screen.contains("1/1 line"), "{screen}");
    assert!(
        all.contains("\x1b[1m\x1b[91m")
            || all.contains("\x1b[1;91m")
            || all.contains("\x1b[31m")
            || all.contains("\x1b[91m"),
        "no colours\n{outcome}"
    );
}

#[test]
fn ctrl_c_restores_the_terminal() {
    let sleep = marker();
    let book = Book::new().step(&format!("sleep {sleep}"));
    // The shell must survive to check the terminal.
    let look = "trap : INT; before=$(stty -g); $DOCKTEST verify; echo \"exit $?\"; \
                [ \"$(stty -g)\" = \"$before\" ] && echo unchanged; echo >done";
    book.write();
    let type_it = "(until pgrep -f \"^sleep $1\" >/dev/null; do sleep 0.1; done; printf '\\003'\n\
                   for _ in $(seq 1800); do [ ! -e done ] || break; sleep 0.1; done) |\n\
                   exec script --quiet --return --command \"$2\" /dev/null";
    let outcome = Program::through(["sh", "-c", type_it, "sh"], [sleep.as_str(), look])
        .directory(book.path())
        .env("TMPDIR", book.temporary())
        .env("DOCKTEST", program())
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .run();
    let screen = screen(&outcome);
    assert!(screen.contains("error: interrupted\nexit 130\nunchanged"), "{screen}\n{outcome}");
    assert!(!screen.contains("1/1 line"), "{screen}");
    let hidden = outcome.stdout().matches("\x1b[?25l").count();
    assert_eq!(hidden, outcome.stdout().matches("\x1b[?25h").count(), "the cursor is hidden");
}

#[test]
fn no_color_disables_colours() {
    let outcome = at_terminal(&book(), "$DOCKTEST verify").env("NO_COLOR", "1").run();
    outcome.exits(1);
    // Escape sequences that move the cursor are allowed.
    let colours = outcome.stdout().split("\x1b[").skip(1);
    let colours: Vec<&str> = colours
        .filter(|sequence| {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic());
            end.is_some_and(|end| sequence[end..].starts_with('m'))
        })
        .collect();
    assert!(colours.is_empty(), "{colours:?}");
    assert!(outcome.stdout().contains("src/two.md 1/1 line 2"), "{outcome}");
}

#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let outcome = at_terminal(&book(), "$DOCKTEST verify").env("TERM", "dumb").run();
    outcome.exits(1);
    assert!(outcome.stdout().contains("1/1 line 2: sleep 1; exit 3\r\n"), "{outcome}");
}

#[test]
fn a_pipe_gets_plain_lines() {
    for jobs in ["1", "2"] {
        let outcome = book().command(["verify"]).arg("--jobs").arg(jobs).run();
        outcome.exits(1).tells("1/1 line 2: sleep 1; exit 3\n");
        let all = format!("{}{}", outcome.stdout(), outcome.stderr());
        assert!(!all.contains(['\x1b', '\r']), "{outcome}");
    }
}

#[test]
fn output_of_a_book_does_not_control_the_terminal() {
    let book = Book::new().step("printf '\\033]0;title\\007\\033[2J\\n'; exit 3 # \u{1b}[2J");
    let outcome = book.command(["verify"]).run();
    outcome.exits(1);
    assert!(!format!("{}{}", outcome.stdout(), outcome.stderr()).contains('\x1b'), "{outcome}");
}
