//! A browser for tests.

use std::cell::Cell;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};
use testsuite::workspace;
use thirtyfour::common::print::PrintParameters;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::runtime::{self, Runtime};

use crate::driver::Chromedriver;

/// Loads pages and nothing else: no requests of the browser's own, and no host name is resolved.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// The height of the viewport in pixels.
const HEIGHT: u32 = 900;

/// How long to wait, on a busy machine, for a condition.
const PATIENCE: Duration = Duration::from_secs(180);

/// mdBook's themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are mdBook's")]
pub enum Theme {
    Light,
    Rust,
    Coal,
    Navy,
    Ayu,
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 5] = [Self::Light, Self::Rust, Self::Coal, Self::Navy, Self::Ayu];

    /// The theme's class on the page's root element.
    pub fn class(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Rust => "rust",
            Self::Coal => "coal",
            Self::Navy => "navy",
            Self::Ayu => "ayu",
        }
    }
}

/// The width of the viewport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 1200 pixels.
    Desktop,
    /// 360 pixels, as on small phones.
    Phone,
}

impl Width {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Desktop, Self::Phone];

    fn pixels(self) -> u32 {
        match self {
            Self::Desktop => 1200,
            Self::Phone => 360,
        }
    }
}

/// A browser with one empty tab and a profile of its own.
#[derive(Debug)]
pub struct Browser {
    runtime: Runtime,
    /// `None` after quitting.
    session: Option<WebDriver>,
    width: Cell<Width>,
    _driver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with the width of a desktop.
    pub fn start() -> Self {
        let profile = TempDir::with_prefix("browser-tests-").unwrap();
        let mut capabilities = ChromeCapabilities::new();
        for flag in FLAGS {
            capabilities.add_arg(flag).unwrap();
        }
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        capabilities.add_arg(&profile_flag).unwrap();
        // The log that `requests` reads.
        capabilities.set_logging_prefs("performance", LoggingPrefsLogLevel::All).unwrap();
        let driver = Chromedriver::start();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let session = runtime.block_on(WebDriver::new(driver.url(), capabilities));
        let session = session.unwrap_or_else(|error| panic!("cannot start a browser: {error}"));
        // axe-core checks each element, which takes long for a long page on a busy machine.
        runtime.block_on(session.set_script_timeout(PATIENCE)).unwrap();
        let width = Cell::new(Width::Desktop);
        let browser =
            Self { runtime, session: Some(session), width, _driver: driver, _profile: profile };
        browser.view(Width::Desktop);
        browser
    }

    fn session(&self) -> &WebDriver {
        self.session.as_ref().unwrap()
    }

    /// Sets the width of the viewport. Call this before [`Self::open`], as mdBook's script reads the width
    /// once.
    pub fn view(&self, width: Width) -> &Self {
        self.width.set(width);
        self.metrics(width, HEIGHT)
    }

    fn metrics(&self, width: Width, height: u32) -> &Self {
        let metrics = json!({
            "width": width.pixels(),
            "height": height,
            "deviceScaleFactor": 1,
            "mobile": width == Width::Phone,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics);
        self
    }

    /// Opens a page, and waits until it is loaded, including fonts.
    #[track_caller]
    pub fn open(&self, url: &str) -> &Self {
        let opened = self.runtime.block_on(self.session().goto(url));
        opened.unwrap_or_else(|error| panic!("{url}: {error}"));
        self.call_async::<Value>("document.fonts.ready.then(() => done(null))", &[]);
        self
    }

    /// Chooses a theme in mdBook's menu.
    #[track_caller]
    pub fn theme(&self, theme: Theme) -> &Self {
        let class = theme.class();
        let script = format!(
            "document.getElementById('mdbook-theme-{class}').click();
             return document.documentElement.classList.contains('{class}')"
        );
        assert!(self.call::<bool>(&script, &[]), "mdBook has no theme {class}");
        self
    }

    /// Emulates a medium and media features.
    pub fn media(&self, medium: &str, features: &[(&str, &str)]) -> &Self {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.cdp("Emulation.setEmulatedMedia", json!({"media": medium, "features": features}));
        self
    }

    /// Turns scripts on or off, for pages that are opened from now on.
    pub fn scripts(&self, run: bool) -> &Self {
        self.cdp("Emulation.setScriptExecutionDisabled", json!({"value": !run}));
        self
    }

    /// Sends a command of the DevTools protocol.
    #[track_caller]
    pub fn cdp(&self, command: &str, parameters: Value) -> Value {
        let answer = self.runtime.block_on(self.session().cdp().send_raw(command, parameters));
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Runs the body of a JavaScript function in the page, and returns its result.
    #[track_caller]
    pub fn call<T: DeserializeOwned>(&self, body: &str, arguments: &[Value]) -> T {
        let answer = self.runtime.block_on(self.session().execute(body, arguments.to_vec()));
        let answer = answer.unwrap_or_else(|error| panic!("{error}\n{body}"));
        answer.convert().unwrap_or_else(|error| panic!("{error}\n{body}"))
    }

    /// Runs the body of a JavaScript function in the page, and returns the value that it passes to
    /// `done`.
    #[track_caller]
    pub fn call_async<T: DeserializeOwned>(&self, body: &str, arguments: &[Value]) -> T {
        let body = format!("const done = arguments[arguments.length - 1];\n{body}");
        let answer =
            self.runtime.block_on(self.session().execute_async(body.as_str(), arguments.to_vec()));
        let answer = answer.unwrap_or_else(|error| panic!("{error}\n{body}"));
        answer.convert().unwrap_or_else(|error| panic!("{error}\n{body}"))
    }

    /// The value of a JavaScript expression.
    #[track_caller]
    pub fn value<T: DeserializeOwned>(&self, expression: &str) -> T {
        self.call(&format!("return ({expression})"), &[])
    }

    /// The text of the first element that matches a selector.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        self.call("return document.querySelector(arguments[0]).textContent", &[json!(selector)])
    }

    /// The number of elements that match a selector.
    #[track_caller]
    pub fn count(&self, selector: &str) -> usize {
        self.call("return document.querySelectorAll(arguments[0]).length", &[json!(selector)])
    }

    /// Unfolds all folded parts of the page.
    pub fn unfold(&self) -> &Self {
        let body = "document.querySelectorAll('details').forEach(details => details.open = true)";
        self.call::<()>(body, &[]);
        self
    }

    /// Adds a style sheet to the page.
    pub fn style(&self, css: &str) -> &Self {
        let body = "const sheet = document.createElement('style');
                    sheet.textContent = arguments[0];
                    document.head.append(sheet);";
        self.call::<()>(body, &[json!(css)]);
        self
    }

    /// Waits until a JavaScript expression is true.
    #[track_caller]
    pub fn until(&self, expression: &str) -> &Self {
        let begin = Instant::now();
        while !self.value::<bool>(expression) {
            assert!(begin.elapsed() < PATIENCE, "not true within {PATIENCE:?}: {expression}");
        }
        self
    }

    /// Presses keys one after another.
    #[track_caller]
    pub fn press(&self, keys: impl Into<TypingData>) -> &Self {
        let chain = self.session().action_chain().send_keys(keys);
        self.runtime.block_on(chain.perform()).unwrap();
        self
    }

    /// Clicks on one of the elements that match a selector, counted from 0.
    #[track_caller]
    pub fn click(&self, selector: &str, index: usize) -> &Self {
        self.runtime.block_on(async {
            let found = self.session().find_all(By::Css(selector)).await.unwrap();
            found[index].scroll_into_view().await.unwrap();
            self.session().action_chain().click_element(&found[index]).perform().await.unwrap();
        });
        self
    }

    /// The URLs that pages have requested since the log of the network was last read.
    pub fn requests(&self) -> Vec<String> {
        let sent = self.network("Network.requestWillBeSent");
        let urls = sent.iter().map(|message| text_at(message, "/request/url"));
        // Without the browser's own first page.
        urls.filter(|url| !url.starts_with("chrome://")).collect()
    }

    /// Waits until the log of the network contains a request for this URL.
    #[track_caller]
    pub fn until_requested(&self, url: &str) {
        let begin = Instant::now();
        while !self.requests().iter().any(|requested| requested == url) {
            assert!(begin.elapsed() < PATIENCE, "not requested within {PATIENCE:?}: {url}");
        }
    }

    /// The failed requests since the log of the network was last read: status and URL.
    pub fn failures(&self) -> Vec<String> {
        let responses = self.network("Network.responseReceived");
        let status = |message: &Value| message.pointer("/response/status").unwrap().clone();
        let failed = responses.iter().filter(|message| status(message).as_u64() >= Some(400));
        failed
            .map(|message| format!("{} {}", status(message), text_at(message, "/response/url")))
            .collect()
    }

    /// Reads the log of the network: the parameters of the messages with this method since the last time.
    fn network(&self, method: &str) -> Vec<Value> {
        let log = self.runtime.block_on(self.session().get_log("performance")).unwrap();
        let messages = log
            .iter()
            .map(|entry| serde_json::from_str::<Value>(&entry.message).unwrap()["message"].take());
        let matching = messages.filter(|message| message["method"] == method);
        matching.map(|mut message| message["params"].take()).collect()
    }

    /// The text of the printed page.
    pub fn paper(&self) -> String {
        let pdf = self.runtime.block_on(self.session().print_page(PrintParameters::default()));
        text_from_pdf(&pdf.unwrap())
    }

    /// Saves a picture of the page in target/screenshots, at most 2400 pixels high.
    #[track_caller]
    pub fn screenshot(&self, name: &str) -> &Self {
        const TALLEST: u32 = 2400;
        let directory = workspace().join("target/screenshots");
        fs::create_dir_all(&directory).unwrap();
        let width = self.width.get();
        let height = self.value::<u32>("document.documentElement.scrollHeight").min(TALLEST);
        self.metrics(width, height);
        let file = directory.join(format!("{name}.png"));
        self.runtime.block_on(self.session().screenshot(&file)).unwrap();
        self.metrics(width, HEIGHT)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // If this fails, the browser ends with chromedriver.
            let _ = self.runtime.block_on(session.quit());
        }
    }
}

fn text_at(message: &Value, pointer: &str) -> String {
    message.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn text_from_pdf(pdf: &[u8]) -> String {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let read = Command::new("pdftotext").arg("-layout").arg(file.path()).arg("-").output();
    let read = read.unwrap_or_else(|error| {
        panic!("cannot run pdftotext ({error}): run `cargo xtask test --only browser`")
    });
    String::from_utf8(read.stdout).unwrap()
}
