use super::*;

fn ordered(expected: &str, actual: &str) -> String {
    in_expected_order(expected, actual, &Bindings::default()).into_owned()
}

fn image(tag: &str, id: &str, age: &str) -> String {
    format!("img          {tag:<9} {id:<14} {age:<16} 8.4MB\n")
}

const IMAGES: &str = "REPOSITORY   TAG       IMAGE ID       CREATED          SIZE\n";

#[test]
fn images_of_the_same_second_are_in_the_order_in_which_they_are_expected() {
    let row = |tag: &str, id: &str| image(tag, id, "2 seconds ago");
    let (one, two) = (row("1", "3f1c8a2b9d4e"), row("2", "aa0c8a2b9d41"));
    let expected = [IMAGES, &image("2", "[ID:a]", "[AGE]"), &image("1", "[ID]", "[AGE]")].concat();
    assert_eq!(ordered(&expected, &[IMAGES, &one, &two].concat()), [IMAGES, &two, &one].concat());
    // As on a page that was written by hand.
    let sample = |tag: &str, id: &str| image(tag, id, "5 minutes ago");
    let by_hand = [IMAGES, &sample("2", "0123456789ab"), &sample("1", "ba9876543210")].concat();
    assert_eq!(ordered(&by_hand, &[IMAGES, &one, &two].concat()), [IMAGES, &two, &one].concat());
    // A run that needed two seconds for them.
    let older = image("2", "aa0c8a2b9d41", "3 seconds ago");
    assert_eq!(
        ordered(&expected, &[IMAGES, &one, &older].concat()),
        [IMAGES, &older, &one].concat()
    );
    // Another image than is expected.
    let actual = [IMAGES, &one, &row("3", "aa0c8a2b9d41")].concat();
    assert_eq!(ordered(&expected, &actual), actual);
}

#[test]
fn the_volumes_of_a_table_are_in_the_order_in_which_they_are_expected() {
    const HEADER: &str = "VOLUME NAME   LINKS     SIZE\n";
    let (one, two) = ("v1            1         12B\n", "v2            0         0B\n");
    let expected =
        [HEADER, "v2            0         0B\nv1            1         [SIZE]\n"].concat();
    let end = "\nBuild cache usage: 0B\n";
    let actual = [HEADER, one, two, end].concat();
    assert_eq!(ordered(&expected, &actual), [HEADER, two, one, end].concat());
}

#[test]
fn what_was_printed_before_distinguishes_volumes_with_random_names() {
    let (first, second) = ("c".repeat(64), "a".repeat(64));
    let row = |name: &str| format!("local     {name}\n");
    let header = "DRIVER    VOLUME NAME\n";
    let expected = ["[ID:1]\n[ID:2]\n", header, &row("b"), &row("[ID:1]"), &row("[ID:2]")].concat();
    let created = format!("{first}\n{second}\n");
    let actual = [&*created, header, &row(&second), &row("b"), &row(&first)].concat();
    let wanted = [&*created, header, &row("b"), &row(&first), &row(&second)].concat();
    assert_eq!(ordered(&expected, &actual), wanted);
    // Or in an earlier block.
    let mut known = Bindings::default();
    learn(&["[ID:1]", "[ID:2]"], &[&first, &second], &mut known);
    let expected = [header, &row("[ID:1]"), &row("b"), &row("[ID:2]")].concat();
    let actual = [header, &row(&second), &row("b"), &row(&first)].concat();
    let wanted = [header, &row(&first), &row("b"), &row(&second)].concat();
    assert_eq!(in_expected_order(&expected, &actual, &known), wanted);
}

#[test]
fn what_prune_and_rmi_list_is_in_the_order_in_which_it_is_expected() {
    let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let expected = "Deleted Networks:\nb\na\n\nDeleted Images:\nuntagged: img:2\ndeleted: [DIGEST]\n\
        untagged: img:1\ndeleted: [DIGEST]\n\nTotal reclaimed space: [SIZE]\n";
    let actual = format!(
        "Deleted Networks:\na\nb\n\nDeleted Images:\nuntagged: img:1\ndeleted: {}\n\
         untagged: img:2\ndeleted: {}\n\nTotal reclaimed space: 0B\n",
        digest("1"),
        digest("2")
    );
    let wanted = format!(
        "Deleted Networks:\nb\na\n\nDeleted Images:\nuntagged: img:2\ndeleted: {}\n\
         untagged: img:1\ndeleted: {}\n\nTotal reclaimed space: 0B\n",
        digest("1"),
        digest("2")
    );
    assert_eq!(ordered(expected, &actual), wanted);
    let expected = "Untagged: img:2\nDeleted: [DIGEST]\nUntagged: img:1\nDeleted: [DIGEST]\n";
    let actual = format!(
        "Untagged: img:1\nDeleted: {}\nUntagged: img:2\nDeleted: {}",
        digest("1"),
        digest("2")
    );
    let wanted = format!(
        "Untagged: img:2\nDeleted: {}\nUntagged: img:1\nDeleted: {}",
        digest("1"),
        digest("2")
    );
    assert_eq!(ordered(expected, &actual), wanted);
    // Something else is deleted than is expected.
    let other = actual.replace("img:2", "img:3");
    assert_eq!(ordered(expected, &other), other);
}

#[test]
fn what_is_known_distinguishes_ids() {
    let mut known = Bindings::default();
    learn(&["[ID:x]", "[ID:y]"], &["3f1c8a2b9d4e", "aa0c8a2b9d41"], &mut known);
    let swapped = in_expected_order("[ID:y]\n[ID:x]\n", "3f1c8a2b9d4e\naa0c8a2b9d41\n", &known);
    assert_eq!(swapped, "aa0c8a2b9d41\n3f1c8a2b9d4e\n");
    // One that is not expected stays.
    let unlike = "3f1c8a2b9d4e\nbb0c8a2b9d41\n";
    assert_eq!(
        in_expected_order("[ID:y]\n[ID:x]\n", unlike, &known),
        "bb0c8a2b9d41\n3f1c8a2b9d4e\n"
    );
}

#[test]
fn lines_with_an_order_stay_where_they_are() {
    for (expected, actual) in [
        ("b\na\n", "a\nb\n"),
        ("NAME\nb\na\n", "NAME\na\nb\n"),
        (
            "CONTAINER ID   NAMES\n[ID]   b\n[ID]   a\n",
            "CONTAINER ID   NAMES\n3f1c8a2b9d4e   a\naa0c8a2b9d41   b\n",
        ),
    ] {
        assert_eq!(ordered(expected, actual), actual);
    }
    // A part that is cut out.
    let expected = format!("{IMAGES}...\n{}", image("1", "[ID]", "[AGE]"));
    let row = |tag: &str| image(tag, "3f1c8a2b9d4e", "2 seconds ago");
    let actual = [IMAGES, &row("1"), &row("2")].concat();
    assert_eq!(ordered(&expected, &actual), actual);
}

#[test]
fn recordings_that_differ_in_this_order_are_sorted_alike() {
    let text = |rows: &str| format!("Deleted Volumes:\n{rows}\nTotal reclaimed space: 0B\n");
    assert_eq!(with_sorted_blocks(&text("v2\nv1\n")), text("v1\nv2\n"));
    assert!(matches!(with_sorted_blocks("b\na\n"), Cow::Borrowed(_)));
}

#[test]
fn records_of_a_build_cache_are_recognised() {
    for line in [
        "r1jj5kgk00jj   regular        12B       2 seconds ago   3 seconds ago   1   false",
        "[ID]           source.local   [SIZE]    [AGE]           [AGE]           1   false",
        "r1jj5kgk00jjmqhlxj5cm66t9*              \ttrue \t12B    \t2 seconds ago",
        "[ID]*              \ttrue \t[SIZE]    \t[AGE]",
    ] {
        assert!(is_cache_record(line), "{line}");
    }
    for line in [
        "[ID]   img   [AGE]",
        "r1jj5kgk00jjmqhlxj5cm66t9 *   lab   Ready   Active   Leader",
        "true",
    ] {
        assert!(!is_cache_record(line), "{line}");
    }
}
