//! A registry that denies access.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use super::*;
use crate::machine;

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_registry_that_gives_tokens_may_deny_access() {
    let registry = Registry::start("Bearer");
    let docker = docker();
    let error = docker.image().pull(registry.image()).call().unwrap_err();
    let Error::NoSuch { kind: ObjectKind::Image, name, failure } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*name, registry.image());
    assert!(failure.message.starts_with("pull access denied for "), "{error}");
    registry.denies(&docker);
}

#[test]
#[ignore = "needs an engine: run by cargo xtask test"]
fn a_registry_may_require_a_password() {
    let registry = Registry::start("Basic");
    let docker = docker();
    let error = docker.image().pull(registry.image()).call().unwrap_err();
    assert!(matches!(error, Error::AccessDenied(_)), "{error:?}");
    registry.denies(&docker);
}

/// A registry, where the engine runs, that denies everything. Anyone may ask it for a token, which
/// allows nothing.
pub(crate) struct Registry {
    process: Child,
    pub(crate) address: String,
}

/// Prints its port. Its argument is the scheme of authentication. Every system with dpkg has perl.
const REGISTRY: &str = r#"
    $| = 1;
    my $scheme = shift;
    my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:0") or die $!;
    my $port = $socket->sockport;
    print "$port\n";
    while (my $client = $socket->accept) {
        # Docker tries TLS first, and is refused.
        sysread $client, my $request, 9999;
        next unless $request =~ m"^\w+ (/\w+)";
        my $path = $1;
        my ($status, $body) = $path ne "/token" ? (401, "")
            : $request =~ /^Authorization:/m
            ? (401, '{"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]}')
            : (200, '{"token": "x"}');
        my $challenge = qq($scheme realm="http://127.0.0.1:$port/token",service="test");
        $challenge .= ',error="insufficient_scope"' if $path ne "/token" && $scheme eq "Bearer";
        print $client join "\r\n", "HTTP/1.1 $status", "Content-Type: application/json",
            "Connection: close", "WWW-Authenticate: $challenge", "", $body;
    } continue {
        close $client;
    }
"#;

impl Registry {
    pub(crate) fn start(scheme: &str) -> Self {
        let words = ["perl", "-MIO::Socket::INET", "-e", REGISTRY, scheme];
        let mut command = machine::command(words);
        let mut process = command.process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { process, address: format!("127.0.0.1:{}", port.trim()) }
    }

    /// An image there.
    fn image(&self) -> String {
        format!("{}/app", self.address)
    }

    /// Asserts that it accepts neither an image nor a password.
    fn denies(&self, docker: &Docker) {
        let images = docker.image();
        images.tag(image(), self.image()).call().unwrap();
        let login = docker.login().server(&self.address).username("me");
        for error in [
            images.push(self.image()).call().unwrap_err(),
            login.password_stdin().stdin(b"s3cret").call().unwrap_err(),
        ] {
            assert!(matches!(error, Error::AccessDenied(_)), "{error:?}");
        }
        images.rm([self.image()]).call().unwrap();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // With the process in front of it, which does not end it.
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
    }
}
