//! The keys of a terminal's keyboard.

use std::sync::LazyLock;

use regex::Regex;

/// What the keyboard sends for this text: the Enter key sends a carriage return, which the terminal turns
/// into a line feed unless the program has switched that off.
pub(crate) fn pressed(text: &str) -> String {
    text.replace('\n', "\r")
}

/// How keys are named in a chapter: `^C`, `Ctrl-C`, `<Ctrl+C>`, `[Ctrl-C]`, `CTRL-p CTRL-q`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[<\[(]?(?:\^|(?i:ctrl|control|c)[-+ ]|(?i:ctrl))(?<key>[A-Za-z@\\\]_])[>\])]?[ ,+]*(?:then )?)")
        .expect("the regex is valid")
});

/// Docker's keys for detaching from a container.
pub(crate) const DETACH: &str = "\x10\x11";

/// What Docker prints where they are pressed, in the place of keys that cannot be seen (`escapeError` in
/// moby/term's `proxy.go`).
const DETACHED: &str = "read escape sequence";

/// The keys that a line names, if it names nothing else.
pub(crate) fn named(line: &str) -> Option<String> {
    let mut rest = line.trim();
    if rest == DETACHED {
        return Some(DETACH.to_owned());
    }
    let mut keys = String::new();
    while let Some(found) = NAMED.captures(rest) {
        let key = found["key"].chars().next()?.to_ascii_uppercase();
        keys.push(char::from(key as u8 ^ 0x40));
        rest = &rest[found[0].len()..];
    }
    (rest.is_empty() && !keys.is_empty()).then_some(keys)
}

/// The key that interrupts the program at a terminal.
pub(crate) const INTERRUPT: &str = "\x03";

/// Whether a line below a command stands for Ctrl-C: as terminals show it, `^C`, or by the key's name. `C-c` can
/// be output.
pub(crate) fn is_interrupt(line: &str) -> bool {
    let is_clear = line.trim_start().starts_with('^') || line.to_ascii_lowercase().contains("ctrl");
    is_clear && named(line).is_some_and(|keys| keys == INTERRUPT)
}

/// How keys are shown: those with Ctrl as terminals echo them, e.g. `^C`.
pub(crate) fn shown(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' | '\n' => c.to_string(),
        '\x7f' => "^?".to_owned(),
        c if c.is_ascii_control() => format!("^{}", char::from(c as u8 + 0x40)),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Whether a text has keys that are pressed with Ctrl.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_control() && !matches!(c, '\t' | '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_name_keys() {
        for line in
            ["^P^Q", "Ctrl-P Ctrl-Q", "<Ctrl-P><Ctrl-Q>", "CTRL+p, CTRL+q", "Ctrl-P then Ctrl-Q"]
        {
            assert_eq!(named(line).as_deref(), Some("\x10\x11"), "{line}");
        }
        assert_eq!(named("^C").as_deref(), Some("\x03"));
        assert_eq!(named("read escape sequence").as_deref(), Some(DETACH));
        assert!(is_interrupt("^C") && is_interrupt(" [Ctrl-C]"));
        assert!(!is_interrupt("c c") && !is_interrupt("^C^C") && !is_interrupt("^D"));
        assert_eq!(named("[Ctrl-D]").as_deref(), Some("\x04"));
        for line in ["cd x", "^", "control", "^Cx", "c", "ls ^C", ""] {
            assert_eq!(named(line), None, "{line}");
        }
    }

    #[test]
    fn keys_with_control_are_shown_with_a_caret() {
        assert_eq!(shown("\x10\x11"), "^P^Q");
        assert_eq!(shown("a\tb\x03\x7f\x1b"), "a\tb^C^?^[");
        assert!(has_control("\x04") && !has_control("a\tb\n"));
        assert_eq!(pressed("a\nb\n"), "a\rb\r");
    }
}
