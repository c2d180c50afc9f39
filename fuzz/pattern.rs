//! Matches any output with any pattern: the input contains both, separated by NUL.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_docktest::internal::{Bindings, Pattern, Placeholders};

fuzz_target!(|text: &str| {
    let (pattern, output) = text.split_once('\0').unwrap_or((text, text));
    let mut bindings = Bindings::default();
    let parsed = Pattern::parse(pattern, &Placeholders::default());
    for flaw in parsed.flaws() {
        let line = pattern.lines().nth(flaw.line);
        assert!(line.is_some_and(|line| line.get(flaw.span.clone()).is_some()), "{flaw:?}");
    }
    let _ = parsed.matches(output, &mut bindings);
    // Any text matches itself exactly, without binding a name.
    let exact = Pattern::exact(output);
    assert!(exact.matches(output, &mut Bindings::default()).is_ok(), "{output:?}");
});
