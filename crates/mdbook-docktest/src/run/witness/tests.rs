use super::*;

fn event(kind: &str, action: &str, id: &str, seconds: u64) -> Event {
    event_with(kind, action, id, seconds, &serde_json::json!({}))
}

fn event_with(
    kind: &str,
    action: &str,
    id: &str,
    seconds: u64,
    attributes: &serde_json::Value,
) -> Event {
    let event = serde_json::json!({
        "Type": kind,
        "Action": action,
        "Actor": {"ID": id, "Attributes": attributes},
        "timeNano": seconds * 1_000_000_000,
    });
    serde_json::from_value(event).expect("an event as docker prints it")
}

fn exit(id: &str, seconds: u64, status: &str) -> Event {
    event_with("container", "die", id, seconds, &serde_json::json!({"exitCode": status}))
}

fn log_of(events: impl IntoIterator<Item = Event>) -> EventLog {
    let mut log = EventLog::default();
    for event in events {
        log.add(event);
    }
    log
}

#[test]
fn an_event_that_is_read_twice_is_logged_once() {
    let mut log = EventLog::default();
    assert!(log.add(event("container", "create", "a", 1)).is_some());
    assert_eq!(log.add(event("container", "create", "a", 1)), None);
    // At another time, with another action, of another object.
    log.add(event("container", "create", "a", 2));
    log.add(event("container", "start", "a", 1));
    log.add(event("container", "create", "b", 1));
    assert_eq!(log.sightings.len(), 4);
}

#[test]
fn a_new_container_is_inspected() {
    let mut log = EventLog::default();
    assert_eq!(log.add(event("network", "create", "n", 1)), None);
    let follow_up = log.add(event("container", "create", "a", 2));
    assert_eq!(follow_up, Some((1, FollowUp::Inspect("a".into()))));
    assert_eq!(log.add(event("container", "start", "a", 3)), None);
}

#[test]
fn the_log_of_a_container_is_read_if_it_fails_unattended() {
    let mut log = log_of([event("container", "start", "a", 1)]);
    assert_eq!(log.add(exit("a", 2, "3")), Some((1, FollowUp::Log("a".into()))));
    assert!(log.sightings[1].is_unattended_exit);

    assert_eq!(log.add(exit("b", 3, "0")), None);
    assert!(log.sightings[2].is_unattended_exit);
}

#[test]
fn the_exit_of_a_container_with_a_client_or_a_signal_is_attended() {
    for action in ["attach", "kill"] {
        let mut log = log_of([event("container", action, "a", 1)]);
        assert_eq!(log.add(exit("a", 2, "3")), None, "{action}");
        assert!(!log.sightings[1].is_unattended_exit, "{action}");
        // That was one exit. Nothing attends the next one.
        assert_eq!(log.add(exit("a", 3, "3")), Some((2, FollowUp::Log("a".into()))), "{action}");
    }
}

#[test]
fn the_last_start_in_the_background_is_that_of_a_running_container_without_a_client() {
    let start = |id, seconds| event("container", "start", id, seconds);
    let last_start = |events: Vec<Event>| log_of(events).last_background_start();
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(last_start(vec![]), None);
    assert_eq!(last_start(vec![start("a", 1), start("b", 2)]), seconds(2));
    assert_eq!(last_start(vec![start("a", 1), start("b", 2), exit("b", 3, "0")]), seconds(1));
    // Started again.
    assert_eq!(last_start(vec![start("a", 1), exit("a", 2, "0"), start("a", 3)]), seconds(3));
    assert_eq!(last_start(vec![event("container", "attach", "a", 1), start("a", 2)]), None);
    assert_eq!(last_start(vec![event("network", "start", "n", 1)]), None);
}

#[test]
fn times_have_the_format_of_docker() {
    assert_eq!(unix_time(Duration::new(7, 42)), "7.000000042");
}
