//! The contrast of text with its background.

use serde::Deserialize;
use serde_json::json;

use crate::browser::Browser;

/// The contrast that WCAG 2.2 requires for text of normal size (success criterion 1.4.3).
const MINIMUM: f64 = 4.5;

/// Functions for colours that both checks use.
const COLORS: &str = include_str!("contrast.js");

#[derive(Debug, Deserialize)]
struct Text {
    text: String,
    within: String,
    color: String,
    background: String,
    ratio: f64,
}

impl Browser {
    /// The visible texts with too low a contrast in the elements that match a selector, and the number of
    /// all visible texts in these.
    #[track_caller]
    pub fn faint_texts(&self, selector: &str) -> (Vec<String>, usize) {
        let script = format!("{COLORS}\n{}", include_str!("texts.js"));
        let texts: Vec<Text> = self.call(&script, &[json!(selector)]);
        let faint = texts.iter().filter(|text| text.ratio < MINIMUM).map(|text| {
            let Text { text, within, color, background, ratio } = text;
            format!("{ratio:.2}: {color} on {background}, {within}: {text}")
        });
        (faint.collect(), texts.len())
    }

    /// The contrast of the focused element's outline with its background.
    #[track_caller]
    pub fn outline_contrast(&self) -> f64 {
        let body = "const focused = document.activeElement;
                    const ground = behind(focused);
                    return contrast(over(rgba(getComputedStyle(focused).outlineColor), ground), ground);";
        self.call(&format!("{COLORS}\n{body}"), &[])
    }
}
