//! What steps read.

use testsuite::Book;

#[test]
fn standard_input_is_empty_by_default() {
    Book::new()
        .step("read -r answer || echo \"no answer\"")
        .step("cat; echo end")
        .verify()
        .exits(0)
        .prints(1, "no answer\n")
        .prints(2, "end\n");
}

#[test]
fn input_is_typed_where_it_is_read() {
    let outcome = Book::new()
        .step_with(
            r#"stdin="y\nthree\n""#,
            "printf 'Sure? '; read a\nprintf 'How many? '; read b\necho $a $b",
        )
        .verify();
    let transcript = outcome.exits(0).transcript(1);
    let typed: String = transcript
        .iter()
        .map(|(stream, text)| if stream == "typed" { format!("<{text}>") } else { text.clone() })
        .collect();
    assert_eq!(typed, "Sure? <y\n>How many? <three\n>y three\n");
}

#[test]
fn a_prompt_of_docker_can_be_answered() {
    let outcome = Book::new()
        .step("docker volume create named")
        .step_with("exit=any", "docker volume prune -a")
        .step("docker volume ls -q")
        .step_with(r#"stdin="y\n""#, "docker volume prune -a")
        .step("docker volume ls -q")
        .verify();
    outcome.exits(0).prints(3, "named\n").prints(5, "");
    assert!(outcome.output(4).contains("Deleted Volumes:\nnamed\n"), "{outcome}");
}

#[test]
fn a_step_with_input_runs_in_the_same_shell() {
    Book::new()
        .step("set -- kept; echo $$ >pid; sleep 0.1 & job=$!")
        .step_with(r#"stdin="y\n""#, "read -r answer; echo $answer; set -o noclobber")
        .step("test $$ = \"$(cat pid)\" && echo $answer $1; wait $job; cat; set +o noclobber")
        .step_with(r#"stdin="one\ntwo""#, "cat\nread -r late || echo \"at its end\"")
        .step("test $$ = \"$(cat pid)\" && read -r late || echo $?")
        .verify()
        .exits(0)
        .prints(2, "y\n")
        .prints(3, "y kept\n")
        .prints(5, "1\n");
}

#[test]
fn unread_input_is_not_passed_to_the_next_step() {
    Book::new()
        .step_with(r#"stdin="unread\n""#, "sleep 1")
        .step("cat; echo end")
        .step_with(r#"stdin="unread\n" exit=any"#, "exec sleep 0.1")
        .step_with(r#"stdin="y\n""#, "read -r answer; echo $answer")
        .verify()
        .exits(0)
        .prints(2, "end\n")
        .prints(4, "y\n");
}
