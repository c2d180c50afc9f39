//! Texts that are not needed for a while, in an unnamed temporary file instead of in memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The temporary file.
#[derive(Debug)]
pub(crate) struct Spill {
    file: File,
    end: u64,
    /// What was read last.
    buffer: Vec<u8>,
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
        Ok(Self { file: tempfile::tempfile()?, end: 0, buffer: Vec::new() })
    }

    /// Appends a text.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn put(&mut self, text: &str) -> io::Result<Spilled> {
        let spilled = Spilled { start: self.end, length: text.len() };
        self.file.write_all_at(text.as_bytes(), self.end)?;
        self.end += text.len() as u64;
        Ok(spilled)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn get(&mut self, spilled: Spilled) -> io::Result<String> {
        if self.buffer.len() < spilled.length {
            self.buffer.resize(spilled.length, 0);
        }
        let bytes = &mut self.buffer[..spilled.length];
        self.file.read_exact_at(bytes, spilled.start)?;
        simdutf8::basic::from_utf8(bytes).map(str::to_owned).map_err(io::Error::other)
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
}
