//! Texts that are not needed for a while, in an unnamed temporary file instead of in memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// How many bytes are written or read at once at least: one call of the system for several pages.
const PIECE: usize = 64 << 10;

/// The temporary file.
#[derive(Debug)]
pub(crate) struct Spill {
    file: File,
    /// How much is in the file.
    written: u64,
    /// What is to be written next.
    pending: Vec<u8>,
    /// What was read last, and where it begins in the file.
    read: Vec<u8>,
    read_from: u64,
}

/// The place of a text in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spilled {
    start: u64,
    length: usize,
}

impl Spill {
    /// Creates the file, which the system removes with the process.
    ///
    /// # Errors
    /// If there is no writable directory for temporary files.
    pub(crate) fn new() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { file, written: 0, pending: Vec::new(), read: Vec::new(), read_from: 0 })
    }

    /// Appends a text.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn put(&mut self, text: &str) -> io::Result<Spilled> {
        let start = self.written + self.pending.len() as u64;
        self.pending.extend_from_slice(text.as_bytes());
        if self.pending.len() >= PIECE {
            self.write()?;
        }
        Ok(Spilled { start, length: text.len() })
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.pending, self.written)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Reads a text, and with it some of those behind it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn get(&mut self, Spilled { start, length }: Spilled) -> io::Result<String> {
        let end = start + length as u64;
        if end > self.written {
            self.write()?;
        }
        if start < self.read_from || end > self.read_from + self.read.len() as u64 {
            let rest = usize::try_from(self.written - start).unwrap_or(usize::MAX);
            self.read.resize(length.max(PIECE).min(rest), 0);
            self.read_from = start;
            self.file.read_exact_at(&mut self.read, start)?;
        }
        let at = usize::try_from(start - self.read_from).map_err(io::Error::other)?;
        let text = simdutf8::basic::from_utf8(&self.read[at..at + length]);
        text.map(str::to_owned).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_in_any_order() {
        let mut spill = Spill::new().unwrap();
        let places = ["é\n", "", "three"].map(|text| spill.put(text).unwrap());
        let texts = [2, 0, 1].map(|index| spill.get(places[index]).unwrap());
        assert_eq!(texts, ["three", "é\n", ""]);
    }

    #[test]
    fn texts_are_written_and_read_in_pieces() {
        let text = |index: usize| format!("{index}").repeat(index * PIECE / 500);
        let mut spill = Spill::new().unwrap();
        let places: Vec<Spilled> = (0..60).map(|index| spill.put(&text(index)).unwrap()).collect();
        assert!(spill.written > PIECE as u64 && !spill.pending.is_empty());
        let orders = [(0..60).collect::<Vec<_>>(), (0..60).rev().collect(), vec![59, 3, 40, 3]];
        for index in orders.concat() {
            assert!(spill.get(places[index]).unwrap() == text(index), "{index}");
        }
        let more = spill.put("more").unwrap();
        assert_eq!(spill.get(more).unwrap(), "more");
    }
}
