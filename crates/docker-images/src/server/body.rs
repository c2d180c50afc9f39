//! The content of a request, which HTTP frames by its length or in chunks (RFC 9112, sections 6 and 7).

use std::io::{self, BufRead, Read, Write};

/// The longest line between chunks, in bytes.
const LINE_LIMIT: u64 = 1 << 10;

/// The most trailers after the last chunk. They are not used.
const TRAILERS_LIMIT: usize = 16;

/// How the content is framed, and how much of it there is still to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// This many bytes.
    Length(u64),
    /// A line with the size of a chunk.
    ChunkSize,
    /// This many bytes of a chunk, and the line end after it.
    Chunk(u64),
}

/// The content of a request. Reading fails if the client closes the connection before the end.
pub(super) struct Body<'a> {
    reader: &'a mut dyn BufRead,
    framing: Framing,
    /// Where to say that the content is wanted, if the client waits for that before it sends it.
    waiting: Option<&'a mut dyn Write>,
}

impl<'a> Body<'a> {
    pub(super) fn new(
        reader: &'a mut dyn BufRead,
        framing: Framing,
        waiting: Option<&'a mut dyn Write>,
    ) -> Self {
        Self { reader, framing, waiting }
    }

    /// Whether all of the content was read, so that the next request begins here.
    pub(super) fn is_finished(&self) -> bool {
        self.framing == Framing::Length(0)
    }

    fn read_part(&mut self, limit: u64, buffer: &mut [u8]) -> io::Result<u64> {
        match self.reader.take(limit).read(buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            length => Ok(length as u64),
        }
    }

    /// The next line with its end, which is two bytes.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.reader.take(LINE_LIMIT).read_until(b'\n', &mut line)?;
        if line.ends_with(b"\r\n") { Ok(line) } else { Err(malformed()) }
    }

    fn chunk_size(&mut self) -> io::Result<u64> {
        match httparse::parse_chunk_size(&self.line()?) {
            Ok(httparse::Status::Complete((_, size))) => Ok(size),
            Ok(httparse::Status::Partial) | Err(_) => Err(malformed()),
        }
    }

    fn skip_trailers(&mut self) -> io::Result<()> {
        for _ in 0..TRAILERS_LIMIT {
            if self.line()? == b"\r\n" {
                return Ok(());
            }
        }
        Err(malformed())
    }
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.is_finished() {
            return Ok(0);
        }
        if let Some(client) = self.waiting.take() {
            client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        loop {
            match self.framing {
                Framing::Length(0) => return Ok(0),
                Framing::Length(left) => {
                    let length = self.read_part(left, buffer)?;
                    self.framing = Framing::Length(left - length);
                    return Ok(length as usize);
                }
                Framing::ChunkSize => match self.chunk_size()? {
                    0 => {
                        self.skip_trailers()?;
                        self.framing = Framing::Length(0);
                    }
                    size => self.framing = Framing::Chunk(size),
                },
                Framing::Chunk(0) => {
                    if self.line()? != b"\r\n" {
                        return Err(malformed());
                    }
                    self.framing = Framing::ChunkSize;
                }
                Framing::Chunk(left) => {
                    let length = self.read_part(left, buffer)?;
                    self.framing = Framing::Chunk(left - length);
                    return Ok(length as usize);
                }
            }
        }
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "malformed chunk")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(mut sent: &[u8], framing: Framing) -> (io::Result<Vec<u8>>, usize) {
        let mut content = Vec::new();
        let mut body = Body::new(&mut sent, framing, None);
        let result = body.read_to_end(&mut content);
        assert_eq!(body.is_finished(), result.is_ok());
        (result.map(|_| content), sent.len())
    }

    #[test]
    fn content_ends_where_its_framing_says() {
        let (content, left) = read(b"layerGET", Framing::Length(5));
        assert_eq!((content.unwrap(), left), (b"layer".to_vec(), 3));
        let chunks = b"3;x=y\r\nlay\r\n2\r\ner\r\n0\r\nTrailer: 1\r\n\r\nGET";
        let (content, left) = read(chunks, Framing::ChunkSize);
        assert_eq!((content.unwrap(), left), (b"layer".to_vec(), 3));
    }

    #[test]
    fn content_that_is_cut_off_is_an_error() {
        let cut = |sent: &[u8], framing| read(sent, framing).0.unwrap_err().kind();
        assert_eq!(cut(b"laye", Framing::Length(5)), io::ErrorKind::UnexpectedEof);
        assert_eq!(cut(b"5\r\nlaye", Framing::ChunkSize), io::ErrorKind::UnexpectedEof);
        for sent in ["5\r\nlayer", "5\r\nlayer\r\n", "0\r\n", "0\r\nTrailer: 1\r\n", ""] {
            assert_eq!(cut(sent.as_bytes(), Framing::ChunkSize), io::ErrorKind::InvalidData);
        }
    }

    #[test]
    fn malformed_chunks_are_an_error() {
        let line = format!("1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(1 << 10));
        let trailers = format!("0\r\n{}\r\n", "Trailer: 1\r\n".repeat(16));
        for sent in ["x\r\n", "1\nx\r\n0\r\n\r\n", "1\r\nxy\r\n0\r\n\r\n", &line, &trailers] {
            let error = read(sent.as_bytes(), Framing::ChunkSize).0.unwrap_err();
            assert_eq!(error.to_string(), "malformed chunk", "{sent}");
        }
    }

    #[test]
    fn a_client_that_waits_is_answered_before_the_first_byte_is_read() {
        let (mut sent, mut answer) = (&b"ab"[..], Vec::new());
        let mut body = Body::new(&mut sent, Framing::Length(2), Some(&mut answer));
        body.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    }

    proptest! {
        #[test]
        fn what_is_sent_in_chunks_is_read(
            chunks in proptest::collection::vec("[a-z\r\n]{1,40}", 0..6),
        ) {
            let sent: String =
                chunks.iter().map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len())).collect();
            let (content, left) = read(format!("{sent}0\r\n\r\n").as_bytes(), Framing::ChunkSize);
            prop_assert_eq!((content.unwrap(), left), (chunks.concat().into_bytes(), 0));
        }
    }
}
