//! A Docker whose containers are for another platform than the program.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;
use testsuite::{Book, Outcome, Program, program};

use super::{SHARED, docker};

/// Makes a file a program.
fn write_program(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The Docker says that it is for a platform on which it is not, so that a program for this machine runs there.
#[test]
fn the_program_for_it_is_beside_this_one_or_in_an_image() {
    let image = SHARED.docker(["image", "ls", "--quiet", "mdbook-docktest/engine"]);
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::copy(program(), at("mdbook-docktest")).unwrap();
    symlink(at("mdbook-docktest"), at("linked")).unwrap();
    fs::create_dir(at("bin")).unwrap();
    let says_so = "#!/bin/sh\nPATH=${PATH#*:}\ncase \" $* \" in *' info '*)\n\
        docker \"$@\" | sed 's/\"Architecture\":\"[^\"]*\"/\"Architecture\":\"s390x\"/'\n\
        exit;; esac\nexec docker \"$@\"\n";
    write_program(&at("bin/docker"), says_so);
    let path = format!("{}:{}", at("bin").display(), std::env::var("PATH").unwrap());

    let book = Book::new().step("echo one").output("one\n");
    book.write();
    let run = |image: &str| -> Outcome {
        let words = ["verify", "--engine", "dind", "--engine-image", image, "--format", "json"];
        Program::through([at("linked")], words)
            .directory(book.path())
            .env("TMPDIR", book.temporary())
            .env("DOCKER_HOST", SHARED.host())
            .env("PATH", &path)
            .run()
    };

    let beside = fs::canonicalize(directory.path()).unwrap().join("mdbook-docktest-linux-s390x");
    let missing = format!(
        "Docker: its containers are for linux/s390x, and this program is not: put the release's program for \
         linux/s390x beside it, as `{}`, or name an image that contains it with `--engine-image`",
        beside.display()
    );
    run(&image).exits(3).fails_saying(&[&missing]);

    let container = SHARED.docker(["create", &image, "true"]);
    let to = format!("{container}:/usr/local/bin/mdbook-docktest");
    assert!(docker(&SHARED, &["cp", program().to_str().unwrap(), &to]).status.success());
    SHARED.docker(["commit", &container, "with-program"]);
    SHARED.docker(["rm", &container]);
    run("with-program").exits(0);
    SHARED.docker(["rmi", "with-program"]);

    write_program(&beside, "#!/bin/sh\necho mdbook-docktest 0.0.1\n");
    let other = "Docker: the program for the container is `mdbook-docktest 0.0.1` instead of `mdbook-docktest ";
    let remedy = format!("`: replace `{}`", beside.display());
    run(&image).exits(3).fails_saying(&[other, &remedy]);

    write_program(&beside, fs::read(program()).unwrap());
    run(&image).exits(0);
}
