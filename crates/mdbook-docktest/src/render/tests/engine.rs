//! Lists of changes and diagrams on pages.

use super::*;
use crate::model::recording::{Change, Effect, ObjectKind};

fn effect(kind: ObjectKind, name: &str, change: Change) -> Effect {
    Effect { command: 0, kind, name: name.into(), id: name.into(), change }
}

/// A step that prints something and creates a volume.
pub(super) fn made(volume: &str) -> StepRecording {
    printed_and_made("a", volume)
}

/// A step that prints `text` and creates a volume.
pub(super) fn printed_and_made(text: &str, volume: &str) -> StepRecording {
    match printed(text) {
        StepRecording::Ran { commands, .. } => StepRecording::Ran {
            commands,
            effects: vec![effect(ObjectKind::Volume, volume, Change::created(None))],
        },
        other => other,
    }
}

const CHANGES: &str = "<!--docktest--><figure class=\"docktest-effects\"><figcaption>Ce qui a changé \
    <small>(+\u{a0}créé)</small></figcaption><ul role=\"list\">\
    <li><b role=\"img\" aria-label=\"ajout\u{a0}:\">+</b> volume <code>v</code></li></ul></figure>";

#[test]
fn changes_are_below_the_output() {
    assert_eq!(
        html("> - ```bash\n>   ls\n>   ```\n", vec![made("v")]),
        format!("> - {BEFORE}a{AFTER}{CHANGES}")
    );
    assert_eq!(
        markdown("> - ```bash\n>   ls\n>   ```\n", vec![made("v")]),
        "> - ```bash\n>   ls\n>   ```\n>   ```text\n>   a\n>   ```\n>   ```text\n>   + volume v\n>   ```"
    );
}

/// A page explains each sign once.
#[test]
fn signs_are_explained_at_their_first_use() {
    let removed = |volume: &str| StepRecording::Ran {
        commands: Vec::new(),
        effects: vec![effect(ObjectKind::Volume, volume, Change::Removed)],
    };
    let rendered = html(
        &"```bash\nls\n```\n\n".repeat(4),
        vec![made("v"), made("w"), removed("v"), removed("w")],
    );
    let legends: Vec<&str> = rendered.split("<small>").skip(1).collect();
    assert_eq!(legends.len(), 2, "{rendered}");
    assert!(
        legends[0].starts_with("(+\u{a0}créé)<") && legends[1].starts_with("(−\u{a0}supprimé)<")
    );
    assert_eq!(rendered.matches("<figcaption>Ce qui a changé").count(), 4);
}

#[test]
fn changes_of_steps_without_output_are_not_shown() {
    for attribute in ["hidden", "no-output"] {
        let text = format!("```bash {attribute}\nls\n```\n");
        let rendered = html(&text, vec![made("v")]);
        assert!(!rendered.contains("docktest-effects"), "{rendered}");
    }
}

#[test]
fn a_long_list_of_changes_ends_with_the_number_of_the_others() {
    let volume =
        |name: usize| effect(ObjectKind::Volume, &format!("v{name}"), Change::created(None));
    let rendered = |count: usize| {
        let effects = (0..count).map(volume).collect();
        html("```bash\nls\n```\n", vec![StepRecording::Ran { commands: Vec::new(), effects }])
    };
    let entries = |page: &str| page.matches("<li><b ").count();
    let all = rendered(12);
    assert_eq!((entries(&all), all.matches("<code>").count()), (12, 12));
    assert!(!all.contains("autres changements"), "{all}");
    let all = rendered(20);
    assert_eq!((entries(&all), all.matches("<code>").count()), (20, 0), "names are text");
    let long = rendered(60);
    let kept = entries(&long);
    assert!((15..30).contains(&kept), "{long}");
    let rest = format!("<li>{} autres changements</li></ul></figure>", 60 - kept);
    assert!(long.ends_with(&rest), "{long}");
    for count in 10..30 {
        assert!(!rendered(count).contains("<li>1 autres"), "one of {count}");
    }
}

#[test]
fn a_diagram_shows_the_state_at_its_place() {
    let text = "{{#docktest diagram}}\n\n```bash diagram\na\n```\n\n```bash hidden\nb\n```\n\n> - {{#docktest diagram}}\n";
    let rendered = html(text, vec![made("one"), made("two")]);
    let diagrams: Vec<&str> =
        rendered.split("<figure class=\"docktest-diagram\"").skip(1).collect();
    assert_eq!(diagrams.len(), 3);
    assert!(
        diagrams[0].contains("Aucun conteneur")
            && diagrams[0].contains("id=\"docktest-c--state-1\"")
    );
    assert!(diagrams[1].contains(">one<") && !diagrams[1].contains(">two<"));
    assert!(diagrams[1].contains("id=\"docktest-c-1-state\""));
    assert!(diagrams[2].contains(">one<") && diagrams[2].contains(">two<"));
    assert!(diagrams[2].contains("id=\"docktest-c--state-2\""));
    let (before, _) = rendered.rsplit_once("<!--docktest--><figure").unwrap();
    assert!(before.ends_with("\n\n> - "), "{before}");
}

#[test]
fn a_hidden_step_may_have_a_diagram() {
    let rendered = html("- ```bash hidden diagram\n  a\n  ```\n", vec![made("one")]);
    assert!(
        rendered.starts_with("- <!--docktest--><figure class=\"docktest-diagram\""),
        "{rendered}"
    );
    assert_eq!(rendered.matches('\n').count(), 0);
}

#[test]
fn without_a_recording_there_is_no_diagram() {
    let text = "> {{#docktest diagram}}\n";
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let page = page(Language::Fr, Renderer::Html);
    assert_eq!(render(text, &scenario, None, &[], &page), "> <!--docktest-->\n");
}

#[test]
fn a_diagram_is_sentences_in_markdown() {
    let rendered = markdown(
        "1. > {{#docktest diagram}}\r\n\r\n```bash\r\na\r\n```\r\n\r\n- {{#docktest diagram}}\r\n",
        vec![made("one")],
    );
    let lines: Vec<&str> = rendered.split("\r\n").collect();
    assert_eq!(
        lines[..4],
        [
            "1. > ```text",
            "   > Conteneurs, volumes et réseaux à ce stade",
            "   > Aucun conteneur, aucun volume, et pas d’autres réseaux que ceux de Docker.",
            "   > ```",
        ]
    );
    assert_eq!(
        lines[lines.len() - 4..],
        [
            "- ```text",
            "  Conteneurs, volumes et réseaux à ce stade",
            "  - Volume one, monté nulle part.",
            "  ```",
        ]
    );
}

#[test]
fn a_diagram_in_a_footnote_stays_there() {
    let text = "a[^abc]\n\n[^abc]: {{#docktest diagram}}\n\n> [^b]: {{#docktest diagram}}\n\n```bash\nls\n```\n\nend\n";
    let rendered = markdown(text, vec![made("one")]);
    assert!(rendered.contains("[^abc]: ```text\n    Conteneurs"), "{rendered}");
    assert!(rendered.contains("> [^b]: ```text\n>     Conteneurs"), "{rendered}");
    let again = extract(Path::new("c.md"), &rendered, Extensions::default());
    assert_eq!(again.steps.len(), 1, "{rendered}");
}

#[test]
fn one_change_adds_fewer_than_256_bytes() {
    let rendered = html("```bash no-output\nls\n```\n", vec![printed("")]).len();
    let with = html(
        "```bash\nls\n```\n",
        vec![StepRecording::Ran {
            commands: Vec::new(),
            effects: vec![effect(ObjectKind::Volume, "shared-logs", Change::created(None))],
        }],
    );
    assert!(with.len() - rendered < 256, "{}", with.len());
}
