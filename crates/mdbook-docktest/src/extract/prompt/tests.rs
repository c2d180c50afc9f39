use proptest::prelude::*;

use super::*;

/// Returns the name and the sign of a line's prompt, and the text after it.
fn of(line: &str) -> Option<(String, char, &str)> {
    Prompt::of(line).map(|(prompt, end)| (prompt.name, prompt.sign, &line[end..]))
}

#[test]
fn the_prompts_of_common_shells_are_recognized() {
    for (line, name, sign) in [
        ("$ docker ps", "", '$'),
        ("# docker ps", "", '#'),
        ("% docker ps", "", '%'),
        ("> docker ps", "", '>'),
        ("$> docker ps", "", '$'),
        ("❯ docker ps", "", '❯'),
        ("➸ docker ps", "", '➸'),
        ("➜  ~ docker ps", "", '➜'),
        ("➜  app git:(main) ✗ docker ps", "", '➜'),
        ("➜ docker ps", "", '➜'),
        ("~$ docker ps", "", '$'),
        ("~/app$ docker ps", "", '$'),
        ("~ $ docker ps", "", '$'),
        (":~/app$ docker ps", "", '$'),
        ("/ # docker ps", "", '#'),
        ("/usr/src/app # docker ps", "", '#'),
        ("/ $ docker ps", "", '$'),
        ("node1$ docker ps", "node1", '$'),
        ("bash-5.1# docker ps", "bash-5.1", '#'),
        ("ubuntu@node:~$ docker ps", "ubuntu@node", '$'),
        ("ubuntu@node:~$docker ps", "ubuntu@node", '$'),
        ("root@node-1:~/app# docker ps", "root@node-1", '#'),
        ("ubuntu@ip-172-31-62-91:/var/lib/docker$ docker ps", "ubuntu@ip-172-31-62-91", '$'),
        ("user@host:~/app (main) $ docker ps", "user@host", '$'),
        ("me@laptop ~ % docker ps", "me@laptop", '%'),
        ("me@laptop app % docker ps", "me@laptop", '%'),
        ("user@host$ docker ps", "user@host", '$'),
        ("@host:~$ docker ps", "@host", '$'),
        ("[user@host ~]$ docker ps", "user@host", '$'),
        ("[root@host app]# docker ps", "root@host", '#'),
        ("[node1] (local) root@192.168.0.18 ~ $ docker ps", "root@192.168.0.18", '$'),
        ("mac:~ me$ docker ps", "@mac", '$'),
        ("Anns-MacBook-Pro:app ann$ docker ps", "@Anns-MacBook-Pro", '$'),
        ("mac:~/src/app me$ docker ps", "@mac", '$'),
        ("mac:~ root# docker ps", "@mac", '#'),
        ("me@mac ~ % docker ps", "me@mac", '%'),
        ("me@MacBook-Pro ~/app % docker ps", "me@MacBook-Pro", '%'),
        ("[root@host dir]# docker ps", "root@host", '#'),
        ("(venv) $ docker ps", "", '$'),
        ("(base) me@laptop:~$ docker ps", "me@laptop", '$'),
    ] {
        let expected = Some((name.to_owned(), sign, "docker ps"));
        // A bare sign after the name of an environment has no name either.
        assert_eq!(of(line), expected, "{line}");
    }
}

#[test]
fn other_lines_have_no_prompt() {
    for line in [
        "",
        "docker ps",
        "$docker ps",
        "$(docker ps)",
        "#!/bin/sh",
        "#comment",
        "100% done",
        "50$",
        "=> [1/2] FROM alpine",
        "postgres=# select 1;",
        "mysql> show databases;",
        "cost: 5 $ each",
        "--format '{{.Names}}' $ x",
        "echo $ x",
        "x=$ y",
        "user@example.org wrote: # x",
        "git@github.com:a/b.git",
        "Écoute # x",
        "Error: no space $ left",
        "key:value $x",
        "image:tag name#1",
        "10:30 am$",
    ] {
        assert_eq!(of(line), None, "{line}");
    }
}

/// Returns the prompts of a block, by the text after them; or why there are none.
fn prompts(text: &str, in_script: bool) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let prompts =
        if in_script { Prompts::in_script(text, &lines) } else { Prompts::in_lines(&lines) };
    match prompts {
        None => "none".to_owned(),
        Some(Prompts::Container) => "container".to_owned(),
        Some(Prompts::Windows) => "windows".to_owned(),
        Some(Prompts::Shell(prompt)) => {
            let after = |line: &&str| prompt.end_in(line).map(|end| line[end..].to_owned());
            lines.iter().filter_map(after).collect::<Vec<_>>().join("|")
        }
    }
}

#[test]
fn the_first_prompt_that_bash_could_not_mean_is_the_one_of_the_block() {
    for (text, expected) in [
        ("out\n$ a\nb\n$ c\n", "a|c"),
        (
            "$ docker pull x\n$docker run x\n$sudo docker ps\n$docker\n$HOME\n",
            "docker pull x|docker run x|sudo docker ps",
        ),
        (
            "mac:~ me$ cd app\nmac:app me$ sudo -s\nmac:app root# docker ps\n",
            "cd app|sudo -s|docker ps",
        ),
        ("# comment\n$ a\n# out\n", "a"),
        ("u@h:~$ docker run -it x\nroot@053abaac4f93:/# a\nu@h:~/app$ b\n", "docker run -it x|b"),
        ("u@h:~$ sudo -i\nroot@h:~# a\n", "sudo -i"),
        ("root@h:~# cd app\nroot@h:~/app# a\nroot@g:~# b\n", "cd app|a"),
        ("$ docker run -it x\n/ # a\n$ b\n", "docker run -it x|b"),
        ("/ # exit\n$ b\n", "b"),
        ("root@h:/# docker ps\n", "docker ps"),
        ("/ # docker ps\n", "docker ps"),
        (
            "# docker ps\n# Now stop it.\n# docker stop x\n# mytool up\n",
            "docker ps|docker stop x|mytool up",
        ),
        ("# id\n", "id"),
        ("% docker ps\nabc\n", "docker ps"),
        ("> docker ps\nabc\n", "docker ps"),
        ("com.example=1\n\n# this is a comment\n", "none"),
        ("# a list\n# of comments\nKEY=value\n", "none"),
        ("# docker must run\n", "none"),
        ("docker ps\n", "none"),
        ("# docker run -it x\nroot@053abaac4f93:/# a\n# docker ps\n", "docker run -it x|docker ps"),
        ("/ # ls\n# docker ps\n", "container"),
        ("# ls -l\nroot@053abaac4f93:/# a\n", "container"),
        ("/ # ls\nbin\n", "container"),
        ("root@053abaac4f93:/app# ls\n", "container"),
        ("PS C:\\app> docker ps\n", "windows"),
        ("C:\\>docker ps\n", "windows"),
        ("PS> docker ps\n", "windows"),
    ] {
        assert_eq!(prompts(text, false), expected, "{text}");
    }
}

#[test]
fn a_script_has_prompts_only_where_bash_would_run_them() {
    for (text, expected) in [
        ("$ a\nb\n", "a"),
        ("# comment\n\n$ a\n", "a"),
        ("a\n$ b\n", "b"),
        ("u@h:~$ a\n", "a"),
        ("cat <<END\n$ a\nEND\n", "none"),
        ("echo '\n$ a'\n", "none"),
        ("docker run x \\\n$ a\n", "none"),
        ("# docker ps\n# docker stop x\n", "docker ps|docker stop x"),
        ("# hostname\nnodeX\n", "hostname"),
        ("# docker run -d \\\n    nginx\nabc\n", "docker run -d \\"),
        ("# docker ps\ndocker ps -a\n", "none"),
        ("# docker compose up\nmytool serve\n", "none"),
        ("# Start it\n# docker ps\ndocker ps\n", "none"),
        ("true\n# docker ps\n", "none"),
        ("# a comment\n", "none"),
        ("> file\n", "none"),
        ("> docker ps\n", "docker ps"),
        ("> log docker ps\n", "none"),
        ("/usr/bin/tool # ls\n", "none"),
        (
            "# docker run -itd x\n842c8147831f\n# docker attach x\nroot@842c8147831f:/# exit\nexit\n",
            "docker run -itd x|docker attach x",
        ),
        ("# docker ps\ndocker run -it x\nroot@842c8147831f:/# ls\n", "none"),
        ("/ # ls\n", "container"),
        ("true\n/ # ls\n", "none"),
        ("PS C:\\> dir\n", "windows"),
    ] {
        assert_eq!(prompts(text, true), expected, "{text}");
    }
}

#[test]
fn the_first_line_of_a_prompt_of_two_is_recognized() {
    for line in [
        "[node1] (local) root@192.168.0.23 ~",
        "$[node1] (local) root@192.168.0.23 ~/app",
        "me@LAPTOP MINGW64 ~/app (main)",
        "me@laptop ~/app",
    ] {
        assert!(is_heading(line), "{line}");
    }
    for line in ["", "me@example.org", "see me@example.org /x y", "total 4"] {
        assert!(!is_heading(line), "{line}");
    }
}

proptest! {
    /// The quick test passes every line that the regex finds a prompt in.
    #[test]
    fn no_named_prompt_is_missed(
        line in "[a-zé0-9_.@:~/(\\[ -]{0,3}([a-z]{1,3}|[@:~/$#% .é-]|\\(a\\) |\\[a\\] ){0,10}[$#%] ?"
    ) {
        prop_assert!(may_be_named(&line) || !NAMED.is_match(&line), "{}", line);
    }
}
