//! Doc-tests for Docker courses: the `mdbook-docktest` program.
//!
//! A chapter's shell blocks become a scenario; running it gives a recording; comparing both gives
//! findings; and the recording is put back into the chapter. Only `run` touches the world.
//!
//! This is a program. What it needs of itself is private; `internal` is for the workspace's own
//! tests, benchmarks and generators, and can change at any time.

mod accept;
mod book;
mod check;
mod cli;
mod command;
mod expect;
mod extract;
mod fix;
mod install;
mod model;
mod render;
mod report;
mod run;
mod site;
mod store;
mod terminal;
mod text;

pub use cli::Cli;
pub use command::execute;

#[doc(hidden)]
pub mod internal {
    pub use crate::book::settings::Settings;
    pub use crate::expect::{BUILTINS, Bindings, Builtin, Pattern, Placeholders};
    pub use crate::extract::attributes::{names_for_outputs, names_for_steps};
    pub use crate::extract::file_blocks::names_for_files;
    pub use crate::extract::image_uses::{ImageUse, ImageUses, UseKind, image_uses};
    pub use crate::extract::{Extensions, extract};
    pub use crate::install::Host;
    pub use crate::model::finding::{Code, Finding, Level, Severity};
    pub use crate::model::recording::{
        Change, Chunk, CommandRecording, ContainerSpec, Effect, End, Engine, Image, ImageOrigin,
        Mount, MountSource, ObjectKind, Origin, Port, Recording, StepRecording, Transcript,
    };
    pub use crate::model::scenario::{Scenario, Step};
    pub use crate::model::status::StepStatus;
    pub use crate::model::stream::{Columns, Stream};
    pub use crate::render::labels::{Entry as Label, Labels, Language, TABLE};
    pub use crate::render::page::{Page, Renderer, slug};
    pub use crate::render::render;
    pub use crate::render::verifications::{Entry as VerifiedChapter, verifications};
    pub use crate::store::files;
    pub use crate::store::inputs::Inputs;
    pub use crate::store::recording_file::RecordingFile;
    pub use crate::text::position::line_and_column;
}
