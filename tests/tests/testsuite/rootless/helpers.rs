//! Programs of the user's that the run starts on the machine, outside of its engine.

use std::fs;
use std::os::unix::fs::MetadataExt;

use testsuite::{Book, Hub, User};

const REGISTRY: &str = "registry.example.com";

/// Notes who asks, and knows the password.
const HELPER: &str = r#"
read registry
echo "$1 $registry $(id -u)" >>"$HOME/asked"
echo '{"Username":"ana","Secret":"open-sesame"}'
"#;

/// In the program's user namespace it would have ID 0, and no keyring or agent of the user's would answer it.
#[test]
fn a_credential_helper_runs_as_the_user() {
    let hub = Hub::start();
    hub.user("ana", "open-sesame");
    let user = User::shared();
    user.gets_program("docker-credential-notes", HELPER);
    let config = format!(r#"{{"credHelpers":{{"{REGISTRY}":"notes"}}}}"#);
    user.gets_file("login/config.json", &config);
    // Others cannot read the hub's own.
    user.gets_file("login/authority.pem", &fs::read_to_string(hub.authority()).unwrap());
    let book =
        Book::new().step(&format!("docker run --rm {REGISTRY}/team/app:1")).output("team/app\n");
    let home = user.home();
    let outcome = user
        .runs(book.to_verify())
        .in_network(&hub)
        .env("DOCKER_CONFIG", home.join("login"))
        .env("SSL_CERT_FILE", home.join("login/authority.pem"))
        .env("XDG_CACHE_HOME", home.join(".cache"))
        .run();
    outcome.exits(0).finds_nothing().keeps_quiet_about("open-sesame");
    outcome.tells("engine: process, in a user namespace, because this user is not root\n");
    let owner = fs::metadata(home).unwrap().uid();
    let asked = fs::read_to_string(home.join("asked")).unwrap();
    assert!(!asked.is_empty(), "{outcome}");
    for line in asked.lines() {
        assert_eq!(line, format!("get {REGISTRY} {owner}"));
    }
}
