//! Programs of the user's that the run starts on the machine, outside of its engine.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::thread;

use testsuite::{Book, User};

/// A registry that lets nobody in. Returns its name.
fn closed_registry() -> String {
    const ANSWER: &[u8] =
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"closed\"\r\n\
        Content-Length: 0\r\nConnection: close\r\n\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = listener.local_addr().unwrap().to_string();
    // It ends with the process.
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut head = [0; 4096];
            let _ = client.read(&mut head).and_then(|_| client.write_all(ANSWER));
        }
    });
    name
}

/// In the program's user namespace it would have ID 0, and no keyring or agent of the user's would talk to it.
#[test]
fn a_credential_helper_runs_as_the_user() {
    let user = User::shared();
    let registry = closed_registry();
    user.gets_program(
        "docker-credential-notes",
        r#"
read registry
echo "$1 $registry $(id -u)" >>"$HOME/asked"
echo '{"Username":"ana","Secret":"open-sesame"}'
"#,
    );
    let config = format!(r#"{{"credHelpers":{{"{registry}":"notes"}}}}"#);
    user.gets_file("login/config.json", &config);
    let book = Book::new().step(&format!("docker run --rm {registry}/team/app:1"));
    let outcome = user.runs(book.to_verify()).env("DOCKER_CONFIG", user.home().join("login")).run();
    outcome.exits(3).keeps_quiet_about("open-sesame");
    outcome.tells("engine: process, in a user namespace, because this user is not root\n");
    let owner = fs::metadata(user.home()).unwrap().uid();
    let asked = fs::read_to_string(user.home().join("asked")).unwrap();
    assert!(!asked.is_empty(), "{outcome}");
    for line in asked.lines() {
        assert_eq!(line, format!("get {registry} {owner}"));
    }
}
