//! Files coming into the folder of models.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[allow(dead_code, reason = "not every test makes every kind of file")]
#[path = "support/gguf.rs"]
mod gguf;

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use domain::ErrorCode;
use engine::{ImportSink, import_gguf, sweep_imports};
use futures_util::stream;
use gguf::Gguf;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_imported_file_gets_a_name_of_ours_and_the_same_again_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (source, models) = (folder.path().join("Some File (1).gguf"), folder.path().join("models"));
    let bytes = Gguf::model("Tiny Model").bytes(1);
    fs::write(&source, &bytes).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = seen.clone();
    let first = import_gguf(&source, &models, move |done, total| told.lock().unwrap().push((done, total)))
        .await
        .unwrap();
    assert_eq!(first.name, "tiny-model-q4_0");
    assert_eq!((first.size, first.duplicate), (bytes.len() as u64, false));
    assert_eq!(first.sha256.len(), 64);
    assert_eq!(fs::read(&first.file).unwrap(), bytes);
    assert_eq!(seen.lock().unwrap().last(), Some(&(first.size, first.size)));

    let again = import_gguf(&source, &models, |_, _| {}).await.unwrap();
    assert!(again.duplicate && again.file == first.file && again.sha256 == first.sha256);
    let itself = import_gguf(&first.file, &models, |_, _| {}).await.unwrap();
    assert!(itself.duplicate);

    fs::write(&source, Gguf::model("Tiny Model").bytes(2)).unwrap();
    let other = import_gguf(&source, &models, |_, _| {}).await.unwrap();
    assert_eq!(other.name, "tiny-model-q4_0-2");
    assert_eq!(names(&models), ["tiny-model-q4_0-2.gguf", "tiny-model-q4_0.gguf"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&first.file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn what_is_no_model_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (source, models) = (folder.path().join("x.gguf"), folder.path().join("models"));
    let missing = import_gguf(&source, &models, |_, _| {}).await.unwrap_err();
    assert_eq!(missing.code(), ErrorCode::NotFound);
    let whole = Gguf::model("x").bytes(0);
    fs::write(&source, &whole[..whole.len() - 100]).unwrap();
    let cut = import_gguf(&source, &models, |_, _| {}).await.unwrap_err();
    assert_eq!(cut.code(), ErrorCode::ModelDamaged);
    assert!(!models.exists());
    let a_folder = import_gguf(folder.path(), &models, |_, _| {}).await.unwrap_err();
    assert_eq!(a_folder.code(), ErrorCode::InvalidInput);
}

#[tokio::test]
async fn a_split_model_comes_with_all_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models");
    let source = |part: u16| folder.path().join(format!("Big-Q4_0-{part:05}-of-00003.gguf"));
    for part in [1, 3] {
        fs::write(source(part), Gguf::part("Big", part - 1).bytes(part as u8)).unwrap();
    }
    let missing = import_gguf(&source(3), &models, |_, _| {}).await.unwrap_err();
    assert!(missing.to_string().contains("Big-Q4_0-00002-of-00003.gguf is missing"), "{missing}");
    fs::write(source(2), Gguf::part("Big", 2).bytes(2)).unwrap();
    let mixed = import_gguf(&source(1), &models, |_, _| {}).await.unwrap_err();
    assert_eq!(mixed.code(), ErrorCode::InvalidInput, "{mixed}");
    fs::write(source(2), Gguf::part("Big", 1).bytes(2)).unwrap();
    let whole = import_gguf(&source(2), &models, |_, _| {}).await.unwrap();
    let expected =
        ["big-q4_0-00001-of-00003.gguf", "big-q4_0-00002-of-00003.gguf", "big-q4_0-00003-of-00003.gguf"];
    assert_eq!(names(&models), expected);
    assert_eq!(
        (whole.name.as_str(), whole.header.tensors, whole.header.parameters),
        ("big-q4_0", 3, 3 * 4096)
    );
    assert_eq!(whole.file, models.join(expected[0]));
    assert_eq!(whole.size, (1..=3).map(|part| fs::metadata(source(part)).unwrap().len()).sum::<u64>());
    assert_eq!((whole.header.packings[0].kind.as_str(), whole.header.packings[0].count), ("Q4_0", 3));
    assert!(import_gguf(&source(1), &models, |_, _| {}).await.unwrap().duplicate);
    assert!(import_gguf(&whole.file, &models, |_, _| {}).await.unwrap().duplicate);
    assert_eq!(names(&models), expected);
    assert_eq!(engine::LocalModel::fault(&whole.file, whole.size), None);
    fs::remove_file(models.join(expected[1])).unwrap();
    assert!(engine::LocalModel::fault(&whole.file, whole.size).is_some());
}

#[tokio::test]
async fn an_upload_is_checked_and_capped() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = Gguf::model("Sent").bytes(1);
    let pieces = |bytes: &[u8]| {
        let pieces: Vec<_> = bytes.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        stream::iter(pieces)
    };
    let sink = ImportSink::create(folder.path(), 1 << 20, Some(bytes.len() as u64)).await.unwrap();
    let sent = sink.receive("sent.gguf", pieces(&bytes)).await.unwrap();
    assert_eq!(sent.name, "sent-q4_0");

    let sink = ImportSink::create(folder.path(), 1 << 20, None).await.unwrap();
    let titled = sink
        .receive("Nice-Title-1B.Q4_0.gguf", pieces(&Gguf::model("working title").bytes(3)))
        .await
        .unwrap();
    assert_eq!(
        (titled.name.as_str(), titled.header.name.as_deref()),
        ("nice-title-1b-q4_0", Some("Nice Title 1B"))
    );
    std::fs::remove_file(titled.file).unwrap();

    let small = ImportSink::create(folder.path(), 1500, None).await.unwrap();
    assert_eq!(small.receive("x", pieces(&bytes)).await.unwrap_err().code(), ErrorCode::TooLarge);
    let announced = ImportSink::create(folder.path(), 1500, Some(1501)).await;
    assert_eq!(announced.err().unwrap().code(), ErrorCode::TooLarge);
    let damaged = ImportSink::create(folder.path(), 1 << 20, None).await.unwrap();
    let error = damaged.receive("x", pieces(&bytes[..bytes.len() - 64])).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelDamaged);
    let mut given_up = ImportSink::create(folder.path(), 1 << 20, None).await.unwrap();
    given_up.write(Bytes::from_static(b"GGUF")).await.unwrap();
    drop(given_up);
    assert_eq!(names(folder.path()), ["sent-q4_0.gguf"], "no part is left");
    fs::write(folder.path().join(".import-1-0.part"), "of a killed process").unwrap();
    sweep_imports(folder.path());
    assert_eq!(names(folder.path()), ["sent-q4_0.gguf"]);
}
