//! Small tools for text that know nothing of books or Docker.

pub mod nearest;
pub mod position;
pub mod splice;
