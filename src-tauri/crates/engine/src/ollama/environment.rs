//! The whole environment of an Ollama of our own: what it needs of ours, and the person's settings as it wants them said.
//!
//! Deliberately not here: checking the settings (`OllamaSettings::validate`), since Ollama takes what doesn't parse for
//! something else without a word.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{KvCache, OllamaSettings, advanced};

/// The variables of our own environment that it gets: where things are, which GPU to use, the way to the network.
pub const KEPT: [&str; 37] = [
    "HOME",
    "PATH",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "NVIDIA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "GPU_DEVICE_ORDINAL",
    "HSA_OVERRIDE_GFX_VERSION",
    "HSA_ENABLE_SDMA",
    "GGML_VK_VISIBLE_DEVICES",
    "VK_ICD_FILENAMES",
    "VK_DRIVER_FILES",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SystemRoot",
    "SystemDrive",
    "USERPROFILE",
    "LOCALAPPDATA",
    "APPDATA",
    "ProgramData",
    "XDG_DATA_DIRS",
];

/// What an Ollama is started with. `ours` is our own environment, `keep_partials` whether a download isn't finished, which it
/// would otherwise throw away at its start.
pub fn variables(
    settings: &OllamaSettings,
    ours: &[(String, String)],
    keep_partials: bool,
) -> Vec<(OsString, OsString)> {
    let kept = |name: &str| {
        KEPT.iter().any(|kept| *kept == name || cfg!(windows) && kept.eq_ignore_ascii_case(name))
    };
    let mut variables: Vec<(String, String)> =
        ours.iter().filter(|(name, value)| kept(name) && !value.is_empty()).cloned().collect();
    let mut set = |name: &str, value: String| variables.push((name.to_owned(), value));
    set("OLLAMA_HOST", format!("127.0.0.1:{}", settings.port.unwrap_or(0)));
    set("OLLAMA_KEEP_ALIVE", settings.keep_alive_seconds.to_string());
    set("OLLAMA_NUM_PARALLEL", settings.parallel.to_string());
    set("OLLAMA_KV_CACHE_TYPE", kv_cache(settings.kv_cache).to_owned());
    set("LLAMA_ARG_CACHE_RAM", settings.prompt_cache_mib.to_string());
    if let Some(folder) = settings.models_folder.as_deref().or_else(|| own_folder(ours)) {
        set("OLLAMA_MODELS", folder.to_owned());
    }
    if !settings.cloud {
        set("OLLAMA_NO_CLOUD", "1".to_owned());
    }
    if keep_partials {
        set("OLLAMA_NOPRUNE", "1".to_owned());
    }
    if settings.max_loaded > 0 {
        set("OLLAMA_MAX_LOADED_MODELS", settings.max_loaded.to_string());
    }
    if settings.context_length > 0 {
        set("OLLAMA_CONTEXT_LENGTH", settings.context_length.to_string());
    }
    // One that a later version of ours knew is left out.
    for (name, value) in settings.advanced.iter().filter(|(name, _)| advanced::is_known(name)) {
        set(name, value.clone());
    }
    // A smaller context memory is silently ignored without it.
    let needed = settings.kv_cache != KvCache::F16;
    if let Some(flash) = settings.flash_attention.or(needed.then_some(true)) {
        set("OLLAMA_FLASH_ATTENTION", u8::from(flash).to_string());
    }
    variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn kv_cache(kind: KvCache) -> &'static str {
    match kind {
        KvCache::F16 => "f16",
        KvCache::Q8_0 => "q8_0",
        KvCache::Q4_0 => "q4_0",
    }
}

/// Where the person's own environment says that their models are. Ollama would take a relative path from wherever it runs.
fn own_folder(ours: &[(String, String)]) -> Option<&str> {
    let (_, folder) = ours.iter().find(|(name, value)| name == "OLLAMA_MODELS" && !value.is_empty())?;
    Path::new(folder).is_absolute().then_some(folder)
}

/// The folder of the models of an Ollama that is started so: the chosen one, else the one that the person's `OLLAMA_MODELS`
/// names, else the one below their home.
pub fn models_folder(settings: &OllamaSettings, ours: &[(String, String)]) -> Option<PathBuf> {
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let below_home = || {
        let (_, home) = ours.iter().find(|(name, value)| name == home && !value.is_empty())?;
        Some(Path::new(home).join(".ollama").join("models"))
    };
    let chosen = settings.models_folder.as_deref().or_else(|| own_folder(ours));
    chosen.map(PathBuf::from).or_else(below_home)
}

/// Whether a folder of models has a part of a download. Blocks.
pub fn has_partials(folder: &Path) -> bool {
    let blobs = std::fs::read_dir(folder.join("blobs")).into_iter().flatten().flatten();
    blobs.into_iter().any(|file| file.file_name().to_string_lossy().contains("-partial"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn value(variables: &[(OsString, OsString)], name: &str) -> Option<String> {
        let found = variables.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn it_gets_what_it_needs_and_none_of_our_secrets() {
        let ours = ours(&[
            ("HOME", "/home/ann"),
            ("OPENAI_API_KEY", "secret"),
            ("OLLAMA_HOST", "127.0.0.1:junk"),
            ("OLLAMA_DEBUG", "2"),
            ("CUDA_VISIBLE_DEVICES", "1"),
            ("WEBPLUS_TOKEN", "secret"),
            ("NO_PROXY", ""),
        ]);
        let variables = variables(&OllamaSettings::default(), &ours, false);
        let names: Vec<_> = variables.iter().map(|(name, _)| name.to_str().unwrap()).collect();
        let expected = [
            "HOME",
            "CUDA_VISIBLE_DEVICES",
            "OLLAMA_HOST",
            "OLLAMA_KEEP_ALIVE",
            "OLLAMA_NUM_PARALLEL",
            "OLLAMA_KV_CACHE_TYPE",
            "LLAMA_ARG_CACHE_RAM",
            "OLLAMA_NO_CLOUD",
        ];
        assert_eq!(names, expected);
        assert_eq!(value(&variables, "OLLAMA_HOST").as_deref(), Some("127.0.0.1:0"));
        assert_eq!(value(&variables, "OLLAMA_KEEP_ALIVE").as_deref(), Some("300"));
    }

    #[test]
    fn every_setting_is_said_as_ollama_wants_it() {
        let settings = OllamaSettings {
            port: Some(11_500),
            cloud: true,
            models_folder: Some("/models".into()),
            keep_alive_seconds: -1,
            parallel: 2,
            max_loaded: 3,
            context_length: 8192,
            prompt_cache_mib: 0,
            kv_cache: KvCache::Q8_0,
            advanced: [("OLLAMA_MAX_QUEUE".into(), "7".into()), ("LD_PRELOAD".into(), "/x".into())].into(),
            ..OllamaSettings::default()
        };
        let variables = variables(&settings, &[], true);
        for (name, expected) in [
            ("OLLAMA_HOST", Some("127.0.0.1:11500")),
            ("OLLAMA_NO_CLOUD", None),
            ("OLLAMA_MODELS", Some("/models")),
            ("OLLAMA_KEEP_ALIVE", Some("-1")),
            ("OLLAMA_NUM_PARALLEL", Some("2")),
            ("OLLAMA_MAX_LOADED_MODELS", Some("3")),
            ("OLLAMA_CONTEXT_LENGTH", Some("8192")),
            ("LLAMA_ARG_CACHE_RAM", Some("0")),
            ("OLLAMA_KV_CACHE_TYPE", Some("q8_0")),
            ("OLLAMA_FLASH_ATTENTION", Some("1")),
            ("OLLAMA_NOPRUNE", Some("1")),
            ("OLLAMA_MAX_QUEUE", Some("7")),
            ("LD_PRELOAD", None),
        ] {
            assert_eq!(value(&variables, name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_folder_of_the_person_s_own_environment_holds_where_none_is_chosen() {
        let own = ours(&[("HOME", "/home/ann"), ("OLLAMA_MODELS", "/big/models")]);
        let usual = OllamaSettings::default();
        if cfg!(unix) {
            assert_eq!(
                value(&variables(&usual, &own, false), "OLLAMA_MODELS").as_deref(),
                Some("/big/models")
            );
            assert_eq!(models_folder(&usual, &own), Some("/big/models".into()));
            let chosen = OllamaSettings { models_folder: Some("/chosen".into()), ..usual.clone() };
            assert_eq!(value(&variables(&chosen, &own, false), "OLLAMA_MODELS").as_deref(), Some("/chosen"));
            assert_eq!(models_folder(&chosen, &own), Some("/chosen".into()));
        }
        let relative = ours(&[("OLLAMA_MODELS", "models")]);
        assert_eq!(value(&variables(&usual, &relative, false), "OLLAMA_MODELS"), None);
    }

    #[test]
    fn a_part_of_a_download_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_partials(folder.path()));
        std::fs::create_dir(folder.path().join("blobs")).unwrap();
        std::fs::write(folder.path().join("blobs/sha256-aa"), "").unwrap();
        assert!(!has_partials(folder.path()));
        std::fs::write(folder.path().join("blobs/sha256-bb-partial-0"), "").unwrap();
        assert!(has_partials(folder.path()));
        let home = ours(&[("HOME", "/home/ann")]);
        if cfg!(unix) {
            let settings = OllamaSettings::default();
            assert_eq!(models_folder(&settings, &home), Some("/home/ann/.ollama/models".into()));
            assert_eq!(models_folder(&settings, &[]), None);
        }
    }
}
