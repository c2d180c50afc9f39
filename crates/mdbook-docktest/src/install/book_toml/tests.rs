use super::*;
use crate::render::assets;

fn french() -> Vec<&'static Asset> {
    assets::for_language("fr").filter(|asset| asset.name != "docktest.js").collect()
}

fn style_sheet() -> Vec<&'static Asset> {
    assets::for_language("en").filter(|asset| asset.kind == Kind::StyleSheet).collect()
}

#[track_caller]
fn edited(text: &str) -> String {
    let once = edit(text, &style_sheet()).unwrap().text;
    let twice = edit(&once, &style_sheet()).unwrap();
    assert_eq!(twice.text, once, "a second time changes nothing");
    assert_eq!(twice.added, [""; 0]);
    once
}

const ALL: &str = "[output.html]
additional-css = [\"docktest/docktest.css\"]

[preprocessor.docktest]
after = [\"links\"]
";

#[test]
fn a_fresh_book_gets_its_tables() {
    let before = "[book]\ntitle = \"T\" # mine\n";
    let after = "[book]\ntitle = \"T\" # mine\n
[preprocessor.docktest]
after = [\"links\"]

[output.html]
additional-css = [\"docktest/docktest.css\"]
";
    assert_eq!(edited(before), after);
    assert!(edited("").contains("[preprocessor.docktest]\n"));
    assert!(edited("[book]\ntitle = \"T\"").starts_with("[book]\ntitle = \"T\"\n"));
}

#[test]
fn what_is_there_stays_byte_for_byte() {
    for text in [
        ALL.to_owned(),
        ALL.replace('\n', "\r\n"),
        ALL.replace("\"docktest/docktest.css\"", "  'css/docktest.css' ,  "),
        "output.html.additional-css = ['docktest.css']\npreprocessor.docktest.after=['links']"
            .into(),
    ] {
        assert_eq!(edited(&text), text);
    }
}

#[test]
fn tables_of_the_authors_are_added_to() {
    let before = "# Mine

[preprocessor.docktest]   # tests
timeout = \"1m\"

[output.html]
additional-css = [
    \"a.css\", # first
    \"b.css\", # second
]   # styles
no-section-label = true

[output.html.search]
limit-results = 20
";
    let after = before
        .replace("timeout = \"1m\"\n", "timeout = \"1m\"\nafter = [\"links\"]\n")
        .replace("# second\n", "# second\n    \"docktest/docktest.css\",\n");
    assert_eq!(edited(before), after);
}

#[test]
fn the_tables_below_a_new_one_stay_where_they_are() {
    let before = "[output.html.search]\nlimit-results = 20\n\n[preprocessor.index]\n";
    let after = edited(before);
    assert!(after.contains("limit-results = 20\n\n[preprocessor.index]\n"), "{after}");
    assert!(after.contains("[output.html]\nadditional-css"), "{after}");
}

#[test]
fn inline_and_dotted_tables_stay_so() {
    let after = edited("output = { html = { mathjax-support = true } }\n");
    assert!(
        after.starts_with(
            "output = { html = { mathjax-support = true, additional-css = [\"docktest/docktest.css\"] \
             } }\n"
        ),
        "{after}"
    );
    let after = edited("preprocessor = {}\noutput.html.mathjax-support = true\n");
    assert!(after.contains("preprocessor = { docktest = { after = [\"links\"] } }\n"), "{after}");
    assert!(
        after.contains(
            "output.html.mathjax-support = true\noutput.html.additional-css = [\"docktest/docktest.css\"]\n"
        ),
        "{after}"
    );
}

#[test]
fn line_endings_and_marks_stay() {
    let before = "\u{feff}[book]\r\ntitle = \"T\"\r\n\r\n# end\r\n";
    let after = edited(before);
    assert!(after.starts_with("\u{feff}[book]\r\ntitle = \"T\"\r\n"), "{after:?}");
    assert!(after.contains("# end\r\n"), "{after:?}");
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{after:?}");
}

#[test]
fn other_preprocessors_before_it_stay() {
    let after = edited("[preprocessor.docktest]\nafter = [\"index\"]\n");
    assert!(after.contains("after = [\"index\", \"links\"]"), "{after}");
}

#[test]
fn scripts_are_listed_in_the_order_in_which_they_are_loaded() {
    let text = "[output.html]\nadditional-js = [\"a.js\", \"docktest/docktest-language.js\"]\n";
    let after = edit(text, &french()).unwrap().text;
    let list = "additional-js = [\"a.js\", \"docktest/docktest-fr.js\", \"docktest/docktest-language.js\"]";
    assert!(after.contains(list), "{after}");
}

#[test]
fn a_book_without_pages_needs_no_style_sheet() {
    let edited = edit("[output.markdown]\n", &french()).unwrap();
    assert!(edited.places.is_empty() && !edited.text.contains("html"), "{}", edited.text);
    assert!(edited.warnings[0].contains("no [output.html]"), "{:?}", edited.warnings);
}

#[test]
fn settings_without_effect_are_warnings() {
    let warned = |text: &str| edit(text, &style_sheet()).unwrap().warnings.concat();
    let before = "[preprocessor.docktest]\nbefore = [\"links\"]\n";
    assert!(warned(before).contains("write `after = [\"links\"]` instead"));
    let outside = "[output.html]\nadditional-css = [\"../docktest.css\"]\n";
    assert!(warned(outside).contains("is outside the book"));
    assert_eq!(warned(ALL), "");
}

#[test]
fn what_is_in_the_way_is_named() {
    let refused = |text: &str| edit(text, &style_sheet()).unwrap_err().to_string();
    assert_eq!(refused("output = 1"), "`output` is not a table");
    assert_eq!(refused("[output]\nhtml = \"x\""), "`output.html` is not a table");
    let list = refused("[output.html]\nadditional-css = \"a.css\"");
    assert_eq!(
        list,
        "`output.html.additional-css` is not an array: write `output.html.additional-css = []`"
    );
    assert_eq!(refused("[book]\n[output"), "line 2: unclosed table, expected `]`");
}

#[test]
fn what_is_no_toml_is_known_before_anything_is_done() {
    check(ALL).unwrap();
    check(&format!("\u{feff}{ALL}")).unwrap();
    let error = check("[book]\n\ntitle = \n").unwrap_err();
    assert!(matches!(error, BookTomlError::Syntax { line: 3, .. }), "{error}");
}

#[test]
fn each_addition_is_listed() {
    let added = |text: &str| edit(text, &style_sheet()).unwrap().added;
    let list = "`additional-css` of [output.html]: docktest/docktest.css";
    assert_eq!(added(""), ["[preprocessor.docktest]", list]);
    assert_eq!(added("[preprocessor.links]\n"), ["[preprocessor.docktest]", list]);
    let there = "[preprocessor.docktest]\nrun = \"never\"\n";
    assert_eq!(added(there), ["`after` of [preprocessor.docktest]", list]);
    assert_eq!(added(&format!("{there}after = [\"links\"]\n[output.pdf]\n")), [""; 0]);
}

#[test]
fn each_file_is_put_where_its_list_names_it() {
    let text = "[output.html]\nadditional-css = [\"own.css\", \"css/docktest.css\"]\n";
    let assets: Vec<&Asset> = assets::for_language("fr").collect();
    let edited = edit(text, &assets).unwrap();
    let places = edited.places.iter().map(|(asset, place)| (asset.name, place.to_str().unwrap()));
    let expected = assets.iter().map(|asset| match asset.kind {
        Kind::StyleSheet => (asset.name, format!("css/{}", asset.name)),
        Kind::Script => (asset.name, format!("docktest/{}", asset.name)),
    });
    let sorted = |mut list: Vec<(&str, String)>| {
        list.sort_unstable();
        list.into_iter().map(|(name, place)| format!("{name}: {place}")).collect::<Vec<_>>()
    };
    let places = places.map(|(name, place)| (name, place.to_owned())).collect();
    assert_eq!(sorted(places), sorted(expected.collect()));
}
