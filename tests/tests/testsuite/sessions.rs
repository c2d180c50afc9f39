//! Sessions that go on in the programs that commands open.

use testsuite::{Book, Outcome};

fn verify(chapter: &str) -> Outcome {
    book(chapter).verify()
}

fn book(chapter: &str) -> Book {
    Book::new().with_alpine().chapter("lab.md", chapter)
}

/// The output of each command of a step, with the prompt at which it was typed.
fn shown(outcome: &Outcome, step: usize) -> Vec<String> {
    let text = |command: &serde_json::Value| {
        let chunks = command["transcript"].as_array().unwrap().iter();
        chunks.map(|chunk| chunk["text"].as_str().unwrap()).collect::<String>()
    };
    outcome.commands(step).iter().map(text).collect()
}

#[test]
fn lines_are_typed_into_a_container() {
    let outcome = verify(
        "```console\n$ docker run -it --rm alpine sh\n/ # cd /tmp\n/tmp # ls /nosuch\n\
         ls: /nosuch: No such file or directory\n/tmp # printf 'b\\na\\n' | sort\na\nb\n\
         /tmp # sleep 1; echo late\nlate\n/tmp # exit\n$ docker ps -aq\n$ echo outside\noutside\n```\n",
    );
    outcome.exits(0).finds_nothing();
    assert_eq!(shown(&outcome, 1)[3..5], ["a\r\nb\r\n", "late\r\n"]);
}

#[test]
fn each_line_has_its_own_expectation() {
    verify(
        "```console\n$ docker run -it --rm alpine sh\n/ # echo one\none\n/ # echo two\nthree\n\
         / # exit\n```\n",
    )
    .exits(1)
    .finds_only(&[("output-mismatch", "three")]);
}

#[test]
fn a_line_that_fails_unseen_is_found_by_what_it_prints_and_by_the_status_of_the_shell() {
    let session = |below: &str| {
        format!(
            "```console\n$ docker run -it --rm alpine sh\n/ # rm /nosuch\n{below}/ # exit\n```\n"
        )
    };
    verify(&session(""))
        .exits(1)
        .finds_only(&[("exit-status", "docker run"), ("exit-status", "rm /nosuch")]);
    verify(&session("rm: can't remove '/nosuch': No such file or directory\n"))
        .exits(0)
        .finds_nothing();
}

#[test]
fn a_session_of_a_real_tutorial_is_typed_as_its_reader_does() {
    let outcome = verify(
        "```console\n$ sudo docker run -it --rm alpine sh\nUnable to find image 'alpine:latest' locally\n\
         latest: Pulling from library/alpine\n8ddc19f16526: Pull complete\n\
         Status: Downloaded newer image for alpine:latest\nBusyBox [..]\nEnter 'help' [..]\n/ #\n```\n\n\
         What waits for another program does not read:\n\n\
         ```console\n/ # (sleep 1; echo one) | cat\none\n/ # echo two\ntwo\n```\n\n\
         It has ended before it can be interrupted:\n\n\
         ```console\n/ # ping -c 1 nowhere.invalid\nping: bad address 'nowhere.invalid'\n^C\n```\n\n\
         ```console\n/ # exit\n$ echo outside\noutside\n```\n",
    );
    outcome.exits(0).finds_only(&[("changed-values", "Unable to find image")]);
    assert_eq!(shown(&outcome, 2), ["one\r\n", "two\r\n"]);
}

#[test]
fn a_session_goes_on_in_the_next_blocks() {
    let outcome = verify(
        "```console\n$ docker run -it --name box alpine sh\n```\n\nInside:\n\n\
         ```console\n/ # echo kept > /file\n/ # a=1\n```\n\nIn another terminal:\n\n\
         ```console\n$ docker ps --format '{{.Names}}'\nbox\n```\n\nBack:\n\n\
         ```console\n/ # echo $a\n1\n/ # exit\n$ docker inspect -f '{{.State.Status}}' box\nexited\n\
         $ docker rm box\nbox\n```\n",
    );
    outcome.exits(0).finds_nothing();
}

#[test]
fn clients_of_databases_are_typed_into() {
    let client = "cat >client.sh <<'X'\nwhile printf 'mysql> ' && read -r line; do\n  case $line in\n  \
                  exit*) echo Bye; exit ;;\n  *';') echo \"ran $line\" ;;\n  \
                  *) printf '    -> '; read -r more; echo \"ran $line $more\" ;;\n  esac\ndone\nX";
    verify(&format!(
        "```bash\n{client}\ndocker run -d --name db -v $PWD:/w alpine sleep 1000\n```\n\n\
         ```console\n$ docker exec -it db sh /w/client.sh\nmysql> select 1;\nran select 1;\n\
         mysql> create table t\n    -> (id int);\nran create table t (id int);\n```\n\n\
         ```console\nmysql> exit\nBye\n$ docker rm -f db\ndb\n```\n"
    ))
    .exits(0)
    .finds_nothing();
}

#[test]
fn answers_stand_in_the_transcript() {
    let session = |line: &str| {
        format!(
            "```console\n$ docker volume create data\ndata\n$ docker volume prune --all\n\
             WARNING! This will remove all local volumes not used by at least one container.\n\
             {line}\nDeleted Volumes:\ndata\n\nTotal reclaimed space: 0B\n```\n"
        )
    };
    let question = "Are you sure you want to continue? [y/N]";
    let outcome = verify(&session(&format!("{question} y")));
    outcome.exits(0).finds_nothing();
    let typed: Vec<_> =
        outcome.transcript(1).into_iter().filter(|(stream, _)| stream == "typed").collect();
    assert_eq!(typed, [("typed".to_owned(), "y".to_owned())]);
}

#[test]
fn a_question_that_nobody_answers_is_found() {
    let outcome = verify(
        "```bash\ndocker volume create data\ndocker volume prune --all\ndocker volume rm data\n```\n",
    );
    outcome.exits(1).finds_only(&[("unanswered-question", "docker volume prune")]);
    outcome.says("add `stdin=\"y\\n\"`");
    verify("```bash\nprintf 'Really? no\\nDone.\\n'\n```\n").exits(0).finds_nothing();
    verify(
        "```console\n$ docker run -it --name box alpine sh -c 'read -p \"Password: \" p'\nPassword:\n\
         $ docker rm -f box\nbox\n```\n",
    )
    .exits(1)
    .finds_only(&[("unanswered-question", "docker run")]);
}

#[test]
fn an_answer_waits_for_its_question() {
    for attributes in ["tty stdin=\"yes\\n\"", "stdin=\"yes\\n\""] {
        let outcome = verify(&format!(
            "```bash {attributes}\nsleep 3\nprintf 'sure? '; read answer\necho \"got $answer\"\n```\n"
        ));
        outcome.exits(0).finds_nothing();
        let transcript = outcome.transcript(1).into_iter();
        let all: String = transcript.map(|(stream, text)| format!("<{stream}>{text}")).collect();
        assert!(all.contains("sure? <typed>yes"), "{all}");
    }
}

#[test]
fn keys_detach_from_a_container() {
    for detached in [
        "```bash tty stdin=\"\\x10\\x11\"\ndocker run -it --name box alpine sh\n```\n",
        "```bash stdin=\"\\cP\\cQ\"\ndocker run -it --name box alpine sh\n```\n",
        "```console\n$ docker run -it --name box alpine sh\n/ # ^P^Q\n```\n",
        "```console\n$ docker run -dit --name box alpine sh\n[ID]\n$ docker attach box\n\
         / # echo a\na\n/ # <Ctrl-P><Ctrl-Q>\n```\n",
    ] {
        let running =
            "```console\n$ docker ps --format '{{.Names}}'\nbox\n$ docker rm -f box\nbox\n```\n";
        verify(&format!("{detached}\n{running}")).exits(0).finds_nothing();
    }
}

#[test]
fn a_script_is_typed_into_the_program_that_it_opens_as_if_pasted() {
    verify(
        "```bash\ndocker run -it --rm alpine sh\ntest -e /etc/alpine-release || hostname >/dev/null\n\
         exit\ndocker ps -aq | wc -l\n```\n\n```bash\ndocker run -it --rm alpine echo hello\n```\n\
         ```output\nhello\n```\n",
    )
    .exits(0)
    .finds_nothing();
}

#[test]
fn the_page_shows_the_dialogue() {
    let page = book(
        "```console\n$ docker run -it --rm alpine sh\n/ # echo $((6 * 7))\n42\n/ # exit\n\
         $ echo outside\noutside\n```\n",
    )
    .preprocess("html")
    .remove(0);
    let commands = [r#"<span>docker run <span class="o">-it</span>"#, "<span>echo outside</span>"];
    assert!(commands.iter().all(|command| page.contains(command)), "{page}");
    let typed = "data-prompt=\"/ # \"><kbd>echo $((6 * 7))</kbd></p>";
    assert!(page.contains(typed) && page.contains("<samp>42&#10;</samp>"), "{page}");
}

/// A program in a container that asks for a password at its terminal, as `mysql -p` and `psql -W` do.
const ASKING: &str = "cat >ask.sh <<'X'\nprintf 'Enter password: ' >/dev/tty\nstty -echo </dev/tty\nread -r p \
     </dev/tty\nstty echo </dev/tty\necho >/dev/tty\n[ \"$p\" = hunter2 ] || exit 1\nwhile printf 'mysql> ' && read \
     -r line; do\n  [ \"$line\" = exit ] && exit\n  echo \"ran $line\"\ndone\nX\n\
     docker run -d --name db -v $PWD:/w alpine sleep 1000";

#[test]
fn a_password_is_typed_in_a_container_and_shown_nowhere() {
    let session = "$ docker exec -it db sh /w/ask.sh\nEnter password:\nmysql> select 1;\nran select 1;\n\
                   mysql> exit\n$ docker rm -f db\ndb\n";
    let chapter = format!(
        "```bash\n{}\n```\n\n```console stdin=\"hunter2\\n\"\n{session}```\n",
        ASKING.replace("hunter2", "hun\"ter\"2")
    );
    let outcome = verify(&chapter);
    outcome.exits(0).finds_nothing();
    let all: String = outcome.transcript(1).into_iter().map(|(_, text)| text).collect();
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn a_password_that_the_chapter_does_not_have_is_asked_for() {
    let outcome = verify(&format!(
        "```bash\n{ASKING}\n```\n\n```console\n$ docker exec -it db sh /w/ask.sh\nEnter password:\n\
         mysql> select 1;\nran select 1;\n```\n\n```bash\ndocker rm -f db\n```\n"
    ));
    outcome.exits(1);
    outcome.says("it asked `Enter password:`, and nothing was typed");
    outcome
        .says("add `stdin=\"…\\n\"` with what a reader types here, which the page does not show");
}
