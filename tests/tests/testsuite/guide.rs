//! The examples of the author's guide.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use testsuite::examples;

/// The number of examples at a time. Each has its own engine, and mostly waits for it.
const AT_ONCE: usize = 2;

#[test]
fn each_example_has_the_result_in_the_guide() {
    let examples = examples();
    assert!(!examples.is_empty(), "the guide has no examples");
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some(example) = examples.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(failure) = example.check() {
                failures.lock().unwrap().push(failure);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap();
    let count = failures.len();
    assert!(failures.is_empty(), "{count} of {}:\n{}", examples.len(), failures.join("\n\n"));
}
