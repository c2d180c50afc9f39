use super::*;

/// The line with placeholders for the values in it.
fn in_expectation(lines: &str) -> String {
    let mut scanner = Scanner::for_expectations();
    let masked = lines.lines().map(|line| {
        let mut masked = line.to_owned();
        for Volatile { span, kind } in scanner.line(line).into_iter().rev() {
            masked.replace_range(span, &format!("[{}]", kind.placeholder));
        }
        masked
    });
    masked.collect::<Vec<_>>().join("\n")
}

const WHOLE: &str = "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff";

#[test]
fn values_of_docker_are_found() {
    for (text, expected) in [
        ("3f4a0c1d2e5b   alpine   Up 3 seconds (healthy)", "[ID]   alpine   Up [AGE] (healthy)"),
        ("Exited (0) Less than a second ago", "Exited (0) [AGE]"),
        ("Exited (137) About a minute ago", "Exited (137) [AGE]"),
        ("Up About an hour   ", "Up [AGE]   "),
        ("created 2 weeks ago", "created [AGE]"),
        (WHOLE, "[ID]"),
        ("/var/lib/docker/volumes/3f4a0c1d2e5b/_data", "/var/lib/docker/volumes/[ID]/_data"),
        ("node (8tjv1q5xkzj5yjqzm3a2w0rfd) is now", "node ([ID]) is now"),
        ("web.1.8tjv1q5xkzj5yjqzm3a2w0rfd", "web.1.[ID]"),
        (
            "--token SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv-8vxv8rssmk743ojnwacrr2e7c 192.168.65.3:2377",
            "--token [TOKEN] [IP]:2377",
        ),
        ("   \"CreatedAt\": \"2020-04-19T11:00:21Z\",", "   \"CreatedAt\": \"[DATE]\","),
        ("2020-04-19T11:00:21.123456789Z hello", "[DATE] hello"),
        ("2020-04-19 11:00:21 +0000 UTC", "[DATE]"),
        ("Sun Apr 19 11:00:21 2020", "[DATE]"),
        ("Sun Apr 19 11:00:21 UTC 2020", "[DATE]"),
        ("Date: Sun, 19 Apr 2020 11:00:21 GMT", "Date: [DATE]"),
        ("1:C 19 Apr 2020 11:00:21.123 # Ready", "1:C [DATE] # Ready"),
        ("3f4a0c1d2e5b69…,data", "[HEX]…,data"),
        ("#6 0.412 hello", "#6 [NUMBER] hello"),
        (
            " => => writing image sha256:3f4a0c1d2e5b6978a  0.0s",
            " => => writing image sha256:[HEX]  [DURATION]",
        ),
        (
            "writing image sha256:3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff",
            "writing image [DIGEST]",
        ),
        ("CPU 0.07%   1.2MiB / 23.4GiB", "CPU [NUMBER]%   [SIZE] / [SIZE]"),
        ("12.3MB (virtual 75MB)", "[SIZE] (virtual [SIZE])"),
        ("0B (0%)", "[SIZE] ([NUMBER]%)"),
        ("1.2k 2TB 3TiB 4.5 MB", "[SIZE] [SIZE] [SIZE] [SIZE]"),
        ("#5 DONE 10.1s, 2m3s, 1.234s", "#5 DONE [DURATION], [DURATION], [DURATION]"),
        (
            "0.0.0.0:32768->80/tcp, [::]:32768->80/tcp",
            "0.0.0.0:[PORT]->80/tcp, [::]:[PORT]->80/tcp",
        ),
        ("80/tcp -> 127.0.0.1:49153", "80/tcp -> 127.0.0.1:[PORT]"),
        ("\"HostPort\": \"32768\"", "\"HostPort\": \"[PORT]\""),
        ("inet 172.17.0.2/16 brd 172.17.255.255", "inet [IP]/16 brd [IP]"),
        ("link/ether 02:42:ac:11:00:02", "link/ether [MAC]"),
        ("HWaddr 02:42:D4:52:E3:0A", "HWaddr [MAC]"),
        (
            "dr-xr-xr-x  259 root     root             0 Nov 24 03:02 proc",
            "dr-xr-xr-x  [NUMBER] root     root             0 [DATE] proc",
        ),
        (
            "rtt min/avg/max/mdev = 0.054/0.095/0.248/0.070 ms",
            "rtt min/avg/max/mdev = [NUMBER]/[NUMBER]/[NUMBER]/[DURATION]",
        ),
        (
            "round-trip min/avg/max = 0.054/0.095/0.248 ms",
            "round-trip min/avg/max = [NUMBER]/[NUMBER]/[NUMBER] ms",
        ),
        ("4: eth0@if5: <UP>", "[NUMBER]: eth0@if[NUMBER]: <UP>"),
        ("admiring_curie7 my_app", "[NAME] my_app"),
        ("Docker version 26.1.5+dfsg1, build a72d7cd", "Docker version [VERSION], build [HEX]"),
        (" Version:           26.1.5", " Version:           [VERSION]"),
        (
            "API version:       1.45 (minimum version 1.24)",
            "API version:       [VERSION] (minimum version [VERSION])",
        ),
        ("Go version:        go1.22.2", "Go version:        go[VERSION]"),
        ("{\"Version\":{\"Index\":14},", "{\"Version\":{\"Index\":[NUMBER]},"),
        ("\"Index\": 14,", "\"Index\": 14,"),
        ("sha256:3f4a0c1d2e5b", "[DIGEST]"),
        ("\"Pid\": 1234,", "\"Pid\": [NUMBER],"),
        ("8tjv1q5xkzj5", "[ID]"),
        (" Runtimes: runc io.containerd.runc.v2", " Runtimes: [..]"),
        ("  Version:          1.7.24~ds1", "  Version:          [VERSION]"),
        ("overlay  [..]  28% /", "overlay  [..]  [NUMBER]% /"),
        ("1700000000 1700000000123456789", "[NUMBER] [NUMBER]"),
        ("d41d8cd98f00b204e9800998ecf8427e  file", "[HEX]  file"),
        (
            "2026/11/24 03:02:12 [notice] 1#1: start worker process 29",
            "[DATE] [notice] [NUMBER]#[NUMBER]: start worker process [NUMBER]",
        ),
    ] {
        assert_eq!(in_expectation(text), expected);
    }
}

#[test]
fn what_an_author_means_is_not_found() {
    for text in [
        "80/tcp -> 0.0.0.0:8080",
        "0.0.0.0:80->80/tcp",
        "exit status 137",
        "Exited (137)",
        "alpine:3.20  redis:7.2.4",
        "version 1.2.3",
        "Version: 1.2",
        "127.0.0.1 localhost",
        "nameserver 8.8.8.8",
        "64 bytes, 3 rows, 100%, 12.5",
        "my_app docker_gwbridge",
        "total 12",
        "Foo::bar std::fmt",
        "applications kubernetesss",
        "3.14159",
        "1 packets transmitted, 0% packet loss",
        "5 m of cable, 3 G",
        "drwxr-xr-x 2 root root 4096 data",
    ] {
        assert_eq!(in_expectation(text), text);
    }
}

#[test]
fn a_header_says_what_is_below_it() {
    for (text, expected) in [
        (
            "ID             NAME   MODE\nkxrsqffcnqyz   web    replicated",
            "ID             NAME   MODE\n[ID]   web    replicated",
        ),
        (
            "UID    PID     PPID    C    STIME   TTY   TIME       CMD\nroot   12345   12      0    11:02   ?     00:00:00   sleep 60",
            "UID    PID     PPID    C    STIME   TTY   TIME       CMD\nroot   [NUMBER]   [NUMBER]      [NUMBER]    [TIME]   ?     [TIME]   sleep 60",
        ),
        (
            "PID   USER     TIME  COMMAND\n    7 root      0:00 sleep 60",
            "PID   USER     TIME  COMMAND\n    [NUMBER] root      [TIME] sleep 60",
        ),
        (
            "USER         PID %CPU %MEM    VSZ   RSS TTY\nroot     1234567  0.0  0.1   4500   800 ?",
            "USER         PID %CPU %MEM    VSZ   RSS TTY\nroot     [NUMBER]  [NUMBER]  [NUMBER]   [NUMBER]   [NUMBER] ?",
        ),
        (
            "ID       HOSTNAME   ENGINE VERSION\n8tjv1q5xkzj5yjqzm3a2w0rfd *   a   26.1.5+dfsg1",
            "ID       HOSTNAME   ENGINE VERSION\n[ID] *   a   26.1.5+dfsg1",
        ),
        (
            "ID               STATUS   ENGINE VERSION\n8tjv1q5xkzj5     Ready    26.1.5+dfsg1",
            "ID               STATUS   ENGINE VERSION\n[ID]     Ready    [VERSION]",
        ),
        // A blank line ends the table.
        ("ID     NAME\n\napplications   1", "ID     NAME\n\napplications   1"),
    ] {
        assert_eq!(in_expectation(text), expected);
    }
}

#[test]
fn recordings_keep_what_means_something_in_them() {
    for (text, expected) in [
        ("0123456789ab up 3 seconds at 8.8.8.8:32768\n", "[ID] up [AGE] at [IP]:32768\n"),
        ("version 26.1.5 of sleepy_curie", "version 26.1.5 of sleepy_curie"),
        ("web.1.8tjv1q5xkzj5yjqzm3a2w0rfd 7.8MB 0m0.02s", "web.1.[ID] [SIZE] [DURATION]"),
    ] {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn each_value_has_the_form_of_its_placeholder() {
    for kind in FREE.iter().chain(CONTEXTUAL.iter().map(|(_, kind)| kind)) {
        // `[..]` matches anything.
        if kind.placeholder == ".." {
            continue;
        }
        let placeholder = BUILTINS.iter().find(|builtin| builtin.name == kind.placeholder).unwrap();
        for example in placeholder.examples.iter().chain(&["123", "1.5s", "3MB", "10.0.0.1"]) {
            let is_whole =
                |regex: &str| Regex::new(&format!(r"\A(?:{regex})\z")).unwrap().is_match(example);
            assert!(!is_whole(kind.regex()) || is_whole(placeholder.regex), "{kind:?}: {example}");
        }
    }
    assert_eq!(IN_EXPECTATIONS.free.captures_len(), IN_EXPECTATIONS.kinds.len() + 1);
    assert_eq!(IN_RECORDINGS.free.captures_len(), IN_RECORDINGS.kinds.len() + 1);
}

#[test]
fn an_index_is_volatile_only_as_the_version_of_an_object() {
    let mut scanner = Scanner::for_expectations();
    let mut found = |line: &str| scanner.line(line).len();
    assert_eq!(found("        \"Version\": {"), 0);
    assert_eq!(found("            \"Index\": 14"), 1);
    assert_eq!(found("        },"), 0);
    assert_eq!(found("        \"Page\": {"), 0);
    assert_eq!(found("            \"Index\": 14"), 0);
    assert_eq!(found("    \"Version\": {"), 0);
    assert_eq!(found("        \"Name\": \"web\","), 0);
    assert_eq!(found("        \"Index\": 14"), 0);
}
