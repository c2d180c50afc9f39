//! Why blocks do not pass.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// Why a block does not pass, by its findings and steps.
pub(super) fn cause(findings: &[&Value], steps: &[&Value]) -> &'static str {
    let code = |finding: &&&Value| finding["code"].as_str().unwrap_or_default().to_owned();
    let codes: Vec<String> = findings.iter().map(|finding| code(&finding)).collect();
    if codes.iter().any(|code| code == "image-missing") {
        return "an image is missing";
    }
    // These are warnings about what runs.
    let others = ["leftover", "changed-values", "unclear-commands"];
    let Some(first) = codes.iter().find(|code| !others.contains(&code.as_str())) else {
        return match steps.iter().any(|step| step["status"] == "failed") {
            true => "it follows from a missing image",
            false if codes.is_empty() => "it is not recognized as commands",
            false => "a warning only",
        };
    };
    match first.as_str() {
        "exit-status" => {
            let message = |finding: &&&Value| {
                let message = finding["message"].as_str().unwrap_or_default();
                message.starts_with("follows from")
            };
            let first = findings.iter().find(|finding| finding["code"] == "exit-status");
            if first.as_ref().is_some_and(message) {
                return "a command failed because an earlier one had";
            }
            failure(steps)
        }
        "not-a-step" if is_for_windows(findings) => "commands for a shell of Windows",
        "not-a-step" => "commands in a block that is not marked as a step (`not-a-step`)",
        "placeholder" => "a placeholder has no value",
        "output-mismatch" => "the output changes from run to run, or `accept` stopped before it",
        "not-run" => "a line was not typed or run, because of an earlier failure",
        "timeout" => "a command did not end in time",
        "unanswered-question" => "a question that the text does not answer",
        "synopsis" | "missing-prompt" | "syntax-error" | "unterminated-fence" => {
            "not commands: a synopsis, wrong syntax or no prompt"
        }
        _ => "another finding",
    }
}

/// Whether a block is for a shell of Windows, by what the program says of it.
fn is_for_windows(findings: &[&Value]) -> bool {
    let messages = findings.iter().filter_map(|finding| finding["message"].as_str());
    messages.map(str::to_lowercase).any(|message| {
        message.contains("shell of windows") || message.contains("`powershell` is not")
    })
}

/// What the first command that failed has printed, as a cause.
fn failure(steps: &[&Value]) -> &'static str {
    static KINDS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
        [
            (r"command not found|executable file not found", "a program is missing"),
            (r"(?i)swarm", "another state of the swarm, or further machines, are needed"),
            (
                r"(?i)could not resolve|failed to lookup|name resolution|no such host|dial tcp|unable to access|no route|network is unreachable|no address|pulling from host|repository not exported|apk .*did not complete|timed out",
                "the network: a host cannot be reached",
            ),
            (
                r"(?i)no such (?:container|image|network|volume|object|service|node|secret|plugin)|(?:not|cannot be) found|no such id|does not exist",
                "a missing object: an ID of the page, or of another chapter",
            ),
            (r"(?i)no such file or directory", "a missing file"),
            (r"(?i)non tty|not a tty|login|denied|unauthorized", "an account is needed"),
        ]
        .map(|(regex, cause)| (Regex::new(regex).expect("the pattern is valid"), cause))
        .into()
    });
    let commands = steps.iter().flat_map(|step| step["commands"].as_array().into_iter().flatten());
    let failed = commands.into_iter().find(|command| command["exit"] != 0);
    let printed: String = failed
        .and_then(|command| command["transcript"].as_array())
        .into_iter()
        .flatten()
        .filter_map(|chunk| chunk["text"].as_str())
        .collect();
    let kind = KINDS.iter().find(|(regex, _)| regex.is_match(&printed));
    kind.map_or("another command failed", |(_, cause)| cause)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_cause_is_the_first_failure() {
        let finding = |code: &str| json!({"code": code, "message": "this command exited"});
        let step = |text: &str| {
            json!({"status": "failed", "commands": [
                {"exit": 0, "transcript": [{"text": "a swarm"}]},
                {"exit": 1, "transcript": [{"text": text}]},
            ]})
        };
        let cause = |codes: &[&str], text: &str| {
            let findings: Vec<Value> = codes.iter().map(|code| finding(code)).collect();
            cause(&findings.iter().collect::<Vec<_>>(), &[&step(text)])
        };
        assert_eq!(cause(&["exit-status"], "bash: vi: command not found"), "a program is missing");
        assert_eq!(
            cause(&["leftover", "exit-status"], "Error: No such container: abc"),
            "a missing object: an ID of the page, or of another chapter"
        );
        assert_eq!(cause(&["exit-status", "output-mismatch"], "no"), "another command failed");
        assert_eq!(cause(&["output-mismatch", "image-missing"], ""), "an image is missing");
        assert_eq!(cause(&[], ""), "it follows from a missing image");
        let for_windows = json!({
            "code": "not-a-step",
            "message": "this block looks like commands, but does not run: it is for a shell of Windows",
        });
        assert_eq!(super::cause(&[&for_windows], &[]), "commands for a shell of Windows");
        let echo =
            json!({"code": "exit-status", "message": "follows from line 3: `a` does not exist"});
        assert_eq!(
            super::cause(&[&echo], &[&step("no")]),
            "a command failed because an earlier one had"
        );
    }
}
