//! The keys of a terminal's keyboard.

/// What the keyboard sends for this text: the Enter key sends a carriage return, which the terminal turns
/// into a line feed unless the program has switched that off.
pub(super) fn pressed(text: &str) -> String {
    text.replace('\n', "\r")
}

/// How keys are shown: those with Ctrl as terminals echo them, e.g. `^C`.
pub(super) fn shown(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' | '\n' => c.to_string(),
        '\x7f' => "^?".to_owned(),
        c if c.is_ascii_control() => format!("^{}", char::from(c as u8 + 0x40)),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Whether a text has keys that are pressed with Ctrl.
pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_control() && !matches!(c, '\t' | '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_control_are_shown_with_a_caret() {
        assert_eq!(shown("\x10\x11"), "^P^Q");
        assert_eq!(shown("a\tb\x03\x7f\x1b"), "a\tb^C^?^[");
        assert!(has_control("\x04") && !has_control("a\tb\n"));
        assert_eq!(pressed("a\nb\n"), "a\rb\r");
    }
}
