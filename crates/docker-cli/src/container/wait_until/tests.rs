use std::net::TcpListener;

use super::*;
use crate::port::Port;

#[test]
fn a_connection_that_is_closed_at_once_does_not_count() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    // Not accepted yet: the kernel has completed the handshake.
    connect(address).unwrap();
    let (_first, _) = listener.accept().unwrap();
    let closing = thread::spawn(move || drop(listener.accept().unwrap()));
    let error = connect(address).unwrap_err();
    closing.join().unwrap();
    assert_eq!(error.to_string(), "it closes connections");
    // Nothing listens any more.
    assert_eq!(connect(address).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn a_port_on_all_addresses_is_reached_on_this_machine() {
    let with = |address: &str| {
        let port: Port = "80".parse().unwrap();
        super::address(&Publication::new(port, address, "8080")).unwrap().to_string()
    };
    for (published, reached) in [
        ("", "127.0.0.1:8080"),
        ("0.0.0.0", "127.0.0.1:8080"),
        ("::", "[::1]:8080"),
        ("10.0.0.2", "10.0.0.2:8080"),
    ] {
        assert_eq!(with(published), reached);
    }
}

#[test]
fn what_was_found_is_on_one_line_and_more_on_demand() {
    let lines = vec!["starting".to_owned(), "no space left ".to_owned()];
    let late = NotReady::new("db".to_owned(), "a line with `ready`", lines);
    let late = late.after(Duration::from_secs(30));
    assert_eq!(
        late.to_string(),
        "container `db` is not ready after 30s: waited for a line with `ready`, but its last line was \
         `no space left`"
    );
    let check =
        NotReady::new("db".to_owned(), "a successful health check", vec!["starting".to_owned()]);
    let check = check.because("the last one exited with 1: no route\nto host".to_owned());
    assert_eq!(
        format!("{check:#}"),
        "container `db` cannot become ready: waited for a successful health check, but the last one \
         exited with 1: no route\n  to host\n  starting"
    );
    let state = State { exit_code: 3, ..State::default() };
    let ended = NotReady::new("db".to_owned(), "a line", Vec::new())
        .ended(state.exit_code, state.error.clone());
    assert_eq!(
        ended.to_string(),
        "container `db` ended with exit status 3: waited for a line, but it printed nothing"
    );
}
