//! Connections that speak HTTP/1.1: one request after the other, each with one answer.
//!
//! Not with `tiny_http`: it ends the thread that accepts connections by connecting to its address, which is
//! another one in the network namespace of whoever drops it; its threads for connections cannot be ended or
//! waited for; and it reads lines of any length into memory.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};

use super::body::{Body, Framing};
use super::response::Response;

/// The longest request without its content, in bytes.
const HEAD_LIMIT: u64 = 16 << 10;

/// The most headers of a request. Docker sends about six.
const HEADERS_LIMIT: usize = 64;

/// How long a client may neither send nor receive anything.
const IDLE_LIMIT: Duration = Duration::from_secs(300);

/// How long and how much, in bytes, a client may go on sending what is not read any longer.
const LINGER_LIMIT: (Duration, u64) = (Duration::from_secs(1), 1 << 20);

/// A request, with its content still to be read.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Body<'a>,
}

/// A request without its content.
struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    is_http_1_0: bool,
}

/// Answers requests until the client or an error ends the connection.
pub(super) fn serve(
    stream: &TcpStream,
    answer: impl Fn(&mut Request<'_>) -> Response,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE_LIMIT))?;
    stream.set_write_timeout(Some(IDLE_LIMIT))?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(lines) = read_head(&mut reader)? {
        let request = lines.and_then(|lines| {
            let head = Head::parse(&lines)?;
            let framing = head.framing()?;
            Ok((head, framing))
        });
        let (head, framing) = match request {
            Ok(request) => request,
            Err(status) => {
                Response::new(status).write(&mut writer, true, true)?;
                return linger(stream);
            }
        };
        let (is_head, mut closes) = (head.method == Method::HEAD, head.closes());
        let mut interim = stream;
        let waiting = head.waits().then_some(&mut interim as &mut dyn Write);
        let Head { method, uri, headers, .. } = head;
        let body = Body::new(&mut reader, framing, waiting);
        let mut request = Request { method, uri, headers, body };
        let response = answer(&mut request);
        let is_finished = request.body.is_finished();
        closes |= !is_finished;
        response.write(&mut writer, !is_head, closes)?;
        if !is_finished {
            return linger(stream);
        }
        if closes {
            break;
        }
    }
    Ok(())
}

/// Waits until the client has noticed that the connection ends. A connection that is closed while the client
/// is still sending is reset, and the client may lose the answer.
fn linger(stream: &TcpStream) -> io::Result<()> {
    let (time, size) = LINGER_LIMIT;
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(time))?;
    io::copy(&mut Read::take(stream, size), &mut io::sink())?;
    Ok(())
}

/// The lines of the next request up to its content; `None` if the client has closed the connection, and a
/// status if they are too long.
fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, StatusCode>>> {
    // A client that speaks TLS, as Docker does first to a registry on its own machine, waits for an answer
    // before it sends a line end.
    let first = loop {
        match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            bytes => break bytes?.first().copied(),
        }
    };
    if first.is_some_and(|byte| !byte.is_ascii_alphabetic() && !matches!(byte, b'\r' | b'\n')) {
        return Ok(Some(Err(StatusCode::BAD_REQUEST)));
    }
    let mut reader = reader.take(HEAD_LIMIT);
    let mut head = Vec::new();
    loop {
        let start = head.len();
        reader.read_until(b'\n', &mut head)?;
        match &head[start..] {
            // Empty lines before a request are ignored: RFC 9112, section 2.2.
            b"\r\n" | b"\n" if start == 0 => head.clear(),
            b"\r\n" | b"\n" => return Ok(Some(Ok(head))),
            line if line.ends_with(b"\n") => {}
            _ if reader.limit() == 0 => {
                return Ok(Some(Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)));
            }
            _ => return Ok(None),
        }
    }
}

impl Head {
    fn parse(lines: &[u8]) -> Result<Self, StatusCode> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_LIMIT];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(lines) {
            Ok(httparse::Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => {
                return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
            }
            Err(httparse::Error::Version) => return Err(StatusCode::HTTP_VERSION_NOT_SUPPORTED),
            Ok(httparse::Status::Partial) | Err(_) => return Err(StatusCode::BAD_REQUEST),
        }
        Self::convert(&request).ok_or(StatusCode::BAD_REQUEST)
    }

    fn convert(request: &httparse::Request<'_, '_>) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for header in request.headers.iter() {
            let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_bytes(header.value).ok()?);
        }
        Some(Self {
            method: request.method?.parse().ok()?,
            uri: request.path?.parse().ok()?,
            headers,
            is_http_1_0: request.version == Some(0),
        })
    }

    /// How the content is framed: RFC 9112, section 6.3. What is ambiguous is refused.
    fn framing(&self) -> Result<Framing, StatusCode> {
        let lengths = self.headers.get_all(header::CONTENT_LENGTH);
        let encodings: Vec<&HeaderValue> =
            self.headers.get_all(header::TRANSFER_ENCODING).iter().collect();
        let mut lengths = lengths.iter();
        match (lengths.next(), &encodings[..]) {
            (None, []) => Ok(Framing::Length(0)),
            (None, [encoding]) if encoding.as_bytes().eq_ignore_ascii_case(b"chunked") => {
                Ok(Framing::ChunkSize)
            }
            (None, _) => Err(StatusCode::NOT_IMPLEMENTED),
            (Some(length), []) if lengths.next().is_none() => {
                let digits = length.to_str().ok().filter(|text| !text.starts_with('+'));
                let length = digits.and_then(|digits| digits.parse().ok());
                length.map(Framing::Length).ok_or(StatusCode::BAD_REQUEST)
            }
            (Some(_), _) => Err(StatusCode::BAD_REQUEST),
        }
    }

    /// Whether the client wants the connection to end after the answer.
    fn closes(&self) -> bool {
        let is_said = |option| {
            let values = self.headers.get_all(header::CONNECTION).iter();
            let mut options =
                values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
            options.any(|value| value.trim().eq_ignore_ascii_case(option))
        };
        is_said("close") || self.is_http_1_0 && !is_said("keep-alive")
    }

    /// Whether the client waits for an interim answer before it sends the content.
    fn waits(&self) -> bool {
        let expected = self.headers.get(header::EXPECT).map(HeaderValue::as_bytes);
        !self.is_http_1_0
            && expected.is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue"))
    }
}

impl Request<'_> {
    /// The value of a header, if it is text.
    pub(super) fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of a parameter in the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters(name).into_iter().next()
    }
    /// The values of all parameters of this name in the query.
    pub(super) fn parameters(&self, name: &str) -> Vec<String> {
        let query = self.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
    }
}
