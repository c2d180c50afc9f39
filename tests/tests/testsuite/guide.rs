//! The author's guide: what it shows is so.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use testsuite::examples;

/// Each example has an engine of its own, which is started in a third of a second and then waits.
const AT_ONCE: usize = 2;

#[test]
fn each_example_does_what_the_guide_says() {
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
