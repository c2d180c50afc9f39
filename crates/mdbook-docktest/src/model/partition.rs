//! One of several parts of the chapters, each of which another machine runs.

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;

/// One of several parts: `2/3` is the second of three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// The part's number, from 1 to `of`.
    number: NonZero<usize>,
    of: NonZero<usize>,
}

/// A text that is not a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use e.g. `2/3` for the second of three parts")]
pub struct InvalidPartition;

impl Partition {
    /// Returns the part's index, from 0.
    pub(crate) fn index(self) -> usize {
        self.number.get() - 1
    }

    /// Returns the number of parts.
    pub(crate) fn of(self) -> NonZero<usize> {
        self.of
    }
}

impl FromStr for Partition {
    type Err = InvalidPartition;

    fn from_str(text: &str) -> Result<Self, InvalidPartition> {
        let (number, of) = text.split_once('/').ok_or(InvalidPartition)?;
        let parse = |number: &str| {
            // `parse` would also take a sign.
            let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse().ok().filter(|_| is_number).ok_or(InvalidPartition)
        };
        let partition = Self { number: parse(number)?, of: parse(of)? };
        if partition.number > partition.of { Err(InvalidPartition) } else { Ok(partition) }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_one_of_those_that_there_are() {
        let partition: Partition = "2/3".parse().unwrap();
        assert_eq!((partition.index(), partition.of().get()), (1, 3));
        assert_eq!(partition.to_string(), "2/3");
        assert_eq!("1/1".parse::<Partition>().unwrap().index(), 0);
        for text in ["", "1", "0/3", "4/3", "1/0", "-1/3", "+1/3", "1/3/5", "a/b", "1 / 3"] {
            assert_eq!(text.parse::<Partition>(), Err(InvalidPartition), "{text}");
        }
    }
}
