//! What steps can reach of the machine that they run on.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use docker_sandbox::prepared_directory;
use testsuite::{Book, Program, User, control_groups, program};

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
