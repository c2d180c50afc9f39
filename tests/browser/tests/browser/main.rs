//! Tests of the pages in a real browser. The helpers are in `tests/browser/src`.

mod commands;
mod copy;
mod diagram;
mod folding;
mod french;
mod keyboard;
mod media;
mod playback;
mod published;
mod session;
mod showcase;
mod themes;

/// Selects all elements that the program adds to a page.
const OURS: &str = "[class*='docktest']";
