//! What is asked of an Ollama and of the system: where, who, whether it answers, where its models are.

use std::{collections::BTreeSet, path::Path, sync::Mutex, time::Duration};

use llm::{Http, Ollama, Provider as _};
use tokio::{task::spawn_blocking, time::timeout};

use super::{
    super::{
        ModelsFolder, PortHolder, address,
        find::{Places, find},
        identity::{self, Identity, Trust},
    },
    Common, locked,
};
use crate::supervise::{Event, Finding, Program};

/// For one answer.
const ANSWER: Duration = Duration::from_secs(3);

/// Looks for programs, and says where one may answer.
pub(super) async fn look(common: &Common) -> Finding {
    let settings = common.settings();
    let places = Places { chosen: settings.program.map(Into::into), ..common.places.clone() };
    let found = find(places, common.variable("HOME").map(str::to_owned)).await;
    let (mut addresses, mut remark) = (Vec::new(), None);
    match (settings.address, common.variable("OLLAMA_HOST").map(address::parse)) {
        (Some(chosen), _) => addresses.extend(address::parse(&chosen)),
        (None, Some(Ok(host))) => addresses.push(host),
        (None, other) => {
            addresses.push(address::USUAL.to_owned());
            remark = other.and_then(Result::err).map(|invalid| {
                format!("OLLAMA_HOST can't be used, and Web+ looks at {} instead. {invalid}", address::USUAL)
            });
        }
    }
    let fixed = settings.port.map(|port| format!("http://127.0.0.1:{port}"));
    addresses.extend(fixed.filter(|fixed| !addresses.contains(fixed)));
    let program = found.candidates.into_iter().next().map(|candidate| Program {
        path: candidate.program.display().to_string(),
        version: candidate.version,
        problem: candidate.problem,
    });
    Finding { program, searched: found.searched, service: found.service, addresses, remark }
}

/// What is remembered between two questions.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The models that were seen on a GPU.
    on_gpu: BTreeSet<String>,
    /// Whose a socket is; finding that out means looking at every process.
    holder: Option<(u64, Trust, PortHolder)>,
}

/// Who answers there.
pub(super) async fn identify(http: &Http, address: String, memory: &Mutex<Memory>) -> Event {
    match answer(http, &address, memory).await {
        Ok(identity) => Event::Answered { address, identity },
        Err((stranger, _)) => Event::Unanswered { address, stranger },
    }
}

/// Whether the one in use answers. `own` is its process where it is ours.
pub(super) async fn probe(http: &Http, address: String, own: Option<u32>, memory: &Mutex<Memory>) -> Event {
    match answer(http, &address, memory).await {
        Ok(identity) => {
            let lost_gpu = lost_gpu(http, &address, memory).await;
            Event::Healthy { identity, lost_gpu }
        }
        Err((_, message)) => {
            let uninterruptible = own.is_some_and(identity::uninterruptible);
            Event::Unhealthy { uninterruptible, message }
        }
    }
}

/// Who answers, or else who holds the port and what came instead of an answer.
async fn answer(
    http: &Http,
    address: &str,
    memory: &Mutex<Memory>,
) -> Result<Identity, (Option<PortHolder>, String)> {
    let answered = match Ollama::new(http.with_first_byte_timeout(ANSWER), address) {
        Ok(ollama) => timeout(ANSWER, ollama.identify()).await.map_or_else(
            |_| Err(format!("no answer within {} seconds", ANSWER.as_secs())),
            |answer| answer.map_err(|error| error.to_string()),
        ),
        Err(error) => Err(error.to_string()),
    };
    let (trust, holder) = listener(address.to_owned(), memory).await;
    match answered {
        Ok(version) => Ok(Identity { version, trust, holder }),
        Err(message) => Err((Some(holder).filter(|holder| *holder != PortHolder::default()), message)),
    }
}

async fn listener(base: String, memory: &Mutex<Memory>) -> (Trust, PortHolder) {
    let before = locked(memory).holder.clone();
    let looked = spawn_blocking(move || {
        let socket = identity::socket(&base);
        match before {
            Some((known, trust, holder)) if socket == Some(known) => (socket, trust, holder),
            _ => {
                let (trust, holder) = identity::listener(&base);
                (socket, trust, holder)
            }
        }
    });
    let (socket, trust, holder) = looked.await.unwrap_or((None, Trust::Unknown, PortHolder::default()));
    if let Some(socket) = socket {
        locked(memory).holder = Some((socket, trust, holder.clone()));
    }
    (trust, holder)
}

async fn lost_gpu(http: &Http, address: &str, memory: &Mutex<Memory>) -> Vec<String> {
    let Ok(ollama) = Ollama::new(http.with_first_byte_timeout(ANSWER), address) else { return Vec::new() };
    let Ok(Ok(loaded)) = timeout(ANSWER, ollama.loaded()).await else { return Vec::new() };
    let on_gpu = &mut locked(memory).on_gpu;
    on_gpu.extend(loaded.iter().filter(|model| model.gpu_memory > 0).map(|model| model.name.clone()));
    let lost = loaded.into_iter().filter(|model| model.gpu_memory == 0 && on_gpu.contains(&model.name));
    lost.map(|model| model.name).collect()
}

/// The folder of the models of one that we didn't start: where it says that one of them lies.
pub(super) async fn folder_of(http: &Http, address: &str) -> Option<ModelsFolder> {
    if !address::is_here(address) {
        return None;
    }
    let ollama = Ollama::new(http.with_first_byte_timeout(ANSWER), address).ok()?;
    let models = timeout(ANSWER, ollama.models()).await.ok()?.ok()?;
    let model = models.first()?.id.name().to_owned();
    let shown = timeout(ANSWER, ollama.show_whole(&model)).await.ok()?.ok()?;
    let path = from_path(shown["modelfile"].as_str()?)?.to_owned();
    spawn_blocking(move || folder(Path::new(&path))).await.ok()
}

/// The folder that the line `FROM /…/blobs/sha256-…` is about.
fn from_path(modelfile: &str) -> Option<&str> {
    let path = modelfile.lines().find_map(|line| line.strip_prefix("FROM "))?.trim();
    let end = path.rfind("/blobs/").or_else(|| path.rfind("\\blobs\\"))?;
    path.get(..end)
}

/// What can be done with a folder. Blocks.
pub(super) fn folder(path: &Path) -> ModelsFolder {
    let (writable, owner) = rights(path);
    let readable = std::fs::read_dir(path).is_ok();
    ModelsFolder { path: path.display().to_string(), readable, writable, owner }
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library doesn't tell whether a folder may be written")]
fn rights(path: &Path) -> (bool, Option<String>) {
    use std::os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _};
    let writable = std::ffi::CString::new(path.as_os_str().as_bytes()).is_ok_and(|path| {
        // SAFETY: the text ends in zero and lives during the call, which only reads it.
        unsafe { libc::access(path.as_ptr(), libc::W_OK | libc::X_OK) == 0 }
    });
    // Below a folder that we may not enter nothing tells its owner: then that folder's is whose it is.
    let denied = |path: &&Path| match path.metadata() {
        Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
        Ok(_) => false,
    };
    let told = path.ancestors().find(|path| !denied(path)).unwrap_or(path);
    let uid = told.metadata().ok().map(|metadata| metadata.uid());
    let owner = uid.filter(|uid| Some(*uid) != identity::own_user()).map(identity::user_name);
    (writable, owner)
}

#[cfg(not(unix))]
fn rights(path: &Path) -> (bool, Option<String>) {
    (path.metadata().is_ok_and(|metadata| !metadata.permissions().readonly()), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_where_a_model_s_file_lies() {
        let file = "# Modelfile\n# FROM smol:latest\n\nFROM /home/ann/.ollama/models/blobs/sha256-941f\nTEMPLATE x\n";
        assert_eq!(from_path(file), Some("/home/ann/.ollama/models"));
        assert_eq!(from_path("FROM smol\n"), None);
        let place = tempfile::tempdir().unwrap();
        let seen = folder(place.path());
        assert!(seen.readable && seen.writable && seen.owner.is_none());
        assert!(!folder(&place.path().join("none")).readable);
    }
}
