//! A Modelfile's text, read line by line; what is wrong is said with the number of its line.

use serde_json::{Map, Number, Value, json};

use crate::Error;

/// Longer texts are refused, in bytes.
const LONGEST: usize = 1024 * 1024;

/// What a Modelfile says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Modelfile {
    /// What it begins from: a model's name, or files.
    pub(super) from: Vec<String>,
    pub(super) adapters: Vec<String>,
    pub(super) template: Option<String>,
    pub(super) system: Option<String>,
    pub(super) license: Option<String>,
    /// What of the engine's own writes conversations for it and reads its answers, in place of a template.
    pub(super) renderer: Option<String>,
    pub(super) parser: Option<String>,
    /// The least version of the engine.
    pub(super) requires: Option<String>,
    pub(super) parameters: Map<String, Value>,
    /// `role` and `content` each.
    pub(super) messages: Vec<Value>,
}

/// An instruction, and on which line it begins.
struct Instruction {
    line: usize,
    word: String,
    value: String,
}

impl Modelfile {
    /// Reads it. Fails with the line's number and a reason.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::invalid("The Modelfile is longer than 1 MB. Shorten it."));
        }
        let mut file = Self::default();
        for instruction in instructions(text)? {
            file.take(&instruction)?;
        }
        if file.from.is_empty() {
            return Err(Error::invalid(
                "The Modelfile has no FROM line. Begin it with FROM and a model's name.",
            ));
        }
        Ok(file)
    }

    fn take(&mut self, instruction: &Instruction) -> Result<(), Error> {
        let Instruction { line, word, value } = instruction;
        if value.is_empty() && word != "SYSTEM" && word != "TEMPLATE" {
            return Err(wrong(*line, &format!("nothing stands after {word}")));
        }
        match word.as_str() {
            "FROM" => self.from.push(value.clone()),
            "ADAPTER" => self.adapters.push(value.clone()),
            "TEMPLATE" => self.template = Some(value.clone()),
            "SYSTEM" => self.system = Some(value.clone()),
            "RENDERER" => self.renderer = Some(value.clone()),
            "PARSER" => self.parser = Some(value.clone()),
            "REQUIRES" => self.requires = Some(value.clone()),
            "LICENSE" => match &mut self.license {
                Some(before) => {
                    before.push('\n');
                    before.push_str(value);
                }
                None => self.license = Some(value.clone()),
            },
            "PARAMETER" => self.parameter(*line, value)?,
            "MESSAGE" => {
                let (role, content) = two(value)
                    .filter(|(role, _)| ["system", "user", "assistant"].contains(role))
                    .ok_or_else(|| {
                        wrong(*line, "write MESSAGE, then system, user or assistant, then the text")
                    })?;
                self.messages.push(json!({ "role": role, "content": unquoted(content) }));
            }
            other => {
                let shown: String = other.chars().take(40).collect();
                return Err(wrong(
                    *line,
                    &format!(
                        "\"{shown}\" is no instruction; there are FROM, PARAMETER, TEMPLATE, SYSTEM, ADAPTER, LICENSE, MESSAGE, RENDERER, PARSER and REQUIRES"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn parameter(&mut self, line: usize, value: &str) -> Result<(), Error> {
        let (name, value) =
            two(value).ok_or_else(|| wrong(line, "write PARAMETER, then its name, then its value"))?;
        let name = name.to_ascii_lowercase();
        let read = read(&name, unquoted(value))
            .ok_or_else(|| wrong(line, &format!("\"{value}\" is no value for {name}")))?;
        if name == "stop" {
            let stops = self.parameters.entry(name).or_insert_with(|| json!([]));
            if let Some(stops) = stops.as_array_mut() {
                stops.push(read);
            }
        } else {
            self.parameters.insert(name, read);
        }
        Ok(())
    }
}

/// A parameter's value as its kind has it: the engine takes none of another kind.
fn read(name: &str, value: &str) -> Option<Value> {
    const WHOLE: [&str; 11] = [
        "num_ctx",
        "num_keep",
        "num_predict",
        "num_batch",
        "num_gpu",
        "main_gpu",
        "num_thread",
        "seed",
        "top_k",
        "repeat_last_n",
        "draft_num_predict",
    ];
    match name {
        "stop" => Some(Value::String(value.to_owned())),
        "use_mmap" => value.parse::<bool>().ok().map(Value::Bool),
        _ if WHOLE.contains(&name) => value.parse::<i64>().ok().map(Value::from),
        _ => value.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number),
    }
}

/// The first word, and what follows it.
fn two(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = text.trim().split_once(char::is_whitespace)?;
    Some((first, rest.trim())).filter(|(_, rest)| !rest.is_empty())
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// The instructions; a value in three quotation marks, or in one, may span lines.
fn instructions(text: &str) -> Result<Vec<Instruction>, Error> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(line) = lines.get(at) {
        let (number, line) = (at + 1, line.trim());
        at += 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let word = word.to_ascii_uppercase();
        // Before the text of a message stands who says it.
        let (before, rest) = match (word.as_str(), two(rest)) {
            ("MESSAGE", Some((role, rest))) => (format!("{role} "), rest),
            _ => (String::new(), rest.trim()),
        };
        let mark = ["\"\"\"", "\""].into_iter().find(|mark| rest.starts_with(mark));
        let value = match mark.and_then(|mark| Some((mark, rest.strip_prefix(mark)?))) {
            Some((mark, rest)) if word != "PARAMETER" => {
                let (value, next) = quoted(&lines, at, rest, mark)
                    .ok_or_else(|| wrong(number, "its quotation marks are never closed"))?;
                at = next;
                value
            }
            _ => rest.to_owned(),
        };
        found.push(Instruction { line: number, word, value: before + &value });
    }
    Ok(found)
}

/// A value up to its closing mark, and the line after it.
fn quoted(lines: &[&str], mut at: usize, first: &str, mark: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut rest = first;
    loop {
        if let Some(end) = rest.trim_end().strip_suffix(mark) {
            value.push_str(end);
            return Some((value, at));
        }
        value.push_str(rest);
        value.push('\n');
        rest = lines.get(at)?;
        at += 1;
    }
}

fn wrong(line: usize, why: &str) -> Error {
    Error::invalid(format!("Line {line} of the Modelfile: {why}."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_ollama_shows_reads_back() {
        let file = Modelfile::parse(
            "# Modelfile generated\n# FROM smol:latest\n\nFROM smol\nTEMPLATE \"{{- range .Messages }}\n{{ .Content }}\n\"\nSYSTEM \"\"\"You are\n a \"pirate\".\"\"\"\nPARAMETER num_ctx 2048\nparameter stop <|im_start|>\nPARAMETER stop \"<|im_end|>\"\nPARAMETER temperature 0.2\nMESSAGE user Hello there\nMESSAGE assistant \"\"\"Hi\nyou\"\"\"\nLICENSE Apache-2.0\n",
        )
        .unwrap();
        assert_eq!(file.from, ["smol"]);
        assert_eq!(file.template.as_deref(), Some("{{- range .Messages }}\n{{ .Content }}\n"));
        assert_eq!(file.system.as_deref(), Some("You are\n a \"pirate\"."));
        assert_eq!(
            Value::Object(file.parameters),
            json!({"num_ctx": 2048, "stop": ["<|im_start|>", "<|im_end|>"], "temperature": 0.2})
        );
        assert_eq!(
            file.messages,
            [
                json!({"role": "user", "content": "Hello there"}),
                json!({"role": "assistant", "content": "Hi\nyou"})
            ]
        );
        assert_eq!(file.license.as_deref(), Some("Apache-2.0"));
    }

    #[test]
    fn what_ollama_shows_of_a_model_with_a_renderer_reads_back() {
        let file = Modelfile::parse(
            "FROM smol\nRENDERER qwen3-coder\nPARSER qwen3-coder\nREQUIRES 0.14.0\nPARAMETER presence_penalty 1.5\nPARAMETER use_mmap false\nPARAMETER num_keep 24\n",
        )
        .unwrap();
        assert_eq!(file.renderer.as_deref(), Some("qwen3-coder"));
        assert_eq!(file.parser.as_deref(), Some("qwen3-coder"));
        assert_eq!(file.requires.as_deref(), Some("0.14.0"));
        let parameters = json!({"presence_penalty": 1.5, "use_mmap": false, "num_keep": 24});
        assert_eq!(Value::Object(file.parameters), parameters);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, part) in [
            ("", "no FROM line"),
            ("FROM a\nFORM b", "Line 2 of the Modelfile: \"FORM\" is no instruction"),
            ("FROM", "Line 1 of the Modelfile: nothing stands after FROM"),
            ("FROM a\n\nPARAMETER num_ctx many", "Line 3 of the Modelfile: \"many\" is no value for num_ctx"),
            ("FROM a\nPARAMETER top_p NaN", "is no value for top_p"),
            ("FROM a\nPARAMETER num_ctx", "write PARAMETER"),
            ("FROM a\nSYSTEM \"\"\"never\nclosed", "Line 2 of the Modelfile: its quotation marks"),
            ("FROM a\nMESSAGE wizard hi", "Line 2 of the Modelfile: write MESSAGE"),
        ] {
            let error = Modelfile::parse(text).unwrap_err();
            assert!(
                error.message.contains(part) && error.message.ends_with('.'),
                "{text}: {}",
                error.message
            );
        }
        assert!(Modelfile::parse(&"#".repeat(LONGEST + 1)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_written_breaks_it(text in "(FROM|SYSTEM|PARAMETER|MESSAGE|\"|\"\"\"|a| |\n|#){0,40}") {
            let _ = Modelfile::parse(&text);
        }
    }
}
