//! Downloads from a hub on this computer that does what each test says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/fetch.rs"]
mod fetch;
#[allow(dead_code, reason = "not every test makes every kind of file")]
#[path = "support/gguf.rs"]
mod gguf;

use std::{fs, path::Path, time::Duration};

use domain::ErrorCode;
use engine::{
    DownloadOptions, DownloadProgress, FileAddress, Imported, Source, download, download_address,
    fetch_address,
};
use fetch::PlainFetch;
use gguf::Gguf;
use llm::Error;
use tempfile::TempDir;
use test_support::hub::{FakeHub, HubAct};

/// A hub, a folder, and a model of about 300 KB.
struct Scene {
    hub: FakeHub,
    folder: TempDir,
    content: Vec<u8>,
}

impl Scene {
    async fn new(acts: impl IntoIterator<Item = HubAct>) -> Self {
        let content = large(1);
        let hub = FakeHub::start(content.clone(), acts).await.unwrap();
        Self { hub, folder: tempfile::tempdir().unwrap(), content }
    }

    fn source(&self) -> Source {
        Source {
            hub: self.hub.url(),
            repository: "owner/Tiny-GGUF".into(),
            revision: "main".into(),
            file: "tiny-q4_0.gguf".into(),
        }
    }

    async fn get(&self) -> Result<Imported, Error> {
        self.get_telling(|_| {}).await
    }

    async fn get_telling(&self, progress: impl FnMut(DownloadProgress) + Send) -> Result<Imported, Error> {
        download(&PlainFetch, &self.source(), self.folder.path(), &options(), progress).await
    }

    /// The file at an address of its own.
    fn address(&self) -> FileAddress {
        FileAddress::parse(&format!("{}/files/Some%20model.gguf", self.hub.url())).unwrap()
    }

    async fn get_address(&self) -> Result<Imported, Error> {
        download_address(&PlainFetch, &self.address(), self.folder.path(), &options(), |_| {}).await
    }

    /// A model in three files, offered.
    fn split(&self) -> (Source, Vec<Vec<u8>>) {
        let parts: Vec<_> = (0..3_u8).map(|part| Gguf::part("Big", part.into()).bytes(part + 1)).collect();
        for (number, part) in (1..).zip(&parts) {
            self.hub.offer(&format!("big-q4_0-{number:05}-of-00003.gguf"), part.clone());
        }
        (Source { file: "q4/big-q4_0-00001-of-00003.gguf".into(), ..self.source() }, parts)
    }

    fn arrived(&self, imported: &Imported) {
        assert_eq!(fs::read(&imported.file).unwrap(), self.content);
        assert_eq!(names(self.folder.path()), [format!("{}.gguf", imported.name)], "nothing else is left");
    }
}

fn options() -> DownloadOptions {
    DownloadOptions {
        stall: Duration::from_millis(150),
        pause: Duration::from_millis(1),
        report: Duration::ZERO,
        ..DownloadOptions::default()
    }
}

fn large(weight: u8) -> Vec<u8> {
    Gguf::model("Tiny").tensor("large.weight", &[64, 1200], 0, 64 * 1200 * 4).bytes(weight)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_model_arrives_verified_and_is_not_downloaded_twice() {
    let scene = Scene::new([]).await;
    let mut told = Vec::new();
    let imported = scene.get_telling(|progress| told.push(progress)).await.unwrap();
    assert_eq!((imported.name.as_str(), imported.duplicate), ("tiny-q4_0", false));
    scene.arrived(&imported);
    let total = scene.content.len() as u64;
    assert!(told.iter().all(|progress| progress.total == total));
    assert_eq!((told.first().unwrap().bytes, told.last().unwrap().bytes), (0, total));
    assert!(scene.get().await.unwrap().duplicate);
    assert_eq!(scene.hub.ranges(), [None], "the file was asked for once");
    assert!(scene.hub.requests().iter().all(|request| !request.credentials));
}

#[tokio::test]
async fn a_broken_connection_is_taken_up_where_it_broke() {
    let scene =
        Scene::new([HubAct::Cut(100_000), HubAct::Stall(50_000), HubAct::Status(503), HubAct::Cut(0)]).await;
    scene.arrived(&scene.get().await.unwrap());
    let range = |from: u32| Some(format!("bytes={from}-"));
    assert_eq!(scene.hub.ranges(), [None, range(100_000), range(150_000), range(150_000), range(150_000)]);
}

#[tokio::test]
async fn a_hub_that_only_stalls_ends_as_timed_out_and_the_next_try_goes_on() {
    let scene = Scene::new([HubAct::Stall(1000), HubAct::Stall(0), HubAct::Stall(0), HubAct::Stall(0)]).await;
    let error = scene.get().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::TimedOut, "{error}");
    assert_eq!(scene.hub.ranges().len(), 4);
    scene.arrived(&scene.get().await.unwrap());
    assert_eq!(scene.hub.ranges().last().unwrap().as_deref(), Some("bytes=1000-"));
}

#[tokio::test]
async fn dropping_a_download_keeps_what_came() {
    let scene = Scene::new([HubAct::Stall(200_000)]).await;
    let (sender, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let getting = scene.get_telling(move |progress| sender.send(progress.bytes).unwrap());
    tokio::select! {
        biased;
        () = async { while arrived.recv().await.unwrap() < 200_000 {} } => {}
        _ = getting => panic!("it can't end"),
    }
    scene.arrived(&scene.get().await.unwrap());
    // What was still on its way to the disk when it was dropped is asked for again.
    let range = scene.hub.ranges().last().unwrap().clone().unwrap();
    let from: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
    assert!((1..=200_000).contains(&from), "{range}");
}

#[tokio::test]
async fn a_hub_that_ignores_or_mistakes_the_range_does_no_harm() {
    let scene = Scene::new([HubAct::Cut(100_000), HubAct::IgnoreRange]).await;
    scene.arrived(&scene.get().await.unwrap());
    let scene = Scene::new([HubAct::Cut(100_000), HubAct::WrongRange]).await;
    scene.arrived(&scene.get().await.unwrap());
    assert_eq!(scene.hub.ranges().last().unwrap(), &None, "it began again");
}

#[tokio::test]
async fn wrong_bytes_are_found_and_removed() {
    let scene = Scene::new([HubAct::WrongBytes]).await;
    let error = scene.get().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelDamaged, "{error}");
    assert_eq!(names(scene.folder.path()), Vec::<String>::new());
    scene.arrived(&scene.get().await.unwrap());
}

#[tokio::test]
async fn what_has_the_right_digest_and_is_no_model_is_refused() {
    let scene = Scene::new([]).await;
    scene.hub.replace(b"not a model at all".repeat(10));
    let error = scene.get().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelDamaged, "{error}");
    assert_eq!(names(scene.folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_changed_at_the_hub_is_got_anew() {
    let mut scene = Scene::new([HubAct::Cut(100_000)]).await;
    scene.hub.set_pointer(&FakeHub::pointer(&scene.content));
    let options = DownloadOptions { asks: 0, ..DownloadOptions::default() };
    download(&PlainFetch, &scene.source(), scene.folder.path(), &options, |_| {}).await.unwrap_err();
    assert_eq!(names(scene.folder.path()).len(), 2, "the part and the note about it");
    let other = Source { file: "other.gguf".into(), ..scene.source() };
    engine::download::discard(&other, scene.folder.path()).await;
    assert_eq!(names(scene.folder.path()).len(), 2, "another file's part is its own");
    scene.content = large(2);
    scene.hub.replace(scene.content.clone());
    scene.hub.set_pointer(&FakeHub::pointer(&scene.content));
    scene.arrived(&scene.get().await.unwrap());

    let scene = Scene::new([HubAct::Status(404)]).await;
    scene.get().await.unwrap_err();
    engine::download::discard(&scene.source(), scene.folder.path()).await;
    assert_eq!(names(scene.folder.path()), Vec::<String>::new());
    let scene = Scene::new([HubAct::OtherSize]).await;
    scene.arrived(&scene.get().await.unwrap());
    assert_eq!(scene.hub.requests().iter().filter(|request| request.path.contains("/raw/")).count(), 2);
    let scene = Scene::new([HubAct::OtherSize, HubAct::OtherSize]).await;
    assert!(scene.get().await.unwrap_err().to_string().contains("has changed"));
}

#[tokio::test]
async fn refusals_and_strange_answers_are_told_in_sentences() {
    for (status, code) in
        [(404, ErrorCode::ModelNotFound), (401, ErrorCode::ProviderAuth), (418, ErrorCode::ProviderFailed)]
    {
        let scene = Scene::new([HubAct::Status(status)]).await;
        assert_eq!(scene.get().await.unwrap_err().code(), code);
        assert_eq!(scene.hub.ranges().len(), 1, "asking again is no use");
    }
    for to in ["http://192.0.2.1/file", "file:///etc/passwd", "ftp://127.0.0.1/x"] {
        let scene = Scene::new([HubAct::Redirect(to.into())]).await;
        let error = scene.get().await.unwrap_err();
        assert!(error.to_string().contains("isn't safe"), "{error}");
    }
    let scene = Scene::new([]).await;
    scene.hub.set_pointer("<html><body>Sign in to this network</body></html>");
    assert_eq!(scene.get().await.unwrap_err().code(), ErrorCode::ProviderBadReply);
    scene.hub.set_pointer(&"x".repeat(100_000));
    assert_eq!(scene.get().await.unwrap_err().code(), ErrorCode::ProviderBadReply);
    let oid = "0".repeat(64);
    scene.hub.set_pointer(&format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {}\n",
        u64::MAX / 4
    ));
    assert_eq!(scene.get().await.unwrap_err().code(), ErrorCode::DiskFull);
}

#[tokio::test]
async fn a_file_at_any_address_arrives_with_the_digest_of_what_came() {
    let scene = Scene::new([]).await;
    let imported = scene.get_address().await.unwrap();
    scene.arrived(&imported);
    let pointer = FakeHub::pointer(&scene.content);
    assert!(pointer.contains(&imported.sha256), "{pointer}");
    assert!(
        scene.hub.requests().iter().all(|request| !request.path.contains("/raw/")),
        "nothing was promised"
    );
    assert!(scene.get_address().await.unwrap().duplicate);
}

#[tokio::test]
async fn a_file_at_any_address_is_taken_up_where_it_broke_unless_it_is_another_one_by_then() {
    let scene = Scene::new([HubAct::Cut(8), HubAct::Cut(100_000), HubAct::Stall(50_000)]).await;
    scene.arrived(&scene.get_address().await.unwrap());
    let ranges = scene.hub.ranges();
    assert_eq!(ranges[2..], [Some("bytes=100000-".to_owned()), Some("bytes=150000-".to_owned())]);

    let mut scene = Scene::new([HubAct::Cut(8), HubAct::Cut(100_000)]).await;
    let once = DownloadOptions { asks: 0, ..options() };
    let address = scene.address();
    download_address(&PlainFetch, &address, scene.folder.path(), &once, |_| {}).await.unwrap_err();
    assert_eq!(names(scene.folder.path()).len(), 2, "the part and the note about it");
    scene.content = large(2);
    scene.hub.replace(scene.content.clone());
    scene.arrived(&scene.get_address().await.unwrap());

    let scene = Scene::new([HubAct::Cut(8), HubAct::Cut(100_000)]).await;
    let address = scene.address();
    download_address(&PlainFetch, &address, scene.folder.path(), &once, |_| {}).await.unwrap_err();
    engine::download::discard_address(&address, scene.folder.path()).await;
    assert_eq!(names(scene.folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_model_at_an_address_is_refused_before_it_is_fetched() {
    let scene = Scene::new([]).await;
    scene.hub.replace(b"<html>A page about a model</html>".repeat(1000));
    let error = scene.get_address().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ProviderBadReply, "{error}");
    assert_eq!((scene.hub.ranges().len(), names(scene.folder.path()).len()), (1, 0));
    // It begins as one does, and is cut.
    scene.hub.replace(scene.content[..5000].to_vec());
    let error = scene.get_address().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelDamaged, "{error}");
    assert_eq!(names(scene.folder.path()), Vec::<String>::new());
    let scene = Scene::new([HubAct::Status(404)]).await;
    assert_eq!(scene.get_address().await.unwrap_err().code(), ErrorCode::ModelNotFound);
}

#[tokio::test]
async fn a_file_for_another_engine_gets_no_model_s_name() {
    let scene = Scene::new([]).await;
    let (address, folder) = (scene.address(), scene.folder.path());
    let fetched = fetch_address(&PlainFetch, &address, folder, &options(), |_| {}).await.unwrap();
    assert_eq!(fs::read(&fetched.path).unwrap(), scene.content);
    let asked = scene.hub.ranges().len();
    assert_eq!(fetch_address(&PlainFetch, &address, folder, &options(), |_| {}).await.unwrap(), fetched);
    assert_eq!(scene.hub.ranges().len(), asked + 1, "only what it begins with was asked for");
    engine::download::discard_address(&address, folder).await;
    assert_eq!(names(folder), Vec::<String>::new());
}

#[tokio::test]
async fn a_model_in_several_files_arrives_whole_and_is_gone_on_with_at_the_file_where_it_broke() {
    let scene = Scene::new([]).await;
    let (source, parts) = scene.split();
    let mut told = Vec::new();
    let folder = scene.folder.path();
    let tell = |progress| told.push(progress);
    let imported = download(&PlainFetch, &source, folder, &options(), tell).await.unwrap();
    assert_eq!((imported.name.as_str(), imported.duplicate), ("big-q4_0", false));
    let whole = parts.concat();
    assert_eq!(imported.size, whole.len() as u64);
    assert!(FakeHub::pointer(&whole).contains(&imported.sha256));
    let kept: Vec<_> = names(folder).iter().map(|name| fs::read(folder.join(name)).unwrap()).collect();
    assert_eq!(kept, parts, "under their names, and nothing else is left");
    assert!(told.iter().all(|progress| progress.total == imported.size));
    assert_eq!(told.last().unwrap().bytes, imported.size);
    let asked = scene.hub.ranges().len();
    assert!(download(&PlainFetch, &source, folder, &options(), |_| {}).await.unwrap().duplicate);
    assert_eq!(scene.hub.ranges().len(), asked, "it is here already");

    let scene = Scene::new([HubAct::Cut(1_000_000), HubAct::Status(404)]).await;
    let (source, _) = scene.split();
    let last = Source { file: "q4/big-q4_0-00003-of-00003.gguf".into(), ..source.clone() };
    download(&PlainFetch, &last, scene.folder.path(), &options(), |_| {}).await.unwrap_err();
    let asked = scene.hub.ranges().len();
    download(&PlainFetch, &source, scene.folder.path(), &options(), |_| {}).await.unwrap();
    assert_eq!(scene.hub.ranges().len(), asked + 2, "the first file was there");
    let scene = Scene::new([HubAct::Cut(1_000_000), HubAct::WrongBytes]).await;
    let (source, _) = scene.split();
    let error = download(&PlainFetch, &source, scene.folder.path(), &options(), |_| {}).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelDamaged, "{error}");
    engine::download::discard(&source, scene.folder.path()).await;
    assert_eq!(names(scene.folder.path()), Vec::<String>::new());
}
