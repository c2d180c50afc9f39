//! What readers get: the pages in a real browser. See `tests/browser/src` for the words that the
//! tests use.

mod commands;
mod copy;
mod diagram;
mod folding;
mod french;
mod keyboard;
mod media;
mod playback;
mod published;
mod showcase;
mod themes;

/// All that the project puts into a page.
const OURS: &str = "[class*='docktest']";
