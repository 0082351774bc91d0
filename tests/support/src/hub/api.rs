//! What a hub tells of its repositories: a search and the files of one, in the form of Hugging Face's.

use serde_json::{Value, json};

/// The answer to a question about repositories; none where the path is no such question, or nothing is found.
pub(super) fn answer(path: &str, size: usize) -> Option<Value> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let rest = path.strip_prefix("/api/models")?;
    if rest.is_empty() {
        let found = query
            .split('&')
            .any(|part| part.strip_prefix("search=").is_some_and(|words| words.contains("tiny")));
        return Some(if found { repositories() } else { json!([]) });
    }
    (rest == "/owner/Tiny-GGUF").then(|| files(size))
}

fn repositories() -> Value {
    json!([
        {"_id": "1", "id": "owner/Tiny-GGUF", "modelId": "owner/Tiny-GGUF", "likes": 7, "private": false, "downloads": 1234,
         "tags": ["gguf", "region:us"], "gated": false, "lastModified": "2026-08-21T10:11:12.000Z"},
        {"_id": "2", "id": "shy/Tiny-GGUF", "likes": 0, "downloads": 3, "gated": "manual"},
        {"_id": "3", "id": "../../etc", "likes": 0, "downloads": 3},
    ])
}

/// A file of the content's size, a split model that no machine holds, a projector, and what is no model.
fn files(size: usize) -> Value {
    let part = |number: u32| format!("big-Q8_0-{number:05}-of-00002.gguf");
    json!({
        "id": "owner/Tiny-GGUF",
        "siblings": [
            {"rfilename": "README.md", "size": 12},
            {"rfilename": "tiny-q4_k_m.gguf", "size": 130, "lfs": {"sha256": "", "size": size, "pointerSize": 130}},
            {"rfilename": part(1), "size": 9_000_000_000_000_u64},
            {"rfilename": part(2), "size": 1_000_000_000_000_u64},
            {"rfilename": "mmproj-F16.gguf", "size": 10},
        ],
    })
}
