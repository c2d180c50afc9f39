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

    /// The boxes that match a selector and have more in them than is visible without scrolling sideways.
    pub fn cut_off(&self, selector: &str) -> Vec<String> {
        self.call(
            "const isCut = box => box.scrollWidth > box.clientWidth;
             return [...document.querySelectorAll(arguments[0])]
                 .filter(box => isCut(box) || isCut(box.parentElement))
                 .map(box => box.textContent);",
            &[json!(selector)],
        )
    }

    /// For each place of a text in the elements that match a selector, whether all of it is visible
    /// without scrolling sideways.
    pub fn is_in_view(&self, selector: &str, text: &str) -> Vec<bool> {
        self.call(
            "const [selector, searched] = arguments;
             return [...document.querySelectorAll(selector)].flatMap(box => {
                 const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
                 const places = [];
                 while (texts.nextNode()) {
                     const node = texts.currentNode;
                     for (let at = 0; at < node.length; at += 1) places.push([node, at]);
                 }
                 const all = box.textContent;
                 const seen = [];
                 for (let at = all.indexOf(searched); at >= 0; at = all.indexOf(searched, at + 1)) {
                     const range = document.createRange();
                     const [last, place] = places[at + searched.length - 1];
                     range.setStart(...places[at]);
                     range.setEnd(last, place + 1);
                     const within = box.getBoundingClientRect();
                     const left = Math.max(within.left, 0);
                     const right = Math.min(within.right, document.documentElement.clientWidth);
                     seen.push([...range.getClientRects()]
                         .every(part => part.left >= left && part.right <= right));
                 }
                 return seen;
             });",
            &[json!(selector), json!(text)],
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

    /// The elements that are elsewhere, have another size or are hidden or visible since the first call on this page.
    pub fn moved(&self) -> Vec<String> {
        self.call(
            "const boxes = new Map([...document.querySelectorAll('body, body *')].map(element => {
                 const {x, y, width, height} = element.getBoundingClientRect();
                 return [element, [x, y, width, height, element.checkVisibility()].join(' ')];
             }));
             window.firstBoxes ??= boxes;
             return [...new Set([...boxes.keys(), ...window.firstBoxes.keys()])]
                 .filter(element => boxes.get(element) !== window.firstBoxes.get(element))
                 .map(element => element.outerHTML.slice(0, 200));",
            &[],
        )
    }
}
