//! What images cost an engine, and the disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use docker_cli::DockerCommand;
use docker_sandbox::{ImageStore, ProcessEngine};

use crate::bench::{Bench, milliseconds, succeed};
use crate::images::{Cache, Layer};
use crate::row::{Row, Sides, Unit};

/// The 2 GB of images.
const LARGE: [&str; 4] = [
    // Names that no resolver knows (RFC 6761): nothing can be asked for them.
    "registry.invalid/large-0:1",
    "registry.invalid/large-1:1",
    "registry.invalid/large-2:1",
    "registry.invalid/large-3:1",
];
const LARGE_LAYERS: usize = 5;

/// A limit that an engine cannot reach here: with one, the kernel counts its memory.
const MEMORY_LIMIT: u64 = 8 << 30;

/// The images of which chapters use different sets, and those sets.
const TEN: usize = 10;
const SETS: usize = 5;

pub(super) static START: Row = Row {
    name: "images-start",
    numerator: "`ProcessEngine::start` with 2 GB of images, and `docker version`",
    denominator: "without images",
    unit: Unit::Milliseconds,
    goal: Some(1.2),
    runs: 15,
    quick_runs: 3,
    note: "Four images of five layers each, in all 2 GB and 40,000 files, that are unpacked in the cache. \
           Both sides end when the daemon has answered. `verify` also checks the files of images before it \
           starts an engine: see `images-next-chapter`.",
    prepare: |bench| {
        let large = large_images(bench)?;
        let start = |engine: Result<ProcessEngine>, slot: &mut Option<ProcessEngine>| {
            slot.insert(engine?).docker().version()?;
            Ok(())
        };
        // The engine ends after the measurement.
        Ok(Sides::new(
            move || {
                let mut slot = None;
                milliseconds(|| start(Bench::engine_from(&large.images(), &LARGE, None), &mut slot))
            },
            move || {
                let mut slot = None;
                milliseconds(|| start(Bench::engine(), &mut slot))
            },
        ))
    },
};

pub(super) static MEMORY: Row = Row {
    name: "images-memory",
    numerator: "memory of an engine with 2 GB of images, minus that of one without images",
    denominator: "the limit",
    unit: Unit::Mebibytes,
    goal: Some(1.0),
    runs: 5,
    quick_runs: 2,
    note: "The images of `images-start`. What the control group of the whole engine has after \
           `docker image ls`: the memory of its processes, all pages of its file systems in memory, and the \
           kernel's structures for both, but not the cache of files on disk, which the kernel drops when \
           memory is needed.",
    prepare: |bench| {
        let large = large_images(bench)?;
        Ok(Sides::against(50.0, move || {
            let with = memory(&Bench::engine_from(&large.images(), &LARGE, Some(MEMORY_LIMIT))?)?;
            Ok(with - memory(&Bench::engine_from(&large.images(), &[], Some(MEMORY_LIMIT))?)?)
        }))
    },
};

pub(super) static NEXT_CHAPTER: Row = Row {
    name: "images-next-chapter",
    numerator: "two chapters with 2 GB of images, minus one of them",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 10,
    quick_runs: 2,
    note: "As `next-chapter`, with the images of `images-start`: each chapter has one step, \
           `docker image inspect` of the four images.",
    prepare: |bench| {
        let large = large_images(bench)?;
        let first = large_chapter(bench, "large-0.md")?;
        let second = large_chapter(bench, "large-1.md")?;
        let mut one = verify(bench, &large, &[&first])?;
        let mut two = verify(bench, &large, &[&first, &second])?;
        Ok(Sides::against(1_000.0, move || {
            // Until the measurement ends, the images must not be removed.
            let _large = &large;
            let both = milliseconds(|| succeed(&mut two))?;
            Ok(both - milliseconds(|| succeed(&mut one))?)
        }))
    },
};

pub(super) static DISK: Row = Row {
    name: "images-disk",
    numerator: "disk for five chapters with different sets out of ten images",
    denominator: "for one chapter with all ten",
    unit: Unit::Mebibytes,
    goal: Some(1.1),
    runs: 1,
    quick_runs: 1,
    note: "What `du` counts in the directory of images, after `verify` of each chapter by itself with a cache \
           that was empty before the first: what is compressed and what is unpacked. Each set has five \
           images, and each image is in two or three sets. The images are built from recipes; their lowest \
           layer, of 20 MB, is the same in all of them, another of 10 MB differs. Measured once, as it \
           does not depend on time.",
    prepare: |bench| {
        let book = bench.file("ten-images");
        let chapter = |name: String, numbers: &mut dyn Iterator<Item = usize>| -> Result<PathBuf> {
            let names: Vec<String> = numbers.map(ten_name).collect();
            write_chapter(book.join("src").join(name), &names)
        };
        write_ten(&book)?;
        let sets: Vec<PathBuf> = (0..SETS)
            .map(|set| chapter(format!("set-{set}.md"), &mut (0..5).map(|i| (2 * set + i) % TEN)))
            .collect::<Result<_>>()?;
        let all = chapter("all.md".to_owned(), &mut (0..TEN))?;
        let (sets, all) = (disk(bench, &sets)?, disk(bench, &[all])?);
        Ok(Sides::new(move || Ok(sets), move || Ok(all)))
    },
};

/// The cache with 2 GB of images, which all rows share.
fn large_images(bench: &Bench) -> Result<Rc<Cache>> {
    bench.large_images(|| {
        let cache = Cache::new(bench, "large")?;
        for (index, reference) in LARGE.iter().enumerate() {
            let layer = |layer| Layer {
                number: index * LARGE_LAYERS + layer,
                small_files: 2_000,
                large_size: 90_000_000,
            };
            cache.add(reference, &(0..LARGE_LAYERS).map(layer).collect::<Vec<_>>())?;
        }
        let chapter = large_chapter(bench, "large-0.md")?;
        succeed(&mut verify(bench, &cache, &[&chapter])?)?;
        let store = ImageStore::new(cache.images().join("unpacked"));
        let size = store.size(&store.images()?)?;
        ensure!(size >= 2_000_000_000, "the images only have {size} bytes");
        Ok(cache)
    })
}

fn large_chapter(bench: &Bench, name: &str) -> Result<PathBuf> {
    write_chapter(bench.file(name), &LARGE)
}

/// Writes a chapter that uses these images.
fn write_chapter(path: PathBuf, images: &[impl AsRef<str>]) -> Result<PathBuf> {
    let images: Vec<&str> = images.iter().map(AsRef::as_ref).collect();
    let step = format!("docker image inspect --format {{{{.Id}}}} {}", images.join(" "));
    fs::write(&path, format!("```bash\n{step}\n```\n"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// `verify` of chapters with a cache, one after another.
fn verify(bench: &Bench, cache: &Cache, chapters: &[&Path]) -> Result<Command> {
    let mut command = bench.verify(chapters.first().context("no chapter")?)?;
    command.args(&chapters[1..]).args(["--jobs", "1"]).env("XDG_CACHE_HOME", cache.home());
    Ok(command)
}

/// The memory of an engine that was started with a limit, in MiB.
fn memory(engine: &ProcessEngine) -> Result<f64> {
    engine.docker().image().ls().call()?;
    let version_1 = Path::new("/sys/fs/cgroup/memory").join(engine.name());
    // In version 1, the counts with `total_` are those of all groups below as well.
    let (group, usage, [inactive, active]) = if version_1.is_dir() {
        (version_1, "memory.usage_in_bytes", ["total_inactive_file", "total_active_file"])
    } else {
        let group = Path::new("/sys/fs/cgroup").join(engine.name());
        (group, "memory.current", ["inactive_file", "active_file"])
    };
    let read = |name: &str| {
        let file = group.join(name);
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let statistics = read("memory.stat")?;
    // Pages of file systems in memory are not among these.
    let file_pages = |name: &str| -> Result<u64> {
        let mut lines = statistics.lines().filter_map(|line| line.split_once(' '));
        let (_, bytes) = lines
            .find(|(field, _)| *field == name)
            .with_context(|| format!("memory.stat has no `{name}`"))?;
        Ok(bytes.parse()?)
    };
    let bytes = read(usage)?.trim().parse::<u64>()? - file_pages(inactive)? - file_pages(active)?;
    Ok(bytes as f64 / f64::from(1 << 20))
}

fn ten_name(number: usize) -> String {
    format!("registry.invalid/ten-{number}:1")
}

/// Writes a book with the recipes of ten images.
fn write_ten(book: &Path) -> Result<()> {
    let write = || -> std::io::Result<()> {
        if book.exists() {
            fs::remove_dir_all(book)?;
        }
        fs::create_dir_all(book.join("src"))?;
        let mut settings =
            "[book]\ntitle = \"Ten images\"\n\n[preprocessor.docktest.images]\n".to_owned();
        for number in 0..TEN {
            let recipe = book.join(format!("images/{number}"));
            fs::create_dir_all(&recipe)?;
            let base = Layer { number: TEN, small_files: 1_000, large_size: 14_000_000 };
            base.archive(File::create(recipe.join("base.tar"))?)?;
            let own = Layer { number, small_files: 500, large_size: 7_000_000 };
            own.archive(File::create(recipe.join("own.tar"))?)?;
            fs::write(
                recipe.join("Dockerfile"),
                "FROM scratch\nADD base.tar /\nADD own.tar /\nCMD [\"true\"]\n",
            )?;
            settings += &format!("\"{}\" = \"images/{number}\"\n", ten_name(number));
        }
        // A list of the chapters is part of any book; those that are given to `verify` need not be in it.
        fs::write(book.join("src/SUMMARY.md"), "# Summary\n")?;
        fs::write(book.join("book.toml"), settings)
    };
    write().with_context(|| format!("cannot write a book to {}", book.display()))
}

/// The disk that images take after `verify` of each of these chapters, in MiB.
fn disk(bench: &Bench, chapters: &[PathBuf]) -> Result<f64> {
    let cache = Cache::new(bench, "ten")?;
    for chapter in chapters {
        succeed(&mut verify(bench, &cache, &[chapter])?)?;
    }
    Ok(cache.disk_size()? as f64 / f64::from(1 << 20))
}
