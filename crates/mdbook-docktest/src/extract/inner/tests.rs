use std::path::Path;

use crate::extract::{Extensions, extract};
use crate::model::scenario::CommandKind;

/// Returns the commands of each step: the prompt of the program and what is typed, and after `=>` what is
/// expected.
fn commands(text: &str) -> Vec<Vec<String>> {
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let steps = scenario.steps.iter().map(|step| {
        let commands = step.commands.iter().map(|command| {
            let prompt = match &command.kind {
                CommandKind::Shell => "",
                CommandKind::Typed { prompt } => prompt,
            };
            let expected = command.expectation.as_ref().map_or("", |expected| &expected.text);
            format!("{prompt}{} => {}", command.text, expected.trim_end().replace('\n', "|"))
        });
        commands.collect()
    });
    steps.collect()
}

fn console(text: &str) -> Vec<String> {
    commands(&format!("```console\n{text}```\n")).remove(0)
}

#[test]
fn lines_at_the_prompt_of_a_container_are_typed_into_it() {
    for prompt in [
        "/ # ",
        "/app # ",
        "root@3f1c9a7b2d4e:/# ",
        "bash-5.1# ",
        "sh-4.4$ ",
        "# ",
        "[root@web /]# ",
    ] {
        let found = console(&format!(
            "$ docker run -it --rm alpine sh\n{prompt}echo a\na\n{prompt}exit\n$ echo b\nb\n"
        ));
        let expected = [
            "docker run -it --rm alpine sh => ",
            &format!("{prompt}echo a => a"),
            &format!("{prompt}exit => "),
            "echo b => b",
        ];
        assert_eq!(found, expected, "{prompt}");
    }
}

#[test]
fn clients_and_interpreters_are_typed_into() {
    for (program, prompt) in [
        ("docker exec -it db mysql", "mysql> "),
        ("docker exec -it db mariadb", "MariaDB [(none)]> "),
        ("docker exec -it db psql -U postgres", "postgres=# "),
        ("docker exec -it db psql", "app-> "),
        ("docker exec -it cache redis-cli", "127.0.0.1:6379> "),
        ("docker compose exec cache redis-cli", "redis:6379> "),
        ("docker exec -it db mongosh", "test> "),
        ("docker run -it node", "> "),
        ("python3", ">>> "),
        ("docker run -it ruby", "irb(main):001:0> "),
        ("ftp localhost", "ftp> "),
        ("docker run -it php php -a", "php > "),
        ("php -a", "php { "),
        ("docker exec -it db mongo", "rs0:PRIMARY> "),
        ("mongosh", "[direct: mongos] test> "),
        ("gdb ./app", "(gdb) "),
        ("lldb ./app", "(lldb) "),
        ("python3 -m pdb app.py", "(Pdb) "),
        ("docker exec -it db cqlsh", "cqlsh:store> "),
        ("cqlsh", "cqlsh> "),
        ("docker exec -it db psql", "postgres=*# "),
        ("psql", "app=!> "),
        ("mysql -u root", "mysql [shop]> "),
        ("mariadb", "MariaDB [shop]> "),
        ("docker exec -it ch clickhouse-client", "ch :) "),
        ("clickhouse-client", "3f1c9a7b2d4e :) "),
        ("docker exec -it graph cypher-shell", "neo4j@neo4j> "),
        ("docker exec -it db ./cockroach sql", "root@:26257/defaultdb> "),
        ("docker exec -it hb hbase shell", "hbase(main):001:0> "),
        ("node", "> "),
        ("sudo python3", ">>> "),
    ] {
        let found = console(&format!("$ {program}\nWelcome\n{prompt}select 1;\n1\n"));
        let expected = [format!("{program} => Welcome"), format!("{prompt}select 1; => 1")];
        assert_eq!(found, expected, "{program}");
    }
}

#[test]
fn an_interpreter_without_operands_has_a_terminal_in_a_session() {
    let has_terminal = |text: &str| {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        scenario.steps[0].attributes.tty.is_some()
    };
    for command in ["python3", "psql", "gdb", "sudo mysql"] {
        assert!(has_terminal(&format!("```console\n$ {command}\nWelcome\n```\n")), "{command}");
        assert!(!has_terminal(&format!("```bash\n{command}\n```\n")), "{command}");
    }
    for command in
        ["python3 app.py", "psql -c 'select 1'", "mysql < dump.sql", "python3 | cat", "bash"]
    {
        assert!(!has_terminal(&format!("```console\n$ {command}\nWelcome\n```\n")), "{command}");
    }
}

#[test]
fn second_prompts_continue_what_is_typed() {
    let found =
        console("$ python3\n>>> for i in range(2):\n...     print(i)\n...\n0\n1\n>>> exit()\n");
    let expected = [
        "python3 => ",
        ">>> for i in range(2): => ",
        "...     print(i) => ",
        "... => 0|1",
        ">>> exit() => ",
    ];
    assert_eq!(found, expected);
    let found = console("$ docker exec -it db mysql\nmysql> select\n    -> 1;\n...\nmysql> exit\n");
    let expected = [
        "docker exec -it db mysql => ",
        "mysql> select => ",
        "    -> 1; => ...",
        "mysql> exit => ",
    ];
    assert_eq!(found, expected);
}

#[test]
fn prompts_count_only_below_what_opens_a_program() {
    let found = console("$ cat session.txt\nmysql> select 1;\n>>> 2\n");
    assert_eq!(found, ["cat session.txt => mysql> select 1;|>>> 2"]);
    let found = console("$ docker run alpine cat /motd\n> quoted\n");
    assert_eq!(found[0].split(" => ").count(), 2);
    assert_eq!(found.len(), 1);
}

#[test]
fn a_session_goes_on_in_later_blocks() {
    let open = "```console\n$ docker run -it --name box alpine sh\n```\n\n";
    let later = "```console\n/ # echo a\na\n/ # exit\n```\n\n```console\n$ docker ps\n```\n";
    let expected: [&[&str]; 3] = [
        &["docker run -it --name box alpine sh => "],
        &["/ # echo a => a", "/ # exit => "],
        &["docker ps => "],
    ];
    assert_eq!(commands(&format!("{open}{later}")), expected);
    let beside = "```console\n$ docker ps -q\n```\n\n";
    let found = commands(&format!("{open}{beside}{later}"));
    assert_eq!([&found[0], &found[2], &found[3]], [expected[0], expected[1], expected[2]]);
    let scenario = |text: &str| extract(Path::new("c.md"), text, Extensions::default());
    let steps = scenario(&format!("{open}{later}")).steps;
    assert!(steps[0].stays_open && !steps[1].stays_open);
    assert!(steps[0].attributes.tty.is_some() && steps[1].attributes.tty.is_some());
    assert!(steps[2].attributes.tty.is_none());
    // Nothing is open any more: the block cannot run.
    let again = scenario(&format!("{open}{later}\n```console\n/ # echo b\n```\n"));
    assert!(again.steps[3].is_held, "{:?}", again.steps[3].commands);
}

#[test]
fn a_step_that_asks_for_a_terminal_or_an_answer_has_one() {
    let has_terminal = |text: &str| {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        scenario.steps[0].attributes.tty.is_some()
    };
    for (text, expected) in [
        ("```bash\ndocker run -it --rm alpine ls\n```\n", true),
        ("```bash\ndocker run -d alpine\n```\n", false),
        ("```console\n$ docker volume prune\nAre you sure? [y/N] y\nDeleted\n```\n", true),
        ("```console\n$ docker login\nUsername: moby\nPassword:\n```\n", true),
        ("```console\n$ docker ps\nCONTAINER ID\n```\n", false),
    ] {
        assert_eq!(has_terminal(text), expected, "{text}");
    }
}

#[test]
fn control_c_below_a_typed_line_is_the_key() {
    let found = console("$ docker run -it alpine\n/ # ping a\nPING a\n^C\n2 packets\n/ # exit\n");
    let expected =
        ["docker run -it alpine => ", "/ # ping a => PING a", "^C => 2 packets", "/ # exit => "];
    assert_eq!(found, expected);
}

#[test]
fn control_c_below_the_last_command_of_the_shell_stops_it() {
    let step = |text: &str| {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        let step = scenario.steps.into_iter().next().expect("a step");
        let last = step.commands.last().and_then(|command| command.expectation.as_ref());
        let text = last.map(|expected| (expected.text.clone(), expected.lines.len()));
        (format!("{:?}", step.attributes.follow), text)
    };
    let shown = |text: &str, lines| Some((text.to_owned(), lines));
    for (text, follow, expected) in [
        ("console\n$ logs -f\na\n...\nb\n^C", "Some(Lines(2))", shown("a\n...\nb\n", 3)),
        ("console\n$ ping x\na\n^C\nstatistics", "Some(Lines(1))", shown("a\nstatistics\n", 2)),
        ("console\n$ sleep 9\n^C", "Some(For(1s))", None),
        ("console for=5s\n$ logs -f\na\n^C", "Some(For(5s))", shown("a\n", 1)),
        ("console\n$ logs -f\na\n^C\n$ true\nb", "None", shown("b\n", 1)),
        ("console\n$ logs -f\na", "None", shown("a\n", 1)),
    ] {
        assert_eq!(step(&format!("```{text}\n```\n")), (follow.to_owned(), expected), "{text}");
    }
}

#[test]
fn a_reader_who_has_detached_types_nothing_more_into_the_container() {
    for keys in ["read escape sequence", "^P^Q", "Ctrl-P Ctrl-Q"] {
        let text = format!(
            "```console\n$ docker run -it --name box alpine\n/ # {keys}\n```\n\n\
             ```console\n/ # echo a\n```\n"
        );
        let scenario = extract(Path::new("c.md"), &text, Extensions::default());
        assert_eq!(scenario.steps[0].commands[1].text, keys);
        assert!(!scenario.steps[0].stays_open && scenario.steps[1].is_held, "{keys}");
    }
}

#[test]
fn second_prompts_of_a_shell_continue_its_line() {
    let found = console(
        "$ sh\n/ # cat <<EOF\n> a\n>\n> EOF\na\n\n/ # echo \\\n> b\nb\n/ # cat f\n> quoted\n",
    );
    let expected = [
        "sh => ",
        "/ # cat <<EOF => ",
        "> a => ",
        "> => ",
        "> EOF => a",
        "/ # echo \\ => ",
        "> b => b",
        "/ # cat f => > quoted",
    ];
    assert_eq!(found, expected);
    let found = console("$ docker run -it a\n/ # cat <<EOF\na\n# b\nEOF\na\n# b\n/ # exit\n");
    assert_eq!(found[1..5], ["/ # cat <<EOF => ", "a => ", "# b => ", "EOF => a"]);
}

#[test]
fn a_prompt_at_which_nothing_is_typed_yet_is_not_output() {
    for prompt in ["root@846af8479944:/#", "/ #", "bash-5.1# ", "mysql> ", ">>>"] {
        let found = console(&format!(
            "$ docker exec -it box program\nWelcome\n\n{prompt}\n$ docker run -it alpine\n{prompt}\n"
        ));
        let expected = ["docker exec -it box program => Welcome", "docker run -it alpine => "];
        assert_eq!(found, expected, "{prompt}");
    }
    // In output, it stands for any lines.
    assert_eq!(console("$ docker exec -it box ls\na\n...\n"), ["docker exec -it box ls => a|..."]);
    assert_eq!(console("$ ls\nroot@846af8479944:/#\n"), ["ls => root@846af8479944:/#"]);
}

#[test]
fn a_comment_between_prompts_is_neither_typed_nor_output() {
    let found = console(
        "$ docker exec -it 6dd93d6cdc80 bash\n\n# Update the lists\nroot@6dd93d6cdc80:/# apt-get update\nHit:1\n\n\
         # Now ping\nroot@6dd93d6cdc80:/# ping -c1 web\nPING web\n# exit\n",
    );
    let expected = [
        "docker exec -it 6dd93d6cdc80 bash => ",
        "root@6dd93d6cdc80:/# apt-get update => Hit:1",
        "root@6dd93d6cdc80:/# ping -c1 web => PING web",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_comment_above_the_next_command_of_the_shell_is_not_typed_into_an_open_program() {
    let open = "```console\n$ docker run -it debian bash\nroot@6dd93d6cdc80:/# hostname\n```\n\n";
    let next = |block: &str| commands(&format!("{open}```console\n{block}```\n")).remove(1);
    let found = next("# Greet the other container\n$ docker ps\n");
    assert_eq!(found, ["docker ps => "]);
    assert_eq!(next("# ls /srv\n$ docker ps\n"), ["# ls /srv => ", "docker ps => "]);
    assert_eq!(next("# Greet it\n# ls /srv\n$ docker ps\n").len(), 3);
}
