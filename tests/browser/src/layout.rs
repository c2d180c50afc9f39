//! Whether a page fits into the viewport.

use serde_json::json;

use crate::browser::Browser;

impl Browser {
    /// The elements that make the page, or mdBook's text column, which scrolls separately, wider than its
    /// visible part.
    pub fn overflow(&self) -> Vec<String> {
        self.call(
            "const scrolls = element => element === document.scrollingElement
                 || getComputedStyle(element).overflowX !== 'visible';
             const boxes = [];
             for (let box = document.querySelector('main'); box; box = box.parentElement) {
                 if (scrolls(box) && box.scrollWidth > box.clientWidth) boxes.push(box);
             }
             if (!boxes.length) return [];
             const within = boxes[0].getBoundingClientRect();
             const culprits = [...boxes[0].querySelectorAll('*')].filter(element => {
                 const box = element.getBoundingClientRect();
                 for (let up = element.parentElement; up !== boxes[0]; up = up.parentElement) {
                     if (scrolls(up)) return false;
                 }
                 return box.right > within.left + boxes[0].clientWidth;
             });
             const name = box => `${box.localName}.${box.className} by ${box.scrollWidth - box.clientWidth}`;
             return boxes.map(name).concat(culprits.map(each => each.outerHTML.slice(0, 200)));",
            &[],
        )
    }

    /// The elements that match a selector and are partly outside of the text column.
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
