//! Answers that a test prescribes.

use std::time::Duration;

/// What a hub answers to requests for a repository, in place of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 429 for manifests, as from Docker Hub when its pull limit is reached.
    RateLimit {
        /// The value of the header `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// 404 for manifests.
    NotFound,
    /// 401 for manifests, even with a token.
    Denied,
    /// 500 for manifests.
    ServerError,
    /// Half of a blob, then the end of the connection.
    TruncatedBlobs,
    /// Blobs of the right length, in which one bit is wrong.
    DamagedBlobs,
    /// Half of a blob; the rest after this time.
    SlowBlobs(Duration),
}

impl Answer {
    /// Whether this is for blobs; else it is for manifests.
    pub(crate) fn is_for_blobs(&self) -> bool {
        matches!(self, Self::TruncatedBlobs | Self::DamagedBlobs | Self::SlowBlobs(_))
    }
}

/// An answer to the requests for a repository.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) repository: String,
    pub(crate) answer: Answer,
    /// Whether it is for the next request only.
    pub(crate) once: bool,
}

/// Takes the answer to a request for a repository from the rules. The last one applies.
pub(crate) fn answer(rules: &mut Vec<Rule>, repository: &str, blob: bool) -> Option<Answer> {
    let applies = |rule: &Rule| rule.repository == repository && rule.answer.is_for_blobs() == blob;
    let index = rules.iter().rposition(applies)?;
    if rules[index].once {
        return Some(rules.remove(index).answer);
    }
    Some(rules[index].answer.clone())
}
