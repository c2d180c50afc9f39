//! The style sheet and the scripts of a book's pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn asset(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The luminance of each colour of the style sheet, in light and in dark themes.
fn colours() -> BTreeMap<String, [f64; 2]> {
    let declaration = |line: &str| {
        let (name, value) = line.trim().strip_prefix("--docktest-")?.split_once(": light-dark(")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
        Some((name.to_owned(), [luminance(light), luminance(dark)]))
    };
    asset("docktest.css").lines().filter_map(declaration).collect()
}

/// The relative luminance of `#rrggbb`, as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("it is #rrggbb");
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn all_text_has_enough_contrast() {
    let colours = colours();
    // Of outputs, and of commands.
    let grounds = ["ground", "command"];
    for (name, colour) in &colours {
        if grounds.contains(&name.as_str()) || name == "line" {
            continue;
        }
        for below in grounds {
            let ground = colours[below];
            for (theme, (colour, ground)) in
                ["light", "dark"].into_iter().zip(colour.iter().zip(&ground))
            {
                let contrast = contrast(*colour, *ground);
                assert!(contrast >= 4.5, "{name} on {below}: {contrast:.2} in {theme} themes");
            }
        }
    }
    let named = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
    for name in named {
        assert!(colours.contains_key(name) && colours.contains_key(&format!("bright-{name}")));
    }
}

#[test]
fn assets_are_small() {
    assert!(asset("docktest.css").len() <= 18 * 1024);
    assert!(asset("docktest.js").len() <= 10 * 1024);
}

#[test]
fn assets_make_no_requests_to_other_hosts() {
    for name in ["docktest.css", "docktest.js"] {
        let text = asset(name);
        for request in ["http:", "https:", "url(", "@import", "fetch(", "//cdn"] {
            assert!(!text.contains(request), "{name} has {request}");
        }
    }
}
