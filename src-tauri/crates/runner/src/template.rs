//! A model's own chat template, rendered as the reference implementation (Jinja2 in a sandbox) renders it, under limits: the
//! template comes out of an untrusted file, so its size, steps, depth and output are capped, and it reaches nothing but its
//! arguments.
//!
//! Deliberately not here: what the messages say. The template is given stand-ins for texts (see `prompt`).

mod functions;

use std::io;

use domain::{ReasoningEffort, Role};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

/// The longest template that is compiled, in bytes; the longest known one is under 50,000.
const MAX_SOURCE: usize = 512 * 1024;
/// The longest output, in bytes. Texts are stand-ins, so this is the template's own part.
const MAX_OUTPUT: usize = 8 * 1024 * 1024;
/// Steps of the template's program.
const FUEL: u64 = 20_000_000;
/// How deep calls and includes may nest, in levels.
const MAX_DEPTH: usize = 100;

const NAME: &str = "chat";

/// A compiled chat template.
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

/// A message as the template sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TemplateMessage {
    #[serde(serialize_with = "role_name")]
    pub(crate) role: Role,
    pub(crate) content: String,
}

#[derive(Serialize)]
struct Arguments<'a> {
    messages: &'a [TemplateMessage],
    add_generation_prompt: bool,
    bos_token: &'a str,
    eos_token: &'a str,
    tools: Option<()>,
    documents: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_thinking: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
}

impl ChatTemplate {
    /// Compiles `source`. `begin` and `end` are the texts of the model's first and last token, which templates write
    /// themselves. The error is the compiler's sentence.
    pub(crate) fn new(source: &str, begin: &str, end: &str) -> Result<Self, String> {
        if source.len() > MAX_SOURCE {
            return Err(format!("it is longer than {MAX_SOURCE} bytes"));
        }
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| error.to_string())?);
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(MAX_DEPTH);
        functions::add(&mut environment);
        environment
            .add_template_owned(NAME, functions::without_training_marks(source))
            .map_err(|error| error.to_string())?;
        Ok(Self { environment, begin: begin.to_owned(), end: end.to_owned() })
    }

    /// The prompt that `messages` make, up to where the model's answer begins.
    pub(crate) fn render(
        &self,
        messages: &[TemplateMessage],
        effort: Option<ReasoningEffort>,
    ) -> Result<String, String> {
        let template = self.environment.get_template(NAME).map_err(|error| error.to_string())?;
        let arguments = Serde(Arguments {
            messages,
            add_generation_prompt: true,
            bos_token: &self.begin,
            eos_token: &self.end,
            tools: None,
            documents: None,
            enable_thinking: effort.map(|effort| effort != ReasoningEffort::None),
            reasoning_effort: effort.and_then(effort_name),
        });
        let mut output = Capped { bytes: Vec::new() };
        template.render_captured_to(arguments, &mut output).map_err(|error| error.to_string())?;
        String::from_utf8(output.bytes).map_err(|error| error.to_string())
    }
}

fn effort_name(effort: ReasoningEffort) -> Option<&'static str> {
    match effort {
        ReasoningEffort::None => None,
        ReasoningEffort::Low => Some("low"),
        ReasoningEffort::Medium => Some("medium"),
        ReasoningEffort::High => Some("high"),
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn role_name<S: serde::Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    })
}

/// A buffer that refuses to grow past the limit.
struct Capped {
    bytes: Vec<u8>,
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::Error::other("the template's output is too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
