//! The README's picture of a page of the course, `docs/page.png`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::chromium::chromium;
use crate::process::say;
use crate::project;

/// The page. Below [`FROM`], it has a command that fails, one with output, a diagram, a box, and a list of
/// changes.
const PAGE: &str = "nettoyage-et-couts.html";

/// What the paragraph at the top of the picture contains.
const FROM: &str = "Supprimer un volume précis";

/// The size of the picture, in pixels.
const SIZE: &str = "1200,1265";

/// Moves that paragraph to the top: a picture cannot be taken of a page that is scrolled.
const MOVE: &str = r#"<script>
const from = [...document.querySelectorAll("main > p")].find((p) => p.textContent.includes(FROM));
const main = document.querySelector("main");
const distance = from.getBoundingClientRect().top - main.getBoundingClientRect().top;
main.style.marginBlockStart = `-${distance + 10}px`;
</script></body>"#;

/// Takes the picture from the course's site.
///
/// # Errors
/// When the page has changed, or Chromium fails.
pub(crate) fn take(site: &Path) -> Result<()> {
    let page = site.join(PAGE);
    let html =
        fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    if !html.contains(FROM) {
        bail!("`{FROM}` is not in {PAGE}: choose another place for the README's picture");
    }
    // Beside the others, for its style sheets.
    let source = site.join("picture.html");
    let script = MOVE.replace("FROM", &format!("\"{FROM}\""));
    fs::write(&source, html.replace("</body>", &script))
        .with_context(|| format!("cannot write {}", source.display()))?;
    let picture = project()?.join("docs/page.png");
    let flags = [
        "--hide-scrollbars".to_owned(),
        format!("--window-size={SIZE}"),
        format!("--screenshot={}", picture.display()),
    ];
    let done = chromium(&source, &flags);
    fs::remove_file(&source).with_context(|| format!("cannot remove {}", source.display()))?;
    done?;
    say(&format!("picture: open {}", picture.display()));
    Ok(())
}
