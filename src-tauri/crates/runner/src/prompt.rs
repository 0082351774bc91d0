//! From messages to the tokens of a prompt.
//!
//! What people and models wrote must never become a control token (`<|im_end|>`, `<s>`), or a text could end its own turn and
//! speak as somebody else. So the template gets stand-ins instead of texts: it decides only where they stand. The texts are
//! then put in their places, and wherever a control token's name overlaps a text, that stretch is tokenised as plain
//! text. All the rest is tokenised in one piece, so a prompt without such names has exactly the tokens that the model was
//! trained on. A side effect, meant so: a template can't look into a text.

mod control;

use domain::{ErrorCode, ReasoningEffort, Role, RunnerMessage};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;

use crate::failure::Failure;
use crate::prompt::control::ControlTokens;
use crate::template::{ChatTemplate, TemplateMessage};

/// The longest prompt, in bytes: a template may name a text several times.
const MAX_PROMPT: usize = 64 * 1024 * 1024;

/// What a prompt is made of.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Empty for none.
    pub(crate) system: &'a str,
    pub(crate) messages: &'a [RunnerMessage],
    /// Whether the last message is a partial answer to go on with.
    pub(crate) extend: bool,
    pub(crate) effort: Option<ReasoningEffort>,
}

/// A prompt, ready to be read by the model.
pub(crate) struct Prompt {
    pub(crate) tokens: Vec<LlamaToken>,
    /// Whether the template has opened a block of reasoning already, so that the answer begins inside it.
    pub(crate) reasoning_open: bool,
}

/// Makes prompts for one model.
pub(crate) struct Prompter {
    template: Option<ChatTemplate>,
    control: ControlTokens,
    /// Why the model's own template can't be used, if it has one.
    pub(crate) template_error: Option<String>,
}

impl Prompter {
    pub(crate) fn new(model: &LlamaModel) -> Self {
        let vocabulary = model.vocab();
        let text = |token: LlamaToken| {
            if token.0 < 0 {
                return String::new();
            }
            String::from_utf8_lossy(&vocabulary.token_to_piece(token, true, None)).into_owned()
        };
        let source =
            model.meta_val_str("tokenizer.chat_template").ok().filter(|source| !source.trim().is_empty());
        let compiled =
            source.map(|source| ChatTemplate::new(&source, &text(vocabulary.bos()), &text(vocabulary.eos())));
        let (template, template_error) = match compiled {
            None => (None, None),
            Some(Ok(template)) => (Some(template), None),
            Some(Err(error)) => (None, Some(error)),
        };
        Self { template, control: ControlTokens::of(&vocabulary), template_error }
    }

    /// Whether the model's own template is used.
    pub(crate) fn has_template(&self) -> bool {
        self.template.is_some()
    }

    /// The tokens of a prompt.
    pub(crate) fn prompt(&self, model: &LlamaModel, asked: Asked<'_>) -> Result<Prompt, Failure> {
        let (answered, partial) = match asked.messages.split_last() {
            Some((last, before)) if asked.extend && last.role == Role::Assistant => {
                (before, last.text.as_str())
            }
            _ if asked.extend => {
                return Err(Failure::invalid(
                    "There is no partial answer to go on with: the last message isn't the model's.",
                ));
            }
            _ => (asked.messages, ""),
        };
        let mut pieces = match &self.template {
            Some(template) => rendered(template, asked, answered)?,
            None => plain(asked.system, answered),
        };
        let reasoning_open = partial.is_empty()
            && pieces
                .last()
                .is_some_and(|piece| !piece.foreign && piece.text.trim_end().ends_with("<think>"));
        if !partial.is_empty() {
            pieces.push(Piece { text: partial.to_owned(), foreign: true });
        }
        if pieces.iter().map(|piece| piece.text.len()).sum::<usize>() > MAX_PROMPT {
            return Err(Failure::new(
                ErrorCode::TooLarge,
                format!(
                    "The prompt is longer than {MAX_PROMPT} bytes, the most the engine takes. Shorten the conversation."
                ),
            ));
        }
        Ok(Prompt { tokens: self.tokens(model, &pieces), reasoning_open })
    }

    fn tokens(&self, model: &LlamaModel, pieces: &[Piece]) -> Vec<LlamaToken> {
        let vocabulary = model.vocab();
        let mut tokens = Vec::new();
        for (text, parse_control) in self.control.stretches(pieces) {
            vocabulary.tokenize_into(text.as_bytes(), &mut tokens, false, parse_control);
        }
        // Many templates write the first token themselves; two of them would be one too many.
        let begin = vocabulary.bos();
        if vocabulary.should_add_bos() && begin.0 >= 0 && tokens.first() != Some(&begin) {
            tokens.insert(0, begin);
        }
        tokens
    }
}

/// A stretch of the prompt: the template's own, or foreign (somebody's text).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) foreign: bool,
}

/// Without a template the texts are simply put one after the other.
fn plain(system: &str, messages: &[RunnerMessage]) -> Vec<Piece> {
    let texts: Vec<&str> = std::iter::once(system)
        .chain(messages.iter().map(|m| m.text.as_str()))
        .filter(|text| !text.is_empty())
        .collect();
    vec![Piece { text: texts.join("\n\n"), foreign: true }]
}

fn rendered(
    template: &ChatTemplate,
    asked: Asked<'_>,
    answered: &[RunnerMessage],
) -> Result<Vec<Piece>, Failure> {
    let mut turns: Vec<(Role, &str)> =
        answered.iter().map(|message| (message.role, message.text.as_str())).collect();
    if !asked.system.is_empty() {
        turns.insert(0, (Role::System, asked.system));
    }
    let stand_ins = StandIns::new(turns.iter().map(|(_, text)| *text).collect());
    let messages: Vec<TemplateMessage> = turns
        .iter()
        .enumerate()
        .map(|(index, (role, _))| TemplateMessage { role: *role, content: stand_ins.for_text(index) })
        .collect();
    let layout = template.render(&messages, asked.effort).or_else(|refusal| {
        // Some templates know no system role, or insist on strict turns: then say the same within their rules.
        template.render(&in_strict_turns(&messages), asked.effort).map_err(|_| refusal)
    });
    match layout {
        Ok(layout) => Ok(stand_ins.put_back(&layout)),
        Err(refusal) => {
            Err(Failure::invalid(format!("The model's chat template refuses this conversation: {refusal}.")))
        }
    }
}

/// The same messages with instructions at the head of the next person's message, and neighbours of one role joined.
fn in_strict_turns(messages: &[TemplateMessage]) -> Vec<TemplateMessage> {
    let mut turns: Vec<TemplateMessage> = Vec::new();
    for message in messages {
        let role = if message.role == Role::Assistant { Role::Assistant } else { Role::User };
        match turns.last_mut() {
            Some(last) if last.role == role => {
                last.content.push_str("\n\n");
                last.content.push_str(&message.content);
            }
            _ => turns.push(TemplateMessage { role, content: message.content.clone() }),
        }
    }
    turns
}

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// What stands for the texts while the template is rendered: characters that no trimming or splitting touches, around a
/// mark that occurs in none of the texts. White space around a text stays outside, where a template may trim it.
struct StandIns<'a> {
    texts: Vec<&'a str>,
    mark: String,
}

impl<'a> StandIns<'a> {
    fn new(texts: Vec<&'a str>) -> Self {
        let mut number = 0_u64;
        let mut mark = format!("{OPEN}{number}.");
        while texts.iter().any(|text| text.contains(&mark)) {
            number += 1;
            mark = format!("{OPEN}{number}.");
        }
        Self { texts, mark }
    }

    fn for_text(&self, index: usize) -> String {
        let text = self.texts.get(index).copied().unwrap_or_default();
        let core = text.trim();
        if core.is_empty() {
            return text.to_owned();
        }
        let before = &text[..text.len() - text.trim_start().len()];
        let after = &text[text.trim_end().len()..];
        format!("{before}{}{index}{CLOSE}{after}", self.mark)
    }

    fn put_back(&self, layout: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = layout;
        while let Some((own, text, after)) = self.next_text(rest) {
            pieces.push(Piece { text: own.to_owned(), foreign: false });
            pieces.push(Piece { text: text.to_owned(), foreign: true });
            rest = after;
        }
        pieces.push(Piece { text: rest.to_owned(), foreign: false });
        pieces
    }

    fn next_text<'l>(&self, layout: &'l str) -> Option<(&'l str, &'a str, &'l str)> {
        let (own, after) = layout.split_once(self.mark.as_str())?;
        let (index, rest) = after.split_once(CLOSE)?;
        let text = self.texts.get(index.parse::<usize>().ok()?)?;
        Some((own, text.trim(), rest))
    }
}

#[cfg(test)]
mod tests;
