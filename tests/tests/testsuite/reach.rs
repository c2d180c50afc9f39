//! What steps can reach of the machine that they run on.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use docker_sandbox::prepared_directory;
use testsuite::{Book, Engine, Program, control_groups, program};

use crate::{dind, rootless};

/// Looks for words in all that can be read of processes, without having them among its own arguments.
const SEARCH: &str = r#"mkdir /tmp/seen
setsid -f sh -c 'while :; do
    grep -aohE "[p]lanted-(token|password|control|moment)" /proc/[0-9]*/environ /proc/[0-9]*/cmdline \
        >>/tmp/seen/words 2>/dev/null
    echo >>/tmp/seen/rounds
done'
WORD=planted-control setsid -f sleep 600"#;

/// Steps of each sort: how many, their attributes and their scripts. Those with containers are fewer, as Docker takes its
/// time for each.
const SORTS: [(usize, &str, &str); 11] = [
    // Proves that the search finds what is there for a moment.
    (100, "", "echo one | cat | wc -l; WORD=planted-moment sleep 0.02"),
    (100, "", "cat <<EOF\n$(echo two)\nEOF"),
    (100, "tty", "tty"),
    (100, "tty stdin=\"three\\n\"", "read -p '? ' -r word; echo \"$word\""),
    (100, "stdin=\"four\\n\"", "read -r word; echo \"$word\""),
    (100, "", "(sleep 0.01; echo five) & docker version --format {{.Server.Os}}"),
    (100, "until=\"^3\"", "i=0; while :; do echo $i; i=$((i + 1)); sleep 0.01; done"),
    (100, "exit=any", "exit 3"),
    (25, "tty", "docker exec -it app tty"),
    (25, "", "docker run --rm --network none alpine true"),
    (25, "", "docker build -q -t own ."),
];

/// A chapter with many steps of each sort, while another step looks for words. It has made more rounds after each sort.
fn watched(book: Book) -> Book {
    let mut book = book
        .step(SEARCH)
        .step("printf 'FROM alpine\\nRUN rm /etc/passwd\\n' >Dockerfile")
        .step("docker run -d --name app -p 8080:80 alpine sleep 600");
    for (count, attributes, script) in SORTS {
        book = book.step("wc -l </tmp/seen/rounds >>/tmp/seen/counts");
        for _ in 0..count {
            book = book.step_with(attributes, script);
        }
    }
    book.step("wc -l </tmp/seen/rounds >>/tmp/seen/counts")
        .step("wc -l </tmp/seen/counts; sort --numeric-sort --unique --check /tmp/seen/counts")
        .output(&format!("{}\n", SORTS.len() + 1))
        .step("sort -u /tmp/seen/words")
        .output("planted-control\nplanted-moment\n")
        .step_with("cleanup", "docker rm -f app; docker rmi own")
}

/// Runs the chapter with words in the environment that steps must not find.
#[track_caller]
fn nothing_is_readable(program: Program) {
    let outcome = program
        .env("PLANTED", "planted-token")
        .env("HTTPS_PROXY", "http://author:planted-password@127.0.0.1:9")
        .run();
    outcome.exits(0).finds_nothing();
}

#[test]
#[ignore = "takes a minute: run it with `--ignored`"]
fn the_environment_of_root_is_never_readable() {
    nothing_is_readable(watched(Book::new().with_alpine()).to_verify());
}

#[test]
#[ignore = "takes a minute: run it with `--ignored`"]
fn the_environment_of_a_user_is_never_readable() {
    let user = rootless::user_with_alpine();
    nothing_is_readable(user.runs(watched(rootless::book(&user)).to_verify()));
}

#[test]
#[ignore = "takes a minute: run it with `--ignored`"]
fn the_environment_is_never_readable_on_a_docker() {
    let engine = Engine::start();
    dind::warm(&engine);
    nothing_is_readable(dind::on(&engine, &watched(Book::new().with_alpine()), "verify"));
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
    assert_eq!(control_groups("intruder"), [""; 0].map(PathBuf::from));
    assert!(outcome.output(5).contains("/intruder’: Read-only file system"), "{outcome}");
    let networks = outcome.output(9);
    assert!(networks.starts_with("net:["), "{networks}");
    assert!(!networks.contains(network.to_str().unwrap()), "{networks}");
}

/// Runs the program where the root file system of engines is the machine's own, with a user's file.
const MACHINE: &str = r#"
mount --make-rprivate /
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" none /mnt/root
cd /mnt/root
for directory in dev proc sys; do mount --rbind "/$directory" "$directory"; done
mount -t tmpfs none tmp
mkdir -p home/ann srv/data/bob srv/carl var/lib/service old
ln -s /srv/data/bob srv/bob
for home in home/ann srv/data/bob srv/carl var/lib/service; do
    echo precious >"$home/diary"
done
cat >>etc/passwd <<END
ann:x:1000:1000::/home/ann:/bin/sh
bob:x:1001:1001::/srv/bob:/bin/sh
carl:x:60000:60000::/srv/carl:/bin/sh
gone:x:1002:1002::/srv/gone:/bin/sh
slash:x:1003:1003::/:/bin/sh
service:x:999:999::/var/lib/service:/bin/sh
+::::::
END
echo "root:precious:1::::::" >etc/shadow
echo known >etc/known
cp "$2" usr/local/bin/mdbook-docktest
cp -r "$3" book
pivot_root . old
exec chroot . sh -c 'umount -l /old; cd /book; HOME=/root exec mdbook-docktest verify --format json'
"#;

#[test]
fn homes_and_passwords_of_the_machine_are_not_in_an_engine_that_has_its_root_file_system() {
    let book = Book::new().step(
        "cat /etc/known; ls -A /home /srv/bob/ /srv/carl; cat /etc/shadow /var/lib/service/diary\n\
         docker version --format '{{.Client.Os}}'",
    );
    book.write();
    let root = prepared_directory().unwrap().join("current").canonicalize().unwrap();
    let words = ["unshare", "--mount", "sh", "-ec", MACHINE, "machine"].map(OsString::from);
    let paths = [root, program().to_owned(), book.path().to_owned()].map(OsString::from);
    let outcome = Program::through(words.into_iter().chain(paths), [""; 0])
        .env("PATH", docker_sandbox::PATH)
        .run();
    outcome.exits(0).prints(1, "known\n/home:\n\n/srv/bob/:\n\n/srv/carl:\nprecious\nlinux\n");
}
