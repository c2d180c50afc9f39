use super::*;

fn amount(count: usize, bytes: u64) -> Amount {
    Amount { count, bytes }
}

#[test]
fn each_kind_has_a_line() {
    let mut cleaning = Cleaning::default();
    assert_eq!(cleaning.text(), "nothing to remove\n");
    cleaning.kept.push((ENGINES, amount(1, 412_000_000), "in use".to_owned()));
    cleaning.kept.push((IMAGES, amount(0, 0), "in use".to_owned()));
    let kept = "kept 1 prepared root file system, 412.00 MB: in use\n";
    assert_eq!(cleaning.text(), format!("nothing to remove\n{kept}"));
    cleaning.removed.extend([
        (IMAGES, amount(12, 1_300_000_000)),
        (REMAINS, amount(0, 0)),
        (LEFTOVERS, amount(2, 0)),
        (DOCKER_VOLUMES, amount(1, 0)),
    ]);
    let removed = "removed 12 images, 1.30 GB\nremoved 2 leftovers of killed runs, 0 B\n\
                   removed 1 volume with a cache of images on Docker\n";
    assert_eq!(cleaning.text(), format!("{removed}{kept}"));
    cleaning.is_dry_run = true;
    let would = format!("{removed}{kept}").replace("removed", "would remove");
    assert_eq!(cleaning.text(), would.replace("kept", "would keep"));
}

#[test]
fn engines_without_a_link_are_removed_unless_all_are() {
    let cache = tempfile::tempdir().unwrap();
    let engines = cache.path().join("engines");
    for name in ["new", "old", "sid"] {
        fs::create_dir_all(engines.join(name)).unwrap();
    }
    for (name, link) in [("new", "current"), ("sid", "suite-sid")] {
        std::os::unix::fs::symlink(name, engines.join(link)).unwrap();
    }
    let clean = |is_dry_run, all| {
        let mut cleaning = Cleaning { is_dry_run, ..Cleaning::default() };
        cleaning.engines(&engines, all);
        assert_eq!(cleaning.failures, [""; 0]);
        cleaning.text()
    };
    let removed = "removed 1 prepared root file system, 0 B\n";
    let kept = "kept 2 prepared root file systems, 0 B: engines start from them; use `--all` \
                to remove them, too\n";
    let would = format!("{removed}{kept}").replace("removed", "would remove");
    assert_eq!(clean(true, false), would.replace("kept", "would keep"));
    assert!(engines.join("old").exists());
    assert_eq!(clean(false, false), format!("{removed}{kept}"));
    assert!(!engines.join("old").exists() && engines.join("current").exists());
    assert_eq!(clean(false, true), "removed 2 prepared root file systems, 0 B\n");
    assert_eq!(prepared_roots(&engines).unwrap(), []);
}

#[test]
fn engines_behind_a_link_or_being_prepared_stay() {
    let cache = tempfile::tempdir().unwrap();
    let engines = cache.path().join("engines");
    fs::create_dir_all(engines.join("old")).unwrap();
    let link = cache.path().join("link");
    std::os::unix::fs::symlink(&engines, &link).unwrap();
    let mut cleaning = Cleaning::default();
    cleaning.engines(&link, true);
    let preparing = lock_roots(&engines).unwrap();
    cleaning.engines(&engines, true);
    let line = "kept 1 prepared root file system, 0 B: ";
    let text = format!(
        "nothing to remove\n{line}`{}` is a link: remove them there\n{line}another one is being \
         prepared\n",
        link.display()
    );
    assert_eq!(cleaning.text(), text);
    assert!(engines.join("old").exists());
    drop(preparing);
}
