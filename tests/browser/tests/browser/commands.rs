//! Commands, which must be readable in full.

use browser_tests::{Browser, Width, course};

/// Selects the commands on a page.
const COMMANDS: &str = "main .docktest-code > code";

#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn no_command_of_the_course_is_cut_off() {
    let browser = Browser::start();
    for width in Width::ALL {
        let mut commands = 0;
        browser.view(width);
        for name in course().names() {
            browser.open(&course().file(&name));
            assert_eq!(browser.cut_off(COMMANDS), [""; 0], "{name} on a {width:?}");
            commands += browser.count(COMMANDS);
        }
        assert!(commands > 50, "{commands}");
    }
    browser.open(&course().file("sidecar.html")).style("code { white-space: pre !important }");
    assert!(!browser.cut_off(COMMANDS).is_empty(), "cut-off commands are detected");
}

/// A line that takes several rows, or is indented, is known by the place where its rows begin.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn further_rows_of_a_command_are_indented() {
    let browser = Browser::start();
    let rows = "[...document.querySelectorAll('.docktest-code > code > span')].flatMap(line => {
            const range = document.createRange();
            range.selectNodeContents(line);
            const rows = [...range.getClientRects()];
            const top = Math.min(...rows.map(row => row.bottom));
            const left = rows => Math.min(...rows.map(row => row.left));
            const further = rows.filter(row => row.top >= top);
            return further.length ? [left(further) - left(rows.filter(row => row.top < top))] : [];
        })";
    for width in Width::ALL {
        browser.view(width).open(&course().file("sidecar.html"));
        let indents = browser.value::<Vec<f64>>(rows);
        assert!(!indents.is_empty() && indents.iter().all(|by| *by > 10.0), "{indents:?}");
    }
}

/// mdBook's highlighter takes any word that is also one of bash's for it.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_highlighter_leaves_commands_alone() {
    let browser = Browser::start();
    browser.open(&course().file("sidecar.html"));
    assert!(browser.count(".docktest-code .x") > 0 && browser.count(".docktest-code .m") > 0);
    assert_eq!(browser.count(".docktest-code [class^='hljs']"), 0);
    let classes = "document.querySelector('.docktest-code > code').className";
    assert_eq!(browser.value::<String>(classes), "nohighlight hljs", "the highlighter ran");
}

/// The subject of the first chapter is at the end of a long command.
#[test]
#[ignore = "needs a browser: cargo xtask test --only browser"]
fn the_trap_in_the_first_chapter_is_visible() {
    let browser = Browser::start();
    for width in Width::ALL {
        browser.view(width).open(&course().file("sidecar.html"));
        let shown = browser.is_in_view(COMMANDS, "$(date)");
        assert!(shown.len() >= 2 && !shown.contains(&false), "on a {width:?}: {shown:?}");
    }
    browser.style("code { white-space: pre !important }");
    assert!(
        browser.is_in_view(COMMANDS, "$(date)").contains(&false),
        "text out of view is detected"
    );
}
