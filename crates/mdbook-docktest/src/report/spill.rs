//! Texts that are not wanted for a while, in a file without a name instead of in memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Where they lie.
#[derive(Debug)]
pub(crate) struct Spill {
    file: File,
    end: u64,
}

/// Where one of them lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spilled {
    start: u64,
    length: usize,
}

impl Spill {
    /// A place for texts that is gone with the process.
    ///
    /// # Errors
    /// When there is no directory for temporary files.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, end: 0 })
    }

    /// Puts a text away.
    ///
    /// # Errors
    /// When there is no room.
    pub(crate) fn put(&mut self, text: &str) -> io::Result<Spilled> {
        let spilled = Spilled { start: self.end, length: text.len() };
        self.file.write_all_at(text.as_bytes(), self.end)?;
        self.end += text.len() as u64;
        Ok(spilled)
    }

    /// Fetches a text.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn get(&self, spilled: Spilled) -> io::Result<String> {
        let mut bytes = vec![0; spilled.length];
        self.file.read_exact_at(&mut bytes, spilled.start)?;
        String::from_utf8(bytes).map_err(io::Error::other)
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
