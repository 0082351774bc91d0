//! `/api/create`: a model from a file that was uploaded, or from another model with other words.

use std::{fs, io, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    ask,
    folder::{Entry, Folder, is_kind, media_type},
    gguf::{self, Gguf},
    http::Output,
    name::Name,
    pull::{self, Lines},
    server::Engine,
};

const CHATML: &str = "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n";

/// What of the engine's own handles a model, kept in its config.
pub(super) const OWN_WORDS: [&str; 3] = ["renderer", "parser", "requires"];

/// Layers with the line that tells of each.
type Layers = Vec<(Value, String)>;

pub(super) async fn create(engine: &Arc<Engine>, body: &[u8], output: &mut Output) -> io::Result<()> {
    let body = match ask::object(body) {
        Ok(body) => body,
        Err(text) => return output.error(400, &text).await,
    };
    let Some(name) = Name::parse(&ask::named(&body)) else {
        return output.error(400, "invalid model name").await;
    };
    let files = body["files"].as_object().filter(|files| !files.is_empty());
    let from = body["from"].as_str().unwrap_or_default();
    if files.is_none() && from.is_empty() {
        return output.error(400, "neither 'from' or 'files' was specified").await;
    }
    let stream = body["stream"].as_bool().unwrap_or(true);
    let mut lines = if stream { Lines::Stream(output) } else { Lines::Quiet(output) };
    let made = match files {
        Some(files) => from_file(engine, files, &mut lines).await,
        None => from_model(engine, from, &mut lines).await,
    };
    let made = match made {
        Ok((base, config)) => finish(engine, &name, &body, base, config, &mut lines).await,
        Err(text) => Err(text),
    };
    lines.end(made).await
}

/// The layers of a file: weights written again under another digest, and the template that was found in it.
async fn from_file(
    engine: &Engine,
    files: &Map<String, Value>,
    lines: &mut Lines<'_>,
) -> Result<(Layers, Value), String> {
    lines.status("parsing GGUF").await?;
    let is_projector = |name: &str| name.contains("mmproj");
    let first = files.iter().find(|(name, _)| !is_projector(name)).or_else(|| files.iter().next());
    let (base, digest) =
        first.and_then(|(name, digest)| Some((name.as_str(), digest.as_str()?))).unwrap_or_default();
    let path = engine.folder.blob(digest);
    let header = gguf::read(&path)?;
    lines.status("verifying conversion").await?;
    let mut content = fs::read(&path).map_err(|error| error.to_string())?;
    // The real one normalises the metadata; that the content is another one is what matters.
    content.extend([0; 32]);
    let mut layers = vec![layer(&engine.folder, "model", &content)?];
    for (name, digest) in files.iter().filter(|(name, _)| name.as_str() != base) {
        let content = fs::read(engine.folder.blob(digest.as_str().unwrap_or_default()));
        let kind = if is_projector(name) { "projector" } else { "model" };
        layers.push(layer(&engine.folder, kind, &content.map_err(|error| error.to_string())?)?);
    }
    if header.text("tokenizer.chat_template").is_some_and(|template| template.contains("<|im_start|>")) {
        let (template, _) = layer(&engine.folder, "template", CHATML.as_bytes())?;
        layers.push((template, "using autodetected template chatml".to_owned()));
        let params = json!({"stop": ["<|im_start|>", "<|im_end|>"]});
        layers.push(layer(&engine.folder, "params", params.to_string().as_bytes())?);
    }
    Ok((layers, config(&header)))
}

/// The layers of another model, which is pulled where it isn't there.
async fn from_model(
    engine: &Arc<Engine>,
    from: &str,
    lines: &mut Lines<'_>,
) -> Result<(Layers, Value), String> {
    let name = Name::parse(from).ok_or("invalid model name")?;
    if engine.folder.find(&name).is_none() {
        pull::pull(engine, &name, false, lines).await?;
    }
    let entry: Entry = engine.folder.find(&name).ok_or_else(|| format!("model '{from}' not found"))?;
    let old = |mut layer: Value| {
        let line = format!("using existing layer {}", layer["digest"].as_str().unwrap_or_default());
        if is_kind(&layer, "model") {
            layer["from"] = name.short().into();
        }
        (layer, line)
    };
    Ok((entry.layers().into_iter().map(old).collect(), entry.config(&engine.folder)))
}

/// Adds what the request says, and writes the manifest.
async fn finish(
    engine: &Engine,
    name: &Name,
    body: &Value,
    mut layers: Layers,
    config: Value,
    lines: &mut Lines<'_>,
) -> Result<(), String> {
    let full = ["F32", "F16", "BF16"].iter().any(|kind| config["file_type"] == *kind);
    if body["quantize"].is_string() && !full {
        return Err("quantization is only supported for F16, BF16 and F32 models".to_owned());
    }
    let folder = &engine.folder;
    for kind in ["template", "system", "license"] {
        let text = match &body[kind] {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            _ => continue,
        };
        layers.retain(|(layer, _)| !is_kind(layer, kind));
        layers.push(layer(folder, kind, text.as_bytes())?);
    }
    if let Some(parameters) = body["parameters"].as_object() {
        let old = layers.iter().find(|(layer, _)| is_kind(layer, "params"));
        let old = old.and_then(|(layer, _)| fs::read(folder.blob(layer["digest"].as_str()?)).ok());
        let mut all: Map<String, Value> =
            old.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        all.extend(parameters.clone());
        layers.retain(|(layer, _)| !is_kind(layer, "params"));
        layers.push(layer(folder, "params", Value::Object(all).to_string().as_bytes())?);
    }
    let mut config = config;
    for word in OWN_WORDS {
        if let Some(text) = body[word].as_str() {
            config[word] = text.into();
        }
    }
    for (_, line) in &layers {
        lines.status(line).await?;
    }
    let layers: Vec<Value> = layers.into_iter().map(|(layer, _)| layer).collect();
    config["rootfs"] = json!({"type": "layers", "diff_ids": layers.iter().map(|layer| layer["digest"].clone()).collect::<Vec<_>>()});
    let (config, _) = folder
        .store("application/vnd.docker.container.image.v1+json", config.to_string().as_bytes())
        .map_err(|error| error.to_string())?;
    lines.status("writing manifest").await?;
    let old = folder.find(name);
    folder.write_manifest(name, &config, &layers).map_err(|error| error.to_string())?;
    if let Some(old) = old.filter(|_| !engine.settings.no_prune) {
        folder.drop_unused(&old.digests());
    }
    lines.status("success").await
}

fn layer(folder: &Folder, kind: &str, content: &[u8]) -> Result<(Value, String), String> {
    let (layer, there) = folder.store(&media_type(kind), content).map_err(|error| error.to_string())?;
    let what = if there { "using existing" } else { "creating new" };
    let line = format!("{what} layer {}", layer["digest"].as_str().unwrap_or_default());
    Ok((layer, line))
}

/// The config of a model, without its list of layers.
pub(super) fn config(header: &Gguf) -> Value {
    let family = header.architecture();
    json!({
        "model_format": "gguf",
        "model_family": family,
        "model_families": [family],
        "model_type": header.parameter_size(),
        "file_type": header.quantization(),
        "context_length": header.own("context_length"),
        "embedding_length": header.own("embedding_length"),
        "architecture": "amd64",
        "os": "linux",
    })
}

/// Puts a model into the folder without a server: the weights as they are, with the template of chatml.
pub(super) fn put(folder: &Folder, name: &Name, content: &[u8]) -> io::Result<()> {
    let (model, _) = folder.store(&media_type("model"), content)?;
    let (template, _) = folder.store(&media_type("template"), CHATML.as_bytes())?;
    let params = json!({"stop": ["<|im_start|>", "<|im_end|>"]}).to_string();
    let (params, _) = folder.store(&media_type("params"), params.as_bytes())?;
    let path = folder.blob(model["digest"].as_str().unwrap_or_default());
    let header = gguf::read(&path).map_err(io::Error::other)?;
    let layers = [model, template, params];
    let mut config = config(&header);
    config["rootfs"] = json!({"type": "layers", "diff_ids": layers.iter().map(|layer| layer["digest"].clone()).collect::<Vec<_>>()});
    let kind = "application/vnd.docker.container.image.v1+json";
    let (config, _) = folder.store(kind, config.to_string().as_bytes())?;
    folder.write_manifest(name, &config, &layers)
}
