//! Doc-tests for Docker courses.
