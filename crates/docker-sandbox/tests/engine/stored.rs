//! A store with two images that have what is unusual in a layer.

use std::fs;
use std::path::Path;

use docker_sandbox::{Digest, EngineImage, ImageStore, ProcessEngine};
use rustix::fs::{XattrFlags, lsetxattr};
use tempfile::TempDir;

use crate::{inside, inside_bytes, start, start_with};

/// A directory with the files of the image `base`: programs, and what is unusual in a layer.
const BASE: &str = r#"set -e
mkdir -p /lab/base/data/opaque /lab/base/tmp
programs='/bin/sh /bin/cat /bin/ls /bin/rm /bin/mkdir /bin/sleep /bin/mount /usr/bin/stat /usr/bin/find'
tar --create --dereference --file - $(ldd $programs | grep -o '/[^ :)]*' | sort -u) 2>/dev/null |
    tar --extract --directory /lab/base
cd /lab/base/data
echo kept >kept
echo deleted >deleted
echo old >opaque/old
echo linked >one
ln one two
echo odd >'with space'; echo odd >'new
line'; echo odd >-dash; echo odd >'back\slash'; echo odd >"$(printf 'latin\351')"; echo odd >ünï
echo owned >owned; chown 1234:5678 owned; chmod 4751 owned
ln -s ../nowhere dangling
mkfifo pipe
echo capable >capable
"#;

/// An image that leaves out and replaces some of it.
const SHOP: &str = r#"set -e
tar --xattrs --xattrs-include='*' --create --directory /lab/base --file - . | docker import - base >/dev/null
DOCKER_BUILDKIT=0 docker build --quiet --tag shop:1 - 2>/dev/null <<END
FROM base
RUN rm /data/deleted
RUN rm -r /data/opaque && mkdir /data/opaque && echo fresh >/data/opaque/new
ENV SHOP=open
CMD ["cat", "/data/kept"]
END
docker tag base other:2
"#;

/// `security.capability` with CAP_NET_RAW (linux/capability.h: revision 2, effective; permitted; inheritable).
pub(crate) const CAPABILITY: [u8; 20] =
    [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A store with the image `shop:1` and the `base` that it was built from.
pub(crate) struct Stored {
    pub(crate) directory: TempDir,
    pub(crate) store: ImageStore,
    pub(crate) images: Vec<EngineImage>,
}

impl Stored {
    pub(crate) fn new() -> Self {
        // On the file system of the caches, as overlay2 needs one that is not an overlay.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let store = ImageStore::new(directory.path().join("store"));
        let data_root = directory.path().join("data");
        fs::create_dir(&data_root).unwrap();
        let engine = start_with(|options| options.data_root = Some(&data_root));
        inside(&engine, BASE);
        let capable = engine.outside(Path::new("/lab/base/data/capable"));
        lsetxattr(capable, "security.capability", &CAPABILITY, XattrFlags::CREATE).unwrap();
        inside(&engine, SHOP);
        let archive = inside_bytes(&engine, "docker save shop:1 base other:2");
        fs::write(directory.path().join("images.tar"), archive).unwrap();
        drop(engine);
        let images = ["shop:1", "base:latest"].map(|name| {
            let stored = store.take(&data_root, name).unwrap();
            EngineImage { id: stored.id, names: stored.names }
        });
        fs::remove_dir_all(data_root).unwrap();
        let stored = Self { directory, store, images: images.into() };
        stored.check();
        stored
    }

    pub(crate) fn check(&self) {
        for image in &self.images {
            self.store.check(&image.id).unwrap();
        }
    }

    /// An engine that begins with the images.
    pub(crate) fn start(&self) -> ProcessEngine {
        start_with(|options| options.images = Some((&self.store, &self.images)))
    }

    /// An engine that has loaded the same images from an archive.
    pub(crate) fn start_loaded(&self) -> ProcessEngine {
        let engine = start();
        let archive = self.directory.path().join("images.tar");
        fs::copy(archive, engine.outside(Path::new("/lab/images.tar"))).unwrap();
        inside(&engine, "docker load --quiet --input /lab/images.tar");
        engine
    }

    pub(crate) fn id(&self, name: &str) -> &Digest {
        let has_name = |image: &&EngineImage| image.names.iter().any(|of| of == name);
        &self.images.iter().find(has_name).unwrap().id
    }
}
