use std::os::unix::fs::symlink;

use domain::ErrorCode;
use serde_json::{Value, json};

use super::bench::Bench;

async fn file(bench: &Bench, config: Value) -> Result<serde_json::Map<String, Value>, ErrorCode> {
    match bench.in_folder("file", config).await {
        Ok(left) => Ok(left.values.into_iter().collect()),
        Err(error) => Err(error.code),
    }
}

#[tokio::test]
async fn files_are_written_whole_read_added_to_and_found() {
    let bench = Bench::new().await;
    std::fs::create_dir(bench.path("work")).unwrap();
    let at = |rest: &str| format!("{{{{ inputs.folder }}}}/{rest}");
    file(&bench, json!({"op": "write", "path": at("notes/a.md"), "content": "one\n"})).await.unwrap();
    file(&bench, json!({"op": "append", "path": at("notes/a.md"), "content": "two\n"})).await.unwrap();
    let read = file(&bench, json!({"op": "read", "path": at("notes/a.md")})).await.unwrap();
    assert_eq!((&read["text"], &read["size"]), (&json!("one\ntwo\n"), &json!(8)));
    file(&bench, json!({"op": "write", "path": at("notes/deep/b.md"), "content": ""})).await.unwrap();
    file(&bench, json!({"op": "write", "path": at("notes/c.txt"), "content": ""})).await.unwrap();
    let names = |found: &Value| -> Vec<String> {
        let paths = found.as_array().unwrap().iter();
        paths.map(|path| path.as_str().unwrap().rsplit_once("work/").unwrap().1.to_owned()).collect()
    };
    let found = file(&bench, json!({"op": "glob", "path": at(""), "pattern": "**/*.md"})).await.unwrap();
    assert_eq!(names(&found["paths"]), ["notes/a.md", "notes/deep/b.md"]);
    let found = file(&bench, json!({"op": "glob", "path": at("notes"), "pattern": "*"})).await.unwrap();
    assert_eq!(names(&found["paths"]), ["notes/a.md", "notes/c.txt"]);
    let inside = std::fs::read_dir(bench.path("work/notes")).unwrap().count();
    assert_eq!(inside, 3, "nothing unfinished is left");
    bench.finish().await;
}

#[tokio::test]
async fn nothing_outside_of_the_folder_is_reached_by_any_path_or_link() {
    let bench = Bench::new().await;
    std::fs::create_dir(bench.path("work")).unwrap();
    std::fs::write(bench.path("secret.txt"), "secret").unwrap();
    symlink(bench.path("secret.txt"), bench.path("work/link")).unwrap();
    symlink(bench.folder.path(), bench.path("work/up")).unwrap();
    symlink("/etc", bench.path("work/etc")).unwrap();
    for path in [
        "{{ inputs.folder }}/../secret.txt",
        "{{ inputs.folder }}/link",
        "{{ inputs.folder }}/up/secret.txt",
        "{{ inputs.folder }}/etc/hostname",
        "/etc/hostname",
        "notes.md",
        "{{ inputs.folder }}x/../secret.txt",
    ] {
        let read = file(&bench, json!({"op": "read", "path": path})).await;
        assert!(matches!(read, Err(ErrorCode::Forbidden | ErrorCode::InvalidInput)), "{path}: {read:?}");
    }
    for path in ["{{ inputs.folder }}/up/new.txt", "{{ inputs.folder }}/../new.txt"] {
        assert!(file(&bench, json!({"op": "write", "path": path, "content": ""})).await.is_err(), "{path}");
    }
    assert!(!bench.path("new.txt").exists());
    assert_eq!(
        file(&bench, json!({"op": "glob", "path": "{{ inputs.folder }}/up"})).await,
        Err(ErrorCode::Forbidden)
    );
    let found = file(&bench, json!({"op": "glob", "path": "{{ inputs.folder }}"})).await.unwrap();
    assert_eq!(found["paths"], json!([]), "links aren't followed");
    bench.finish().await;
}

#[tokio::test]
async fn the_application_s_own_folder_is_out_of_reach_also_inside_of_an_input() {
    let bench = Bench::new().await;
    let rest = json!({"inputs": {"folder": {"type": "dir"}}});
    let node = |path: &str| json!({"id": "x", "kind": "file", "config": {"op": "write", "path": path, "content": ""}});
    let inputs = json!({"folder": bench.folder.path()});
    let error = bench
        .left(node("{{ inputs.folder }}/data/settings"), rest.clone(), inputs.clone())
        .await
        .unwrap_err();
    assert!(error.message.contains("belongs to Web+ itself"), "{}", error.message);
    symlink(bench.path("data"), bench.path("door")).unwrap();
    let error = bench
        .left(node("{{ inputs.folder }}/door/settings"), rest.clone(), inputs.clone())
        .await
        .unwrap_err();
    assert!(error.message.contains("belongs to Web+ itself"), "{}", error.message);
    assert!(bench.left(node("{{ inputs.folder }}/free.txt"), rest, inputs).await.is_ok());
    bench.finish().await;
}

#[tokio::test]
async fn a_file_that_is_no_text_or_too_large_is_told() {
    let bench = Bench::new().await;
    std::fs::create_dir(bench.path("work")).unwrap();
    std::fs::write(bench.path("work/image"), [0xff, 0xfe, 0]).unwrap();
    std::fs::write(bench.path("work/large"), vec![b'a'; (16 << 20) + 1]).unwrap();
    let read = async |name: &str| {
        file(&bench, json!({"op": "read", "path": format!("{{{{ inputs.folder }}}}/{name}")})).await
    };
    assert_eq!(read("image").await, Err(ErrorCode::InvalidInput));
    assert_eq!(read("large").await, Err(ErrorCode::TooLarge));
    assert_eq!(read("missing").await, Err(ErrorCode::NotFound));
    assert_eq!(read("").await, Err(ErrorCode::InvalidInput));
    bench.finish().await;
}
