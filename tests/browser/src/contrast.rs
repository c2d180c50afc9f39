//! Whether text can be read on what is behind it.

use serde::Deserialize;
use serde_json::json;

use crate::browser::Browser;

/// What WCAG 2.2 asks of text of a usual size (success criterion 1.4.3).
const ENOUGH: f64 = 4.5;

/// What both checks know of colours.
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
    /// The visible texts within the elements that a selector finds whose contrast is too low, and
    /// how many texts there are.
    #[track_caller]
    pub fn faint_texts(&self, selector: &str) -> (Vec<String>, usize) {
        let script = format!("{COLORS}\n{}", include_str!("texts.js"));
        let texts: Vec<Text> = self.call(&script, &[json!(selector)]);
        let faint = texts.iter().filter(|text| text.ratio < ENOUGH).map(|text| {
            let Text { text, within, color, background, ratio } = text;
            format!("{ratio:.2}: {color} on {background}, {within}: {text}")
        });
        (faint.collect(), texts.len())
    }

    /// The contrast of the outline of what has the focus with what it is drawn on.
    #[track_caller]
    pub fn outline_contrast(&self) -> f64 {
        let body = "const focused = document.activeElement;
                    const ground = behind(focused);
                    return contrast(over(rgba(getComputedStyle(focused).outlineColor), ground), ground);";
        self.call(&format!("{COLORS}\n{body}"), &[])
    }
}
