//! Damage, and what killed processes leave behind.

use std::os::unix::fs::symlink;

use super::*;

/// Damages the upper layer of an image. It is noticed with this message, and gone when the image is taken
/// again.
#[track_caller]
fn notices(damage: impl FnOnce(&Path), message: &str) {
    let image = [BASE, APP];
    let fixture = Fixture::new();
    fixture.take("app", &image).unwrap();
    let chain = &chains(&image)[1];
    damage(&fixture.store.layer(chain));
    let found = fixture.store.check(&id(&image)).unwrap_err().to_string();
    assert_eq!(found, format!("layer {chain}: {message}"));
    fixture.take("app", &image).unwrap();
    fixture.store.check(&id(&image)).unwrap();
}

#[test]
fn damage_to_a_layer_is_noticed_and_named() {
    notices(|layer| fs::remove_dir_all(layer).unwrap(), "it is missing");
    let removed = "`diff/srv/app` is missing";
    notices(|layer| fs::remove_file(layer.join("diff/srv/app")).unwrap(), removed);
    notices(|layer| fs::remove_dir_all(layer.join("diff/srv")).unwrap(), "`diff/srv` is missing");
    let emptied = "`diff/srv/app` has 0 bytes instead of 7";
    notices(|layer| fs::write(layer.join("diff/srv/app"), "").unwrap(), emptied);
    let added = "`diff/srv/new` was added";
    notices(|layer| fs::write(layer.join("diff/srv/new"), "").unwrap(), added);
    let headers = "`tar-split.json.gz` has 5 bytes instead of 7";
    notices(|layer| fs::write(layer.join(TAR_SPLIT), "other").unwrap(), headers);
    notices(|layer| fs::remove_file(layer.join("seal")).unwrap(), "`seal` is missing");
    let replaced = "`diff/srv/app` has 5 bytes instead of 7";
    let replace = |layer: &Path| {
        fs::remove_file(layer.join("diff/srv/app")).unwrap();
        symlink("other", layer.join("diff/srv/app")).unwrap();
    };
    notices(replace, replaced);
}

#[test]
fn bytes_that_have_changed_are_noticed_by_the_time_of_the_inode() {
    let change = |layer: &Path| {
        let path = layer.join("diff/srv/app");
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        // Beyond the resolution of the file system's clock, which older kernels advance 100 times a second.
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&path, "CONTENT").unwrap();
        File::open(&path).unwrap().set_modified(modified).unwrap();
    };
    notices(change, "`diff/srv/app` has changed");
}

#[test]
fn damage_to_the_description_of_an_image_is_noticed_and_named() {
    let fixture = Fixture::new();
    let image = [BASE];
    fixture.take("base", &image).unwrap();
    let directory = fixture.store.image(&id(&image));
    write(directory.join(CONFIG), "");
    let message = fixture.store.check(&id(&image)).unwrap_err().to_string();
    let size = config(&image).len();
    let expected = format!("`config.json` has 0 bytes instead of {size}");
    assert_eq!(message, format!("image {}: {expected}", id(&image)));
    // A seal does not make another image of it.
    seal::write(&directory).unwrap();
    let message = fixture.store.check(&id(&image)).unwrap_err().to_string();
    assert_eq!(message, format!("image {}: `config.json` has changed", id(&image)));
    fixture.take("base", &image).unwrap();
    fixture.store.check(&id(&image)).unwrap();
}

#[test]
fn a_copy_is_not_what_was_sealed() {
    let fixture = Fixture::new();
    fixture.take("base", &[BASE]).unwrap();
    let file = fixture.file(&[BASE], 0);
    let copy = file.with_file_name("copy");
    fs::copy(&file, &copy).unwrap();
    fs::rename(copy, file).unwrap();
    let problem = fixture.store.check(&id(&[BASE])).unwrap_err();
    assert!(
        matches!(problem.problem(), Problem::Changed(path) if path == Path::new("diff/etc/base"))
    );
}

#[test]
fn damaged_layers_are_removed_and_the_others_stay() {
    let fixture = Fixture::new();
    let image = [BASE, APP];
    fixture.take("app", &image).unwrap();
    fs::remove_file(fixture.file(&image, 1)).unwrap();
    fixture.store.remove_damaged_layers(&id(&image)).unwrap();
    assert_eq!(fixture.layers(), [chains(&image)[0].clone()].into());
    // The layer that stayed is not needed from the data-root.
    let root = fixture.data_root("app", &image);
    fs::remove_dir_all(root.join("overlay2/cache-0")).unwrap();
    fixture.store.take(&root, "app:latest").unwrap();
    fixture.store.check(&id(&image)).unwrap();

    write(fixture.store.image(&id(&image)).join(METADATA), "");
    fixture.store.remove_damaged_layers(&id(&image)).unwrap();
    assert_eq!(fixture.store.images().unwrap(), [].into());
}

/// The states that a kill of `take` can leave: `count` is how many of its renames into place were done.
/// Before each, the directory was complete except for its seal, or not even that.
#[test]
fn what_a_killed_process_leaves_is_never_taken_for_whole() {
    let image = [BASE, APP];
    for done in 0..3 {
        for is_sealed in [false, true] {
            let fixture = Fixture::new();
            fixture.take("app", &image).unwrap();
            let mut places: Vec<PathBuf> =
                chains(&image).iter().map(|chain| fixture.store.layer(chain)).collect();
            places.push(fixture.store.image(&id(&image)));
            for (number, place) in places.iter().enumerate().skip(done) {
                let new = fixture.store.directory.join(format!("new-{number}"));
                fs::rename(place, &new).unwrap();
                if !is_sealed {
                    fs::remove_file(new.join("seal")).unwrap();
                }
            }
            fixture.store.check(&id(&image)).unwrap_err();
            assert_eq!(fixture.store.images().unwrap(), [].into());
            // The files are not in the data-root any more.
            let source = fixture.data_root("app", &image);
            fixture.store.take(&source, "app:latest").unwrap();
            fixture.store.check(&id(&image)).unwrap();
            fixture.store.remove_unfinished().unwrap();
            fixture.store.check(&id(&image)).unwrap();
            assert_eq!(names(&fixture.store.directory).unwrap().len(), 2, "`layers` and `images`");
        }
    }
}

#[test]
fn layers_of_a_killed_process_are_removed_with_what_is_unfinished() {
    let fixture = Fixture::new();
    fixture.take("app", &[BASE, APP]).unwrap();
    fixture.take("shop", &[BASE, SHOP]).unwrap();
    fs::remove_dir_all(fixture.store.image(&id(&[BASE, APP]))).unwrap();
    fixture.store.remove_unfinished().unwrap();
    assert_eq!(fixture.layers(), chains(&[BASE, SHOP]).into_iter().collect());
}

#[test]
fn a_layer_that_is_only_a_link_is_not_taken() {
    let fixture = Fixture::new();
    let root = fixture.data_root("base", &[BASE]);
    let files = root.join("overlay2/cache-0/diff");
    fs::remove_dir_all(&files).unwrap();
    symlink("/run/docktest/layers/0/diff", &files).unwrap();
    let error = fixture.store.take(&root, "base:latest").unwrap_err().to_string();
    assert!(error.ends_with(": it has no files of its own"), "{error}");
    assert_eq!(fixture.layers(), [].into());
    assert_eq!(names(&fixture.store.directory).unwrap(), [] as [&str; 0]);
}
