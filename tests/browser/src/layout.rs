//! Whether a page fits into the width that its reader has.

use serde_json::json;

use crate::browser::Browser;

impl Browser {
    /// By how many pixels the page, or mdBook's column of text in it, which scrolls by itself, is
    /// wider than what can be seen of it.
    pub fn too_wide_by(&self) -> i64 {
        self.call(
            "let widest = 0;
             for (let box = document.querySelector('main'); box; box = box.parentElement) {
                 widest = Math.max(widest, box.scrollWidth - box.clientWidth);
             }
             return widest;",
            &[],
        )
    }

    /// The elements that a selector finds and that stick out of the text's column.
    pub fn sticking_out(&self, selector: &str) -> Vec<String> {
        self.call(
            "const [selector] = arguments;
             const column = document.querySelector('main').getBoundingClientRect();
             return [...document.querySelectorAll(selector)]
                 .filter(element => {
                     const box = element.getBoundingClientRect();
                     return box.left < column.left - 1 || box.right > column.right + 1;
                 })
                 .map(element => element.outerHTML.slice(0, 200));",
            &[json!(selector)],
        )
    }
}
