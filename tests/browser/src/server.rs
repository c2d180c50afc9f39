//! An HTTP server for a site below a path, as GitHub Pages serves a project's site.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// The `site-url` of the tests' sites.
pub(crate) const SITE_URL: &str = "/cours/volumes/";

/// A server on a free port of the loopback interface. It ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the files of a directory below the path of [`Self::page`], and its 404.html for every other
    /// path.
    pub fn start(directory: PathBuf) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let ends = Arc::new(AtomicBool::new(false));
        let has_ended = Arc::clone(&ends);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if has_ended.load(Ordering::Relaxed) {
                    break;
                }
                let directory = directory.clone();
                // In a thread, as a browser opens several connections at once, and may not send a
                // request on each. It may also close one before the answer.
                thread::spawn(move || stream.and_then(|stream| answer(&stream, &directory)));
            }
        });
        Self { address, ends, thread: Some(thread) }
    }

    /// The address of a page of the site.
    pub fn page(&self, path: &str) -> String {
        format!("http://{}{SITE_URL}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // Wakes the thread, which waits for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: &TcpStream, directory: &Path) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let Some(request) = lines.next().transpose()? else { return Ok(()) };
    // Closing a connection with unread data would discard the answer.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let target = request.split(' ').nth(1).unwrap_or_default();
    let file = file_for(target).map(|path| directory.join(path));
    let (status, file) = match file.filter(|file| file.is_file()) {
        Some(file) => ("200 OK", file),
        None => ("404 Not Found", directory.join("404.html")),
    };
    let body = fs::read(&file)?;
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        media_type(&file),
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if request.starts_with("HEAD ") { Ok(()) } else { stream.write_all(&body) }
}

/// The file for a request's target, relative to the site's directory.
fn file_for(target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix(SITE_URL)?;
    let path = if path.is_empty() { "index.html" } else { path };
    let path = PathBuf::from(path);
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_site_are_served() {
        let file = |target| file_for(target).map(|path| path.display().to_string());
        assert_eq!(file("/cours/volumes/").as_deref(), Some("index.html"));
        assert_eq!(file("/cours/volumes/a/b.html?x=1").as_deref(), Some("a/b.html"));
        assert_eq!(file("/a.html"), None);
        assert_eq!(file("/cours/volumes/../a.html"), None);
        assert_eq!(file("/cours/volumes//etc/passwd"), None);
    }
}
