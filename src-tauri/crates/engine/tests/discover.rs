//! Model files of other programs, found in folders laid out as theirs are.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/gguf.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod gguf;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use engine::{DiscoverOptions, Discovered, discover, discover::Place};
use gguf::Gguf;
use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn model(&self, path: &str) -> PathBuf {
        self.file(path, &Gguf::model("x").bytes(0))
    }

    fn options(&self, environment: &[(&str, &Path)]) -> DiscoverOptions {
        let environment = environment.iter().map(|(name, value)| ((*name).into(), OsString::from(value)));
        DiscoverOptions::new(Some(self.0.path().to_owned()), environment.collect::<BTreeMap<_, _>>())
    }

    fn found(&self) -> Vec<Discovered> {
        let found = discover(&self.options(&[]));
        assert!(found.complete);
        found.models
    }
}

fn names(found: &[Discovered]) -> Vec<(Place, &str)> {
    found.iter().map(|model| (model.place, model.name.as_str())).collect()
}

#[test]
fn models_of_all_programs_are_found_with_what_they_are() {
    let home = Home::new();
    home.model(".lmstudio/models/owner/Small-GGUF/small-Q8_0.gguf");
    home.model(".cache/lm-studio/models/owner/Old-GGUF/old-Q4_K_M.gguf");
    home.model(".cache/llama.cpp/owner_Other-GGUF_other.gguf");
    home.model(".local/share/Jan/data/llamacpp/models/owner/Jan-4B/model.gguf");
    home.file(".lmstudio/models/owner/Small-GGUF/README.md", b"text");
    let found = home.found();
    assert_eq!(
        names(&found),
        [
            (Place::LmStudio, "old-Q4_K_M"),
            (Place::LmStudio, "small-Q8_0"),
            (Place::LlamaCpp, "owner_Other-GGUF_other"),
            (Place::Jan, "Jan-4B"),
        ]
    );
    for model in &found {
        assert_eq!(model.quantization.as_deref(), Some("Q4_0"), "the file says it better than its name");
        assert_eq!(model.architecture.as_deref(), Some("llama"));
        assert_eq!((model.problem.as_deref(), model.parts.len()), (None, 1));
        assert_eq!(model.size, Gguf::model("x").bytes(0).len() as u64);
    }
}

#[test]
fn a_link_into_the_blobs_is_one_model_and_a_dead_one_none() {
    let home = Home::new();
    let hub = ".cache/huggingface/hub/models--owner--Name-GGUF";
    let blob = home.model(&format!("{hub}/blobs/0123abcd"));
    for revision in ["aaaa", "bbbb"] {
        let folder = home.0.path().join(hub).join("snapshots").join(revision);
        fs::create_dir_all(&folder).unwrap();
        symlink(&blob, folder.join("name-Q4_0.gguf")).unwrap();
        symlink(folder.join("gone"), folder.join("gone.gguf")).unwrap();
    }
    let found = home.found();
    assert_eq!(names(&found), [(Place::HuggingFace, "name-Q4_0")]);
    assert!(found[0].path.ends_with("snapshots/aaaa/name-Q4_0.gguf"), "{:?}", found[0].path);
}

#[test]
fn parts_belong_together_and_missing_ones_are_told() {
    let home = Home::new();
    let part = Gguf::model("x").number("split.count", 3).bytes(0);
    for number in 1..=3 {
        home.file(&format!(".lmstudio/models/o/r/big-Q6_K-{number:05}-of-00003.gguf"), &part);
    }
    home.file(".lmstudio/models/o/r/cut-Q6_K-00002-of-00003.gguf", &part);
    let found = home.found();
    assert_eq!(names(&found), [(Place::LmStudio, "big-Q6_K"), (Place::LmStudio, "cut-Q6_K")]);
    let (big, cut) = (&found[0], &found[1]);
    assert_eq!((big.parts.len(), big.size, big.problem.as_ref()), (3, part.len() as u64 * 3, None));
    assert_eq!(big.quantization.as_deref(), Some("Q6_K"));
    assert!(big.path.ends_with("big-Q6_K-00001-of-00003.gguf"));
    assert!(cut.problem.as_ref().unwrap().starts_with("Only 1 of the 3 files"), "{cut:?}");
}

#[test]
fn a_projector_goes_with_its_model() {
    let home = Home::new();
    home.model(".lmstudio/models/o/Seeing/seeing-4b-Q4_K_M.gguf");
    let wide = home.file(".lmstudio/models/o/Seeing/mmproj-seeing-F32.gguf", &[0; 400]);
    let half = home.file(".lmstudio/models/o/Seeing/mmproj-seeing-F16.gguf", &[0; 500]);
    home.model(".cache/llama.cpp/a_Seeing-GGUF_seeing.gguf");
    home.model(".cache/llama.cpp/b_Blind-GGUF_blind.gguf");
    let other = home.file(".cache/llama.cpp/a_Seeing-GGUF_mmproj.gguf", &[0; 9]);
    let found = home.found();
    let projectors: Vec<_> = found.iter().map(|model| model.projector.clone()).collect();
    assert_eq!(projectors, [Some(half), Some(other), None], "{found:?}");
    assert!(wide.exists());
}

#[test]
fn what_is_no_model_is_left_out_and_what_is_damaged_says_so() {
    let home = Home::new();
    let root = ".lmstudio/models/o/r";
    let whole = Gguf::model("x").bytes(0);
    home.file(&format!("{root}/cut.gguf"), &whole[..whole.len() - 40]);
    home.file(&format!("{root}/page.gguf"), b"<html>not found, and long enough to be looked at</html>");
    home.file(&format!("{root}/adapter.gguf"), &Gguf::model("x").text("general.type", "adapter").bytes(0));
    let eyes = Gguf::empty().text("general.architecture", "clip").tensor("v.weight", &[64], 0, 256);
    home.file(&format!("{root}/eyes.gguf"), &eyes.bytes(0));
    home.file(&format!("{root}/.ollama/models/x.gguf"), &whole);
    let blob = home.model("elsewhere/blobs/sha256-0123");
    symlink(blob, home.0.path().join(root).join("blob.gguf")).unwrap();
    let found = home.found();
    assert_eq!(names(&found), [(Place::LmStudio, "cut"), (Place::LmStudio, "page")]);
    assert!(found.iter().all(|model| model.problem.as_ref().is_some_and(|text| text.ends_with('.'))));
}

#[test]
fn the_environment_moves_the_caches() {
    let home = Home::new();
    home.model(".cache/huggingface/hub/models--o--a/snapshots/1/unused.gguf");
    home.model("hf/hub/models--o--a/snapshots/1/hub.gguf");
    home.model("llama/cache.gguf");
    let here = home.0.path();
    let environment = [("HF_HOME", here.join("hf")), ("LLAMA_CACHE", here.join("llama"))];
    let environment: Vec<_> = environment.iter().map(|(name, path)| (*name, path.as_path())).collect();
    let found = discover(&home.options(&environment)).models;
    assert_eq!(names(&found), [(Place::HuggingFace, "hub"), (Place::LlamaCpp, "cache")]);
    let relative = [("HF_HOME", Path::new("hf")), ("LLAMA_CACHE", Path::new("/"))];
    let found = discover(&home.options(&relative)).models;
    assert_eq!(
        names(&found),
        [(Place::HuggingFace, "unused")],
        "a relative folder or the whole disk is a mistake"
    );
}

#[test]
fn the_search_ends_and_says_that_it_did_not_see_all() {
    let home = Home::new();
    for number in 0..20 {
        home.model(&format!(".lmstudio/models/o/r{number}/m{number}.gguf"));
    }
    home.model(".lmstudio/models/1/2/3/4/5/6/7/too-deep.gguf");
    symlink(home.0.path(), home.0.path().join(".lmstudio/models/round")).unwrap();
    assert_eq!(home.found().len(), 20);
    let few = discover(&DiscoverOptions { most_entries: 10, ..home.options(&[]) });
    assert!(!few.complete && few.models.len() < 10);
    let short = discover(&DiscoverOptions { longest: Duration::ZERO, ..home.options(&[]) });
    assert!(!short.complete && short.models.is_empty());
    let ours = DiscoverOptions { exclude: vec![home.0.path().join(".lmstudio")], ..home.options(&[]) };
    assert!(discover(&ours).models.is_empty());
    assert!(discover(&DiscoverOptions::new(None, BTreeMap::new())).models.is_empty());
}
