//! What steps can reach of the machine that they run on.

use std::fs;

use testsuite::{Book, Program, User, control_groups};

use crate::rootless;

/// Looks for words in all that can be read of processes, without having them among its own arguments.
const SEARCH: &str = r#"mkdir /tmp/seen
setsid -f sh -c 'while :; do
    grep -aohE "[p]lanted-(token|password|control)" /proc/[0-9]*/environ /proc/[0-9]*/cmdline \
        >>/tmp/seen/words 2>/dev/null
    echo >>/tmp/seen/rounds
done'
WORD=planted-control setsid -f sleep 600"#;

/// A chapter with a step of each sort, while another looks for words.
fn watched(book: Book) -> Book {
    book.step(SEARCH)
        .step("echo one | cat | wc -l; cat <<EOF\ntwo\nEOF")
        .step_with("tty", "docker run --rm -it alpine tty")
        .step_with("tty stdin=\"three\\n\"", "read -p '? ' -r word; echo \"$word\"")
        .step("(sleep 0.5; echo four) & docker run -d --name app -p 8080:80 alpine sleep 600")
        .step_with("until=\"^3\"", "i=0; while :; do echo $i; i=$((i + 1)); sleep 0.1; done")
        .step("printf 'FROM alpine\\nRUN rm /etc/passwd\\n' >Dockerfile; docker build -q -t own .")
        .step_with("exit=any", "exit 3")
        .step("until [ -s /tmp/seen/words ]; do sleep 0.1; done; sort -u /tmp/seen/words")
        .output("planted-control\n")
        .step_with("cleanup", "docker rm -f app; docker rmi own")
}

#[test]
fn the_authors_environment_is_never_readable() {
    let plant = |program: Program| {
        program
            .env("PLANTED", "planted-token")
            .env("HTTPS_PROXY", "http://author:planted-password@127.0.0.1:9")
    };
    let book = watched(Book::new().with_alpine());
    plant(book.to_verify()).run().exits(0).finds_nothing();

    let user = User::shared();
    let book = watched(rootless::book(&user));
    plant(user.runs(book.to_verify())).run().exits(0).finds_nothing();
}

#[test]
fn the_machines_kernel_devices_and_control_groups_stay_as_they_are() {
    let count = || fs::read_to_string("/proc/sys/vm/max_map_count").unwrap();
    let before = count();
    let network = fs::read_link("/proc/self/ns/net").unwrap();
    let book = Book::new()
        .with_alpine()
        .step_with("exit=any", "sysctl -w vm.max_map_count=70001")
        .step_with("exit=1", "echo 70002 >/proc/sys/vm/max_map_count")
        .step_with("exit=1", "date -s \"@$(date +%s)\"")
        .step_with("exit=1", "mknod /tmp/disk b 7 0")
        .step_with(
            "exit=any",
            "for group in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $group/intruder; done",
        )
        .step("sysctl -w net.ipv4.ip_forward=1; hostname own; hostname")
        .output("net.ipv4.ip_forward = 1\nown\n")
        .step("docker run --rm -m 64m --pids-limit 50 --cpus 0.5 --hostname h alpine hostname")
        .output("h\n")
        .step(
            "docker run --rm --privileged alpine sh -c 'mount -t tmpfs none /mnt && echo mounted'",
        )
        .output("mounted\n")
        // No process in sight is in the machine's network.
        .step("readlink /proc/[0-9]*/ns/net | sort -u");
    let outcome = book.verify();
    outcome.exits(0);
    assert_eq!(count(), before);
    assert!(outcome.output(3).contains("Operation not permitted"), "{outcome}");
    assert!(outcome.output(4).contains("Operation not permitted"), "{outcome}");
    assert_eq!(control_groups("intruder"), [""; 0].map(std::path::PathBuf::from));
    assert!(outcome.output(5).contains("/intruder’: Read-only file system"), "{outcome}");
    let networks = outcome.output(9);
    assert!(networks.starts_with("net:["), "{networks}");
    assert!(!networks.contains(network.to_str().unwrap()), "{networks}");
}
