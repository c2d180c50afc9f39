//! Whether text can be read on what is behind it.

use serde::Deserialize;
use serde_json::json;

use crate::browser::Browser;

/// What WCAG 2.2 asks of text of a usual size (success criterion 1.4.3).
const ENOUGH: f64 = 4.5;

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
        let texts: Vec<Text> = self.call(include_str!("contrast.js"), &[json!(selector)]);
        let faint = texts.iter().filter(|text| text.ratio < ENOUGH).map(|text| {
            let Text { text, within, color, background, ratio } = text;
            format!("{ratio:.2}: {color} on {background}, {within}: {text}")
        });
        (faint.collect(), texts.len())
    }
}
