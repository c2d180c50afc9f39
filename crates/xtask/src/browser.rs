//! axe-core, which the tests of pages need.

use anyhow::Result;

use crate::download::{Download, Origin};

/// axe-core 4.12.1 in a package that contains it as Deque publishes it. Installing it from npm would need npm.
const AXE: Download = Download {
    directory: "axe-core",
    name: "axe.min.js",
    from: Origin::Python {
        package: "axe-playwright-python==0.1.8",
        file: "axe_playwright_python/axe.min.js",
    },
    sha256: "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc",
};

/// Downloads axe-core, unless this user's cache has it.
pub(crate) fn ensure_axe() -> Result<()> {
    AXE.ensure().map(drop)
}
