//! A browser that a test looks at a page with.

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

/// Nothing but the page, and no request to anyone: in particular, no name is ever looked up.
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

/// How high the view is.
const HEIGHT: u32 = 900;

/// How long a condition may take to become true on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// mdBook's themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as mdBook calls them")]
pub enum Theme {
    Light,
    Rust,
    Coal,
    Navy,
    Ayu,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Light, Self::Rust, Self::Coal, Self::Navy, Self::Ayu];

    /// Its class on the page's root element.
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

/// How wide a reader's page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 1200 pixels.
    Desktop,
    /// 360 pixels, as small phones have.
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
    /// None once it has quit.
    session: Option<WebDriver>,
    width: Cell<Width>,
    _driver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Starts one, as wide as a desktop's.
    pub fn start() -> Self {
        let profile = TempDir::with_prefix("browser-tests-").unwrap();
        let mut capabilities = ChromeCapabilities::new();
        for flag in FLAGS {
            capabilities.add_arg(flag).unwrap();
        }
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        capabilities.add_arg(&profile_flag).unwrap();
        // What `requests` reads.
        capabilities.set_logging_prefs("performance", LoggingPrefsLogLevel::All).unwrap();
        let driver = Chromedriver::start();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let session = runtime.block_on(WebDriver::new(driver.url(), capabilities));
        let session = session.unwrap_or_else(|error| panic!("no browser starts: {error}"));
        // axe-core looks at each element of a long page, which takes a busy machine its time.
        runtime.block_on(session.set_script_timeout(4 * PATIENCE)).unwrap();
        let width = Cell::new(Width::Desktop);
        let browser =
            Self { runtime, session: Some(session), width, _driver: driver, _profile: profile };
        browser.view(Width::Desktop);
        browser
    }

    fn session(&self) -> &WebDriver {
        self.session.as_ref().unwrap()
    }

    /// Makes the view this wide. mdBook's script asks once, so that comes before [`Self::open`].
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

    /// Opens a page, and returns when it is loaded, with its fonts.
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

    /// Has the page believe in this medium, and in these of its features.
    pub fn media(&self, medium: &str, features: &[(&str, &str)]) -> &Self {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.cdp("Emulation.setEmulatedMedia", json!({"media": medium, "features": features}));
        self
    }

    /// Whether scripts of pages run that are opened from now on.
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

    /// Runs the body of a JavaScript function in the page, and returns what it returns.
    #[track_caller]
    pub fn call<T: DeserializeOwned>(&self, body: &str, arguments: &[Value]) -> T {
        let answer = self.runtime.block_on(self.session().execute(body, arguments.to_vec()));
        let answer = answer.unwrap_or_else(|error| panic!("{error}\n{body}"));
        answer.convert().unwrap_or_else(|error| panic!("{error}\n{body}"))
    }

    /// Runs the body of a JavaScript function in the page, and returns what it gives to `done`.
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

    /// The text of the one element that a selector finds.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        self.call("return document.querySelector(arguments[0]).textContent", &[json!(selector)])
    }

    /// How many elements a selector finds.
    #[track_caller]
    pub fn count(&self, selector: &str) -> usize {
        self.call("return document.querySelectorAll(arguments[0]).length", &[json!(selector)])
    }

    /// Unfolds all that is folded.
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

    /// Returns as soon as a JavaScript expression is true.
    #[track_caller]
    pub fn until(&self, expression: &str) -> &Self {
        let begin = Instant::now();
        while !self.value::<bool>(expression) {
            assert!(begin.elapsed() < PATIENCE, "it never became true: {expression}");
        }
        self
    }

    /// Presses keys, one after the other.
    #[track_caller]
    pub fn press(&self, keys: impl Into<TypingData>) -> &Self {
        let chain = self.session().action_chain().send_keys(keys);
        self.runtime.block_on(chain.perform()).unwrap();
        self
    }

    /// Clicks on the element at a place among those that a selector finds.
    #[track_caller]
    pub fn click(&self, selector: &str, place: usize) -> &Self {
        self.runtime.block_on(async {
            let found = self.session().find_all(By::Css(selector)).await.unwrap();
            found[place].scroll_into_view().await.unwrap();
            self.session().action_chain().click_element(&found[place]).perform().await.unwrap();
        });
        self
    }

    /// The URLs that pages have requested since the last look at the network.
    pub fn requests(&self) -> Vec<String> {
        let sent = self.network("Network.requestWillBeSent");
        let urls = sent.iter().map(|message| text_at(message, "/request/url"));
        // The browser's own first page, which is in it.
        urls.filter(|url| !url.starts_with("chrome://")).collect()
    }

    /// Returns as soon as a page has requested a URL: the log is written a little later.
    #[track_caller]
    pub fn until_requested(&self, url: &str) {
        let begin = Instant::now();
        while !self.requests().iter().any(|requested| requested == url) {
            assert!(begin.elapsed() < PATIENCE, "it was never requested: {url}");
        }
    }

    /// What was requested since the last look at the network, and was not there: status and URL.
    pub fn failures(&self) -> Vec<String> {
        let responses = self.network("Network.responseReceived");
        let status = |message: &Value| message.pointer("/response/status").unwrap().clone();
        let failed = responses.iter().filter(|message| status(message).as_u64() >= Some(400));
        failed
            .map(|message| format!("{} {}", status(message), text_at(message, "/response/url")))
            .collect()
    }

    /// The parameters of the messages of a kind since the last look.
    fn network(&self, method: &str) -> Vec<Value> {
        let log = self.runtime.block_on(self.session().get_log("performance")).unwrap();
        let messages = log
            .iter()
            .map(|entry| serde_json::from_str::<Value>(&entry.message).unwrap()["message"].take());
        let of_kind = messages.filter(|message| message["method"] == method);
        of_kind.map(|mut message| message["params"].take()).collect()
    }

    /// The text of the page as it is printed.
    pub fn paper(&self) -> String {
        let pdf = self.runtime.block_on(self.session().print_page(PrintParameters::default()));
        text_of_pdf(&pdf.unwrap())
    }

    /// Keeps a picture of the page in target/screenshots, down to where a reader would be tired.
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
            // chromedriver, which ends next, takes along what does not quit.
            let _ = self.runtime.block_on(session.quit());
        }
    }
}

fn text_at(message: &Value, pointer: &str) -> String {
    message.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn text_of_pdf(pdf: &[u8]) -> String {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let read = Command::new("pdftotext").arg("-layout").arg(file.path()).arg("-").output();
    let read = read.unwrap_or_else(|error| {
        panic!("cannot run pdftotext ({error}): run `cargo xtask test --only browser`")
    });
    String::from_utf8(read.stdout).unwrap()
}
