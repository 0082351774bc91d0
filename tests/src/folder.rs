//! Looking into a data folder from outside.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// The files below a folder that hold these bytes.
pub fn files_holding(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files_holding(&entry.path(), needle));
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(entry.path());
            }
        }
    }
    found
}

/// The first column of a query on the folder's database, as text, without the application's help.
pub fn rows(folder: &Path, sql: &str) -> Vec<String> {
    let connection =
        Connection::open_with_flags(folder.join("webplus.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let mut query = connection.prepare(sql).unwrap();
    let found = query
        .query_map([], |row| {
            Ok(match row.get_ref(0)? {
                rusqlite::types::ValueRef::Null => "null".to_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                rusqlite::types::ValueRef::Real(number) => number.to_string(),
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                rusqlite::types::ValueRef::Blob(bytes) => app::hex(bytes),
            })
        })
        .unwrap();
    found.map(Result::unwrap).collect()
}

/// What git says in a folder, without the line's end; it must succeed.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@b"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What was asked last in a request of OpenAI's protocol.
pub fn question_text(body: &serde_json::Value) -> String {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let asked = messages.iter().rev().find(|message| message["role"] == "user");
    asked.and_then(|message| message["content"].as_str()).unwrap_or_default().to_owned()
}
