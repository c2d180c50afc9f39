//! `docker image history`

use crate::define::{command, record};
use crate::id::ImageId;
use crate::read;
use crate::time::Time;

command! {
    /// `docker image history`. It returns the steps of the image, the newest first.
    History = "image" "history" "--human=false" "--no-trunc" "--format={{json .}}" => Vec<Step>, read::json_lines;
}

record! {
    /// A step in which an image was built.
    Step {
        /// The image after this step; `<missing>` if it was built elsewhere.
        #[serde(rename = "ID")]
        id: String,
        /// When it was built.
        created_at: Time,
        /// The instruction of the Dockerfile, or the shell command.
        created_by: String,
        /// The size of what it adds, in bytes, as text.
        size: String,
        /// The message of the commit; else empty.
        comment: String,
    }
}

impl Step {
    /// The image after this step; `None` if it was built elsewhere.
    #[must_use]
    pub fn image(&self) -> Option<ImageId> {
        self.id.parse().ok()
    }

    /// The size of what it adds, in bytes.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.size.parse().ok()
    }
}
