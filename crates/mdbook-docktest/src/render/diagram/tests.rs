//! States and the expected diagrams.

use proptest::prelude::*;
use scraper::{Html, Selector};

use super::cards::{Line, LinkKind};
use super::layout::{CARD, Scene, WIDTH};
use super::limit::Kind;
use super::*;
use crate::model::recording::{Mount, MountSource, Port};
use crate::render::labels::Language;
use crate::render::names::cells;
use crate::render::state::{Container, Network, Status};

fn french() -> Labels {
    Labels::new(Language::Fr)
}

fn container(name: &str, mounts: Vec<Mount>) -> Container {
    Container {
        id: name.to_owned(),
        name: name.to_owned(),
        image: Some("alpine".to_owned()),
        status: Status::Running,
        mounts,
        networks: Vec::new(),
        ports: Vec::new(),
    }
}

fn mount(volume: &str, destination: &str, read_only: bool) -> Mount {
    let source = MountSource::Volume(volume.to_owned());
    Mount { source, destination: destination.to_owned(), read_only }
}

fn network(name: &str) -> Network {
    Network { id: format!("{name}-id"), name: name.to_owned() }
}

/// The state after the first chapter of the course.
fn sidecar() -> State {
    let producer = container("app-server", vec![mount("shared-logs", "/var/log/app", false)]);
    let consumer = container("log-shipper", vec![mount("shared-logs", "/logs", true)]);
    State {
        containers: vec![producer, consumer],
        volumes: vec!["shared-logs".to_owned()],
        networks: Vec::new(),
    }
}

/// One object of each kind, in each status.
fn everything() -> State {
    let digits = "0123456789abcdef".repeat(4);
    let bind = MountSource::Bind("/lab/site".to_owned());
    let mounts = vec![
        Mount { source: bind, destination: "/usr/share/nginx/html".into(), read_only: true },
        Mount { source: MountSource::Tmpfs, destination: "/run".into(), read_only: false },
        mount(&digits, "/var/lib/postgresql/data", false),
    ];
    let port = |address: Option<&str>, host, container, protocol: &str| Port {
        address: address.map(str::to_owned),
        host,
        container,
        protocol: protocol.to_owned(),
    };
    let ports = vec![port(None, Some(8080), 80, "tcp"), port(Some("127.0.0.1"), None, 53, "udp")];
    let networks = vec![network("bridge"), network("front")];
    let web = Container { ports, networks, ..container("web", mounts) };
    let others =
        [("done", Status::Exited(3)), ("waiting", Status::Created), ("asleep", Status::Paused)];
    let others = others.map(|(name, status)| Container {
        status,
        networks: vec![network("host")],
        ..container(name, Vec::new())
    });
    State {
        containers: [web].into_iter().chain(others).collect(),
        volumes: vec![digits, "lonely".to_owned()],
        networks: vec![network("front"), network("lone")],
    }
}

fn scene(state: &State) -> Scene {
    layout(cards(state, &french()))
}

fn texts(state: &State) -> Vec<Vec<String>> {
    let cards = cards(state, &french());
    cards.iter().map(|card| card.lines().map(|line| line.text.clone()).collect()).collect()
}

fn svg_of(state: &State) -> Html {
    let html = html(state, "docktest-c-1-state", &french());
    assert!(!html.contains('\n'));
    Html::parse_fragment(&html)
}

fn text_of(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).unwrap();
    let element = page.select(&selector).next().unwrap_or_else(|| panic!("{}", page.html()));
    element.text().collect()
}

#[test]
fn two_containers_share_a_volume() {
    let Scene { cards, arrows, .. } = scene(&sidecar());
    let kinds: Vec<Kind> = cards.iter().map(|card| card.card.kind).collect();
    assert_eq!(kinds, [Kind::Container, Kind::Container, Kind::Volume]);
    let kinds: Vec<LinkKind> = arrows.iter().map(|arrow| arrow.kind).collect();
    assert_eq!(kinds, [LinkKind::ReadWrite, LinkKind::ReadOnly]);
    assert_eq!(
        texts(&sidecar()),
        [
            vec!["app-server", "● en marche · alpine", "/var/log/app"],
            vec!["log-shipper", "● en marche · alpine", "/logs", "lecture seule"],
            vec!["volume", "shared-logs"],
        ]
    );
}

/// Nothing is side by side that is not related, and nothing flows to a container that is not up.
#[test]
fn stopped_containers_and_unused_volumes_look_different() {
    let volumes = ["one", "two"].map(str::to_owned).to_vec();
    let unused = State { volumes, ..State::default() };
    let Scene { cards, .. } = scene(&unused);
    assert!(cards[0].x == cards[1].x && cards[0].y + cards[0].height < cards[1].y, "{cards:?}");
    assert_eq!(texts(&unused)[0], ["volume", "one", "monté nulle part"]);

    let heads = |state: &State| text_of_paths(&svg_of(state)).matches("-4v8z").count();
    let dotted = |state: &State| html(state, "x", &french()).contains("stroke-dasharray=\"2 4\"");
    let mut state = sidecar();
    assert_eq!((heads(&state), dotted(&state)), (3, false));
    state.containers[0].status = Status::Exited(0);
    assert_eq!((heads(&state), dotted(&state)), (1, true));
}

fn text_of_paths(page: &Html) -> String {
    let paths = Selector::parse("path").unwrap();
    page.select(&paths).filter_map(|path| path.attr("d")).collect()
}

#[test]
fn a_diagram_is_deterministic_and_small() {
    let html = html(&sidecar(), "docktest-c-1-state", &french());
    let expected = include_str!("sidecar.html");
    assert_eq!(html, expected.trim_end(), "if the change is intended, copy it to sidecar.html");
    assert!(html.len() < 2048, "{}", html.len());
}

#[test]
fn cards_show_everything_but_defaults() {
    assert_eq!(
        texts(&everything()),
        [
            vec![
                "web",
                "● en marche · alpine",
                "port 8080 → 80",
                "127.0.0.1:auto",
                "→ port 53/udp",
                "/usr/share/nginx",
                "/html",
                "lecture seule",
                "/run",
                "tmpfs",
                "/var/lib",
                "/postgresql/data",
                "réseau"
            ],
            vec!["done", "■ arrêté (code 3)", "alpine", "réseau host"],
            vec!["waiting", "○ non démarré", "alpine", "réseau host"],
            vec!["asleep", "‖ en pause · alpine", "réseau host"],
            vec!["volume anonyme", "0123456789ab"],
            vec!["volume", "lonely", "monté nulle part"],
            vec!["réseau", "front"],
            vec!["réseau", "lone"],
            vec!["chemin de l’hôte", "/lab/site"],
        ]
    );
}

#[test]
fn the_description_has_everything_in_the_diagram() {
    let page = svg_of(&everything());
    let description = text_of(&page, "svg > desc");
    let expected = "Conteneur web, image alpine, en marche : chemin de l’hôte /lab/site monté sur \
        /usr/share/nginx/html (lecture seule) ; tmpfs monté sur /run ; volume anonyme 0123456789ab \
        monté sur /var/lib/postgresql/data ; le port 8080 de l’hôte mène à son port 80 ; le port \
        127.0.0.1:auto de l’hôte mène à son port 53/udp ; réseau front. \
        Conteneur done, image alpine, arrêté (code 3) : réseau host. \
        Conteneur waiting, image alpine, non démarré : réseau host. \
        Conteneur asleep, image alpine, en pause : réseau host. \
        Volume lonely, monté nulle part. Réseau lone.";
    assert_eq!(description.replace(['\u{a0}', '\u{202f}'], " "), expected);

    let svg = Selector::parse("svg").unwrap();
    let svg = page.select(&svg).next().unwrap().value();
    assert_eq!(svg.attr("role"), Some("img"));
    for (attribute, element) in [("aria-labelledby", "title"), ("aria-describedby", "desc")] {
        let id = svg.attr(attribute).unwrap();
        assert!(id.starts_with("docktest-c-1-state-"));
        assert!(!text_of(&page, &format!("{element}[id='{id}']")).is_empty());
    }
}

#[test]
fn an_empty_state_is_a_sentence() {
    let page = svg_of(&State::default());
    assert!(text_of(&page, "figure > p").starts_with("Aucun conteneur"));
    let lines = text(&State::default(), &Labels::new(Language::En));
    let nothing = "No containers, no volumes, and no networks other than Docker’s own.";
    assert_eq!(lines, ["Containers, volumes and networks at this point", nothing]);
}

#[test]
fn text_has_the_sentences_of_the_description() {
    assert_eq!(
        text(&sidecar(), &Labels::new(Language::En)),
        [
            "Containers, volumes and networks at this point",
            "- Container app-server, image alpine, running: volume shared-logs mounted at /var/log/app.",
            "- Container log-shipper, image alpine, running: volume shared-logs mounted at /logs (read-only).",
        ]
    );
}

#[test]
fn objects_beyond_the_limit_are_counted() {
    let bind = |n: usize| Mount {
        source: MountSource::Bind(format!("/host/{n}")),
        destination: format!("/{n}"),
        read_only: false,
    };
    let mounts = (0..50_000).map(bind).collect();
    let state = State { containers: vec![container("app", mounts)], ..State::default() };
    let page = svg_of(&state);
    let description = text_of(&page, "svg > desc");
    assert!(description.ends_with(" /11. Et 49\u{202f}988 autres."), "{description}");
    assert_eq!(text_of(&page, "figure > p"), "et 49\u{202f}988 autres");
    assert_eq!(scene(&Drawn::new(&state, LIMITS[0]).state).arrows.len(), 12);

    let volumes = (0..50_000).map(|n| format!("v{n}")).collect();
    let state = State { volumes, ..State::default() };
    assert_eq!(text_of(&svg_of(&state), "figure > p"), "et 49\u{202f}960 autres");
    assert_eq!(text(&state, &french()).len(), 42);
}

#[test]
fn a_diagram_has_a_largest_size() {
    let name = |n: usize| format!("{n}{}", "&\u{301}\u{301}".repeat(100));
    let mounts = |by: usize| {
        let mount = |n: usize| Mount {
            source: MountSource::Volume(name(n)),
            destination: format!("{}/{by}/{n}", name(n)),
            read_only: true,
        };
        (0..50).map(mount).collect::<Vec<_>>()
    };
    let networks: Vec<Network> = (0..50).map(|n| network(&name(n))).collect();
    let containers = (0..100)
        .map(|n| Container { networks: networks.clone(), ..container(&name(n), mounts(n)) });
    let state = State {
        containers: containers.collect(),
        volumes: (0..50).map(name).collect(),
        networks: networks.clone(),
    };
    let html = html(&state, "docktest-c-1-state", &french());
    assert!(html.len() <= MAX_SIZE, "{}", html.len());
    let largest = figure(&state, LIMITS[0], "docktest-c-1-state", &french());
    assert!(largest.len() > MAX_SIZE, "the state is too small for this test: {}", largest.len());
    let drawn = Drawn::new(&sidecar(), LIMITS[0]);
    assert_eq!((drawn.state, drawn.left_out), (sidecar(), 0));
}

#[test]
fn a_hostile_name_is_text() {
    let evil = "</text></svg><script>x</script>\u{202e}\x1b[31m\n\"&";
    let mut state = everything();
    state.volumes.push(evil.to_owned());
    state.networks.push(network(evil));
    let mounts = vec![
        mount(evil, evil, false),
        Mount {
            source: MountSource::Bind(evil.to_owned()),
            destination: format!("/{evil}"),
            read_only: true,
        },
    ];
    let image = Some(evil.to_owned());
    state.containers.push(Container { image, ..container(evil, mounts) });
    let html = html(&state, "docktest-c-1-state", &french());
    assert!(!html.contains(char::is_control) && !html.contains('\u{202e}'));
    let page = Html::parse_fragment(&html);
    let scripts = Selector::parse("script").unwrap();
    assert_eq!(page.select(&scripts).count(), 0);
    assert!(text_of(&page, "svg > desc").contains("</text></svg><script>x</script>"));
}

/// Names that Docker accepts, wide characters, and names that Docker rejects.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9_.-]{1,40}", "[日本語]{1,30}", "(\\PC|\n|\t){0,30}"]
}

fn any_container() -> impl Strategy<Value = Container> {
    let source = prop_oneof![
        3 => prop::sample::select(vec!["a", "b", "c", "d"])
            .prop_map(|name| MountSource::Volume(name.to_owned())),
        1 => name().prop_map(MountSource::Bind),
        1 => Just(MountSource::Tmpfs),
    ];
    let mount = (source, name(), any::<bool>())
        .prop_map(|(source, destination, read_only)| Mount { source, destination, read_only });
    let network = prop::sample::select(vec!["bridge", "host", "one", "two"]).prop_map(network);
    let port =
        (prop::option::of(name()), prop::option::of(any::<u16>()), any::<u16>(), name()).prop_map(
            |(address, host, container, protocol)| Port { address, host, container, protocol },
        );
    let status = prop_oneof![
        Just(Status::Created),
        Just(Status::Running),
        Just(Status::Paused),
        any::<i32>().prop_map(Status::Exited)
    ];
    let lists = (
        prop::collection::vec(mount, 0..5),
        prop::collection::vec(network, 0..3),
        prop::collection::vec(port, 0..3),
    );
    (name(), name(), prop::option::of(name()), status, lists).prop_map(
        |(id, name, image, status, (mounts, networks, ports))| Container {
            id,
            name,
            image,
            status,
            mounts,
            networks,
            ports,
        },
    )
}

fn any_state() -> impl Strategy<Value = State> {
    let volumes = prop::collection::vec(prop_oneof![name(), Just("a".to_owned())], 0..6);
    let networks = prop::collection::vec(name().prop_map(|name| network(&name)), 0..4);
    (prop::collection::vec(any_container(), 0..6), volumes, networks)
        .prop_map(|(containers, volumes, networks)| State { containers, volumes, networks })
}

proptest! {
    #[test]
    fn cards_do_not_overlap_and_links_connect_them(state in any_state()) {
        let Scene { height, cards, arrows } = scene(&state);
        for (index, card) in cards.iter().enumerate() {
            prop_assert!(card.x >= 0 && card.x + CARD <= WIDTH);
            prop_assert!(card.y >= 0 && card.y + card.height <= height);
            for other in &cards[index + 1..] {
                let apart = card.x + CARD < other.x
                    || other.x + CARD < card.x
                    || card.y + card.height < other.y
                    || other.y + other.height < card.y;
                prop_assert!(apart, "{card:?} {other:?}");
            }
            let lines: Vec<&Line> = card.card.lines().collect();
            prop_assert_eq!(lines.len(), card.base_lines.len());
            for (line, base_line) in lines.iter().zip(&card.base_lines) {
                prop_assert!(cells(&line.text) <= line.style.width(), "{line:?}");
                prop_assert!((card.y + 10..card.y + card.height - 4).contains(base_line));
            }
            prop_assert!(card.base_lines.windows(2).all(|pair| pair[1] - pair[0] >= 13));
        }
        let links = cards.iter().flat_map(|card| card.card.lines()).filter_map(|line| line.link);
        prop_assert_eq!(links.count(), arrows.len());
        for arrow in &arrows {
            // Each link starts at a card on the left and ends at one on the right.
            let meets = |x: i32, y: i32, side: i32| cards.iter().any(|card| {
                card.x + side == x && card.y < y && y < card.y + card.height
            });
            prop_assert!(meets(arrow.from.0, arrow.from.1, CARD), "{arrow:?}");
            prop_assert!(meets(arrow.to.0, arrow.to.1, 0), "{arrow:?}");
            prop_assert!(arrow.from.0 < arrow.to.0);
        }
    }

    #[test]
    fn no_more_cards_are_drawn_than_the_limit(state in any_state()) {
        for (limit, most) in LIMITS.into_iter().zip([40, 20, 10, 4]) {
            prop_assert!(cards(&Drawn::new(&state, limit).state, &french()).len() <= most);
        }
    }

    #[test]
    fn a_diagram_is_one_line_of_balanced_html(state in any_state()) {
        let html = html(&state, "docktest-c-1-state", &french());
        prop_assert!(!html.contains('\n'));
        let page = Html::parse_fragment(&html);
        prop_assert!(page.errors.is_empty(), "{:?} {html}", page.errors);
    }
}
