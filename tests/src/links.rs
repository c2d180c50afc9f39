//! The links of a site.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use scraper::node::Element;
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use crate::site::Site;

/// The links of a site. Each is given with the file that contains it.
#[derive(Debug, Default)]
pub struct Links {
    /// Links without a target, or without one if the site is below a path or opened as files.
    pub broken: Vec<String>,
    /// What a browser would load from another host without the reader following a link.
    pub loaded_from_elsewhere: Vec<String>,
    /// Links to other sites.
    pub elsewhere: BTreeSet<String>,
    /// The number of links to files of the site.
    pub within: usize,
}

/// What a browser does with a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It loads the URL together with the page.
    Load,
    /// It opens the URL when the reader follows the link.
    Follow,
}

/// A host that does not exist (RFC 2606): it only distinguishes links within the site from others.
const ORIGIN: &str = "http://site.invalid";

/// mdBook's script asks this site for its crates if a page has runnable Rust code.
const PLAYGROUND: &str = "https://play.rust-lang.org/";

impl Site {
    /// Follows all links of the site, as if it were at this path of a host.
    pub fn links(&self, path: &str) -> Links {
        let walk = Walk {
            directory: self.directory(),
            root: Url::parse(ORIGIN).unwrap().join(path).unwrap(),
            ids: RefCell::default(),
        };
        let mut links = Links::default();
        for file in files(self.directory()) {
            let text = || fs::read_to_string(self.directory().join(&file)).unwrap();
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("html") => walk.page(&file, &text(), &mut links),
                Some("css") => {
                    let base = walk.url_of(&file);
                    for reference in in_style(&text()) {
                        walk.follow(&file, &base, &reference, Use::Load, &mut links);
                    }
                }
                Some("js") => walk.script(&file, &text(), &mut links),
                _ => {}
            }
        }
        links
    }
}

struct Walk<'a> {
    directory: &'a Path,
    root: Url,
    /// The ids in pages that were read.
    ids: RefCell<BTreeMap<PathBuf, BTreeSet<String>>>,
}

impl Walk<'_> {
    fn url_of(&self, file: &Path) -> Url {
        self.root.join(file.to_str().unwrap()).unwrap()
    }

    fn page(&self, file: &Path, text: &str, links: &mut Links) {
        let page = Html::parse_document(text);
        let base = Selector::parse("base[href]").unwrap();
        let own = self.url_of(file);
        let given = page.select(&base).next().map(|base| base.attr("href").unwrap());
        let url = given.map_or_else(|| own.clone(), |given| own.join(given).unwrap());
        if given.is_some() && url.path() != self.root.path() {
            links.broken.push(format!("{}: <base href={:?}>", file.display(), url.path()));
        }
        self.elements(file, &page, &url, given.is_some(), links);
        // The parser treats the content of `noscript` as text.
        for element in page.select(&Selector::parse("noscript").unwrap()) {
            let inside = Html::parse_fragment(&element.text().collect::<String>());
            self.elements(file, &inside, &url, given.is_some(), links);
        }
    }

    fn elements(&self, file: &Path, page: &Html, base: &Url, has_base: bool, links: &mut Links) {
        for element in page.select(&Selector::parse("*").unwrap()) {
            // mdBook's headings are links to themselves, except on its page for missing pages.
            if has_base && element.value().classes().any(|class| class == "header") {
                continue;
            }
            for (reference, used) in in_element(element.value()) {
                if reference.starts_with('/') && !reference.starts_with("//") && !has_base {
                    links.broken.push(format!("{}: {reference} (absolute)", file.display()));
                    continue;
                }
                self.follow(file, base, &reference, used, links);
            }
            if element.value().name() == "style" {
                for reference in in_style(&element.text().collect::<String>()) {
                    self.follow(file, base, &reference, Use::Load, links);
                }
            }
        }
    }

    /// What a script loads, and the targets of search results.
    fn script(&self, file: &Path, text: &str, links: &mut Links) {
        static ASKED: LazyLock<Regex> = LazyLock::new(|| {
            let call = r"(?:fetch\w*|import|importScripts|open|WebSocket|sendBeacon)";
            Regex::new(&format!(r#"{call}\(\s*['"`]((?:https?:|wss?:)?//[^'"`]*)"#)).unwrap()
        });
        for asked in ASKED.captures_iter(text) {
            let is_asked = !asked[1].starts_with(PLAYGROUND) || self.has_playground();
            if is_asked {
                links.loaded_from_elsewhere.push(format!("{}: {}", file.display(), &asked[1]));
            }
        }
        if !file.to_string_lossy().starts_with("searchindex") {
            return;
        }
        let (_, json) = text.split_once("JSON.parse('").expect("it is a search index");
        let json = json.rsplit_once("')").unwrap().0.replace("\\'", "'").replace("\\\\", "\\");
        let index: Value = serde_json::from_str(&json).unwrap();
        for url in index["doc_urls"].as_array().unwrap() {
            // Pages put the path to the site's root before it.
            self.follow(file, &self.root, url.as_str().unwrap(), Use::Follow, links);
        }
    }

    fn has_playground(&self) -> bool {
        files(self.directory).iter().any(|file| {
            file.extension().is_some_and(|extension| extension == "html")
                && fs::read_to_string(self.directory.join(file)).unwrap().contains("\"playground")
        })
    }

    fn follow(&self, file: &Path, base: &Url, reference: &str, used: Use, links: &mut Links) {
        let place = format!("{}: {reference}", file.display());
        let Ok(url) = base.join(reference.trim()) else {
            links.broken.push(place);
            return;
        };
        if url.origin() != self.root.origin() {
            match (url.scheme(), used) {
                ("data", _) => {}
                (_, Use::Load) => links.loaded_from_elsewhere.push(place),
                (_, Use::Follow) => {
                    links.elsewhere.insert(url.to_string());
                }
            }
            return;
        }
        let target = url.path().strip_prefix(self.root.path()).map(decoded);
        // If the site is opened as files, a directory is not a page.
        match target.filter(|target| self.directory.join(target).is_file()) {
            Some(target) if self.has(Path::new(&target), url.fragment().unwrap_or("")) => {
                links.within += 1;
            }
            _ => links.broken.push(place),
        }
    }

    /// Whether a page has an element with this fragment as its id or name.
    fn has(&self, page: &Path, fragment: &str) -> bool {
        if fragment.is_empty() || page.extension().is_none_or(|extension| extension != "html") {
            return true;
        }
        let mut ids = self.ids.borrow_mut();
        let ids = ids.entry(page.to_owned()).or_insert_with(|| {
            let page =
                Html::parse_document(&fs::read_to_string(self.directory.join(page)).unwrap());
            let named = Selector::parse("[id], a[name]").unwrap();
            let names = page.select(&named).flat_map(|element| {
                ["id", "name"].into_iter().filter_map(move |name| element.attr(name))
            });
            names.map(str::to_owned).collect()
        });
        ids.contains(&decoded(fragment))
    }
}

/// All files below a directory, relative to it, in order.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut rest = vec![directory.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in fs::read_dir(&next).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                rest.push(path);
            } else {
                files.push(path.strip_prefix(directory).unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

fn in_element(element: &Element) -> Vec<(String, Use)> {
    let mut found = Vec::new();
    for (name, value) in element.attrs() {
        let used = match (element.name(), name) {
            ("a" | "area", "href") | ("form", "action") => Use::Follow,
            ("link", "href") => match element.attr("rel") {
                Some("canonical" | "prev" | "next" | "license") => Use::Follow,
                _ => Use::Load,
            },
            ("base", _) => continue,
            ("object", "data") | (_, "src" | "poster" | "href" | "xlink:href") => Use::Load,
            (_, "srcset") => {
                let candidates = value.split(',').filter_map(|one| one.split_whitespace().next());
                found.extend(candidates.map(|url| (url.to_owned(), Use::Load)));
                continue;
            }
            (_, "style") => {
                found.extend(in_style(value).into_iter().map(|url| (url, Use::Load)));
                continue;
            }
            ("meta", "content") if element.attr("http-equiv") == Some("refresh") => {
                let url = value.split_once("URL=").map(|(_, url)| (url.to_owned(), Use::Follow));
                found.extend(url);
                continue;
            }
            _ => continue,
        };
        found.push((value.to_owned(), used));
    }
    found
}

/// The URLs that a style sheet loads.
fn in_style(text: &str) -> Vec<String> {
    static URL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:url\(|@import)\s*(?:'([^']*)'|"([^"]*)"|([^\s'")][^\s)]*))"#).unwrap()
    });
    let references = URL.captures_iter(text).filter_map(|found| {
        let reference = found.get(1).or(found.get(2)).or(found.get(3))?;
        Some(reference.as_str().to_owned())
    });
    references.filter(|reference| !reference.starts_with("url(")).collect()
}

/// A path or fragment without percent-encoding.
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
