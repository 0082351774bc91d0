//! A models folder of Ollama: what is in it, what is wrong with it, what it takes, and what is put into it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it is surprised"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/shelf.rs"]
mod shelf;

use std::{
    fs,
    sync::{Arc, Mutex},
};

use domain::ErrorCode;
use engine::{
    BlobDigest, Library, Reference, create_in_ollama, import_into_ollama,
    library::{Damage, ImportFile, ImportPhase, OllamaImport},
};
use llm::CreateRequest;
use shelf::{client, digest_of};
use test_support::ollama::{FakeOllama, Script, model_file, put_model};

fn folder() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    put_model(folder.path(), "smol", &model_file(1, 100_000)).unwrap();
    put_model(folder.path(), "somebody/other:v1", &model_file(2, 50_000)).unwrap();
    let library = Library::open(folder.path()).unwrap();
    (folder, library)
}

fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

fn weights(library: &Library, text: &str) -> BlobDigest {
    library.model(&name(text)).unwrap().unwrap().weights().unwrap().digest.clone()
}

#[test]
fn models_are_listed_with_their_layers() {
    let (folder, library) = folder();
    let hub = folder.path().join("manifests/hf.co/owner/repo");
    fs::create_dir_all(&hub).unwrap();
    let manifest = folder.path().join("manifests/registry.ollama.ai/library/smol/latest");
    fs::copy(&manifest, hub.join("Q4_K_M")).unwrap();
    // What an operating system leaves in folders.
    fs::write(folder.path().join("manifests/.DS_Store"), "x").unwrap();
    fs::write(hub.join(".DS_Store"), "x").unwrap();

    let models = library.models().unwrap();
    let names: Vec<_> = models.iter().map(|model| model.reference.short()).collect();
    assert_eq!(names, ["hf.co/owner/repo:Q4_K_M", "smol:latest", "somebody/other:v1"]);
    assert_eq!(models[1].manifest, manifest);
    let kinds: Vec<_> =
        models[1].layers.iter().map(|layer| layer.media_type.rsplit('.').next().unwrap()).collect();
    assert_eq!(kinds, ["model", "template", "params", "v1+json"]);
    assert_eq!(models[1].weights().unwrap().digest, digest_of(&model_file(1, 100_000)));
    assert_eq!(library.model(&name("SMOL")).unwrap().map(|model| model.reference), Some(name("smol")));
    assert_eq!(library.problems().unwrap(), []);
    let access = library.access();
    assert!(access.readable && access.writable);
    assert_eq!(access.owner.is_some(), cfg!(unix));
}

#[test]
fn a_blob_that_is_gone_or_cut_is_a_problem_with_a_sentence() {
    let (_folder, library) = folder();
    let (smol, other) = (weights(&library, "smol"), weights(&library, "somebody/other:v1"));
    let size = fs::metadata(library.blob(&smol)).unwrap().len();
    fs::OpenOptions::new().write(true).open(library.blob(&smol)).unwrap().set_len(60_000).unwrap();
    fs::remove_file(library.blob(&other)).unwrap();
    let problems = library.problems().unwrap();
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0].damage, Damage::Size { expected: size, found: 60_000 });
    assert!(problems[0].message.starts_with("smol:latest is damaged: a file of it is cut: 60 KB of "));
    assert_eq!((problems[1].damage, problems[1].digest.as_ref()), (Damage::Missing, Some(&other)));
    assert_eq!(problems[1].file, library.blob(&other));
}

#[test]
fn only_what_no_model_needs_is_freed_and_exactly_that() {
    let (folder, library) = folder();
    let blobs = folder.path().join("blobs");
    let before = library.space().unwrap();
    assert_eq!((before.unreferenced, before.partials), (0, 0));
    let whole: u64 =
        fs::read_dir(&blobs).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert_eq!(before.models, whole, "what both models need counts once");
    assert!(before.free.is_some_and(|free| free > 0));
    assert!(!library.has_unfinished());

    let lone = digest_of(b"nobody needs this");
    fs::write(library.blob(&lone), "nobody needs this").unwrap();
    let begun = digest_of(b"begun");
    let partial = |end: &str| blobs.join(format!("{}-partial{end}", begun.file_name()));
    fs::write(partial("-0"), r#"{"N":0,"Offset":0,"Size":1000000000,"Completed":5}"#).unwrap();
    fs::File::create(partial("")).unwrap().set_len(1_000_000_000).unwrap();
    fs::write(blobs.join("sha256-000000001"), "an upload").unwrap();
    fs::write(blobs.join("notes.txt"), "somebody's own").unwrap();
    assert!(library.has_unfinished());
    let space = library.space().unwrap();
    assert_eq!((space.models, space.unreferenced), (whole, 17));
    assert!(space.partials < 10_000, "what isn't written takes nothing: {}", space.partials);
    assert_eq!(library.partials(&begun).unwrap().len(), 2);

    assert_eq!(library.free_space().unwrap(), space.unreferenced + space.partials);
    let after = library.space().unwrap();
    assert_eq!((after.models, after.unreferenced, after.partials), (whole, 0, 0));
    assert!(blobs.join("notes.txt").exists() && library.problems().unwrap().is_empty());
    assert_eq!(library.free_space().unwrap(), 0);
}

#[test]
fn nothing_is_freed_while_it_is_unknown_what_a_model_needs() {
    let (folder, library) = folder();
    let manifest = folder.path().join("manifests/registry.ollama.ai/library/smol/latest");
    for text in ["", "{}", r#"{"layers":[{"digest":"sha256:../../../etc/passwd","size":1}]}"#, "[]"] {
        fs::write(&manifest, text).unwrap();
        let error = library.free_space().unwrap_err();
        assert_eq!(error.code(), ErrorCode::Conflict);
        assert!(error.to_string().contains("library/smol/latest"), "{error}");
        let problems = library.problems().unwrap();
        assert_eq!((problems.len(), problems[0].damage), (1, Damage::Manifest));
        assert_eq!(library.models().unwrap().len(), 1);
    }
}

#[test]
fn partials_are_removed_for_one_digest_only() {
    let (folder, library) = folder();
    let (one, two) = (digest_of(b"1"), digest_of(b"2"));
    for (digest, end) in [(&one, "-partial"), (&one, "-partial-0"), (&two, "-partial"), (&two, "-partial-0")]
    {
        fs::write(folder.path().join(format!("blobs/{}{end}", digest.file_name())), "").unwrap();
    }
    let broken: Vec<_> = library.partials(&one).unwrap().into_iter().map(|partial| partial.broken).collect();
    assert_eq!(broken.iter().filter(|broken| **broken).count(), 1, "an empty part file");
    library.remove_partials(&one).unwrap();
    assert!(library.partials(&one).unwrap().is_empty());
    assert_eq!(library.partials(&two).unwrap().len(), 2);
    let smol = weights(&library, "smol");
    assert!(library.remove_blob(&smol).unwrap() > 100_000);
    assert_eq!(library.remove_blob(&smol).unwrap(), 0);
}

#[tokio::test]
async fn content_is_compared_with_its_digest() {
    let (_folder, library) = folder();
    let smol = weights(&library, "smol");
    let told = Arc::new(Mutex::new(0));
    let counter = told.clone();
    assert!(library.verify(&smol, move |bytes| *counter.lock().unwrap() = bytes).await.unwrap());
    let mut content = fs::read(library.blob(&smol)).unwrap();
    assert_eq!(*told.lock().unwrap(), content.len() as u64);
    content[50_000] ^= 1;
    fs::write(library.blob(&smol), content).unwrap();
    assert!(!library.verify(&smol, |_| {}).await.unwrap());
    assert_eq!(library.problems().unwrap(), [], "sizes don't show it");
    library.remove_blob(&smol).unwrap();
    assert_eq!(library.verify(&smol, |_| {}).await.unwrap_err().code(), ErrorCode::NotFound);
}

#[cfg(unix)]
#[test]
fn a_folder_of_somebody_else_names_file_and_command() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, library) = folder();
    let blobs = folder.path().join("blobs");
    let smol = weights(&library, "smol");
    let mode = |mode| fs::set_permissions(&blobs, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let writable = library.access().writable;
    let removed = library.remove_blob(&smol);
    mode(0o755);
    // The system's administrator may write everywhere.
    match removed {
        Ok(_) => assert!(writable),
        Err(error) => {
            assert!(!writable);
            assert_eq!(error.code(), ErrorCode::ReadOnly);
            assert!(error.to_string().contains(&format!("sudo rm '{}'", library.blob(&smol).display())));
        }
    }
}

fn import(path: &std::path::Path, model: &str) -> OllamaImport {
    OllamaImport {
        files: vec![ImportFile { path: path.to_owned(), sha256: None }],
        request: CreateRequest { model: model.to_owned(), ..CreateRequest::default() },
        ..OllamaImport::default()
    }
}

fn asked(fake: &FakeOllama, method: &str, path: &str) -> usize {
    fake.requests().iter().filter(|asked| asked.method == method && asked.path.starts_with(path)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_uploaded_once_and_its_second_copy_can_be_freed() {
    let fake = FakeOllama::start(Script::default()).await.unwrap();
    let (ollama, library) = (client(&fake.url()), Library::open(fake.folder()).unwrap());
    let file = fake.folder().join("some file.gguf");
    let content = model_file(7, 3_000_000);
    fs::write(&file, &content).unwrap();
    let mut phases = Vec::new();
    import_into_ollama(&ollama, Some(&library), &import(&file, "mine"), |phase| phases.push(phase))
        .await
        .unwrap();
    let size = content.len() as u64;
    assert!(phases.contains(&ImportPhase::Reading { done: size, total: size }));
    assert!(phases.contains(&ImportPhase::Uploading { done: size, total: size }));
    assert!(matches!(phases.last(), Some(ImportPhase::Making(words)) if words == "writing manifest"));
    assert_eq!(asked(&fake, "POST", "/api/blobs"), 1);

    // The engine wrote it again under another digest.
    let space = library.space().unwrap();
    assert_eq!(space.unreferenced, size);
    assert!(space.models > size);
    // Known content isn't read again, and what is there isn't sent again.
    let mut second = import(&file, "mine-too");
    second.files[0].sha256 = Some(digest_of(&content).hex().to_owned());
    phases.clear();
    import_into_ollama(&ollama, None, &second, |phase| phases.push(phase)).await.unwrap();
    assert!(phases.iter().all(|phase| matches!(phase, ImportPhase::Making(_))), "{phases:?}");
    assert_eq!(asked(&fake, "POST", "/api/blobs"), 1);
    assert_eq!(library.free_space().unwrap(), size);
    assert_eq!(library.problems().unwrap(), []);
    let mine = weights(&library, "mine");
    assert!(library.verify(&mine, |_| {}).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_cannot_work_says_why_before_anything_is_sent() {
    let fake = FakeOllama::start(Script::default()).await.unwrap();
    let ollama = client(&fake.url());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let good = model_file(1, 10_000);
    let cases = [
        (import(&file("text.gguf", b"no model at all"), "x"), ErrorCode::ModelDamaged, ""),
        (import(&file("cut.gguf", &good[..5_000]), "x"), ErrorCode::ModelDamaged, ""),
        (import(&folder.path().join("none.gguf"), "x"), ErrorCode::NotFound, "none.gguf"),
        (
            import(&file("big-00001-of-00002.gguf", &good), "x"),
            ErrorCode::InvalidInput,
            "big-00002-of-00002.gguf is missing",
        ),
        (import(&file("good.gguf", &good), "a b"), ErrorCode::InvalidInput, "a space"),
    ];
    for (import, code, part) in cases {
        let error = import_into_ollama(&ollama, None, &import, |_| {}).await.unwrap_err();
        assert!(error.code() == code && error.to_string().contains(part), "{code:?} {part}: {error:?}");
    }
    assert_eq!(fake.requests(), []);
    let both = [file("big-00002-of-00002.gguf", &good), folder.path().join("big-00001-of-00002.gguf")];
    let mut whole = import(&both[0], "big");
    whole.files.push(ImportFile { path: both[1].clone(), sha256: None });
    import_into_ollama(&ollama, None, &whole, |_| {}).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_of_a_model_that_is_not_here_is_never_looked_for_elsewhere() {
    let fake = FakeOllama::start(Script::default()).await.unwrap();
    fake.add_model("smol", &model_file(1, 10_000)).unwrap();
    let ollama = client(&fake.url());
    let mut request =
        CreateRequest { model: "pirate".into(), from: Some("nope".into()), ..CreateRequest::default() };
    let error = create_in_ollama(&ollama, &request, |_| {}).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelNotFound);
    assert!(error.to_string().contains("nope:latest"), "{error}");
    assert_eq!(asked(&fake, "POST", "/api/create"), 0);
    request.from = Some("smol".into());
    request.system = Some("You are a pirate.".into());
    let mut steps = Vec::new();
    create_in_ollama(&ollama, &request, |step| steps.push(step)).await.unwrap();
    assert!(steps.iter().any(|step| step.starts_with("creating new layer sha256:")), "{steps:?}");
    request.quantize = Some("q4_K_M".into());
    let error = create_in_ollama(&ollama, &request, |_| {}).await.unwrap_err();
    assert!(
        error.code() == ErrorCode::InvalidInput && error.to_string().contains("full precision"),
        "{error}"
    );
}
