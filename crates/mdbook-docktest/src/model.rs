//! The data types that the stages of the pipeline exchange.

pub(crate) mod engine_versions;
pub(crate) mod fence;
pub(crate) mod finding;
pub(crate) mod markdown;
pub(crate) mod page_id;
pub(crate) mod partition;
pub(crate) mod recording;
pub(crate) mod remedy;
pub(crate) mod scenario;
pub(crate) mod status;
pub(crate) mod stream;
pub(crate) mod values;
