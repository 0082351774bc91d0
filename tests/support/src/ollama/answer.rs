//! What is answered, and how many tokens a text has: as many as the recorded model counts for plain sentences.

use super::script::{Answer, Script};

const SENTENCE: &str =
    "This is the answer of an engine for tests. It has no model, and it says the same to everybody who asks.";

/// One message of a conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    pub(super) role: String,
    pub(super) content: String,
    pub(super) images: bool,
}

/// The answer to the last message.
pub(super) fn choose(script: &Script, last: &str, json: bool) -> Answer {
    let fits = |answer: &&Answer| answer.when.as_ref().is_none_or(|when| last.contains(when.as_str()));
    let chosen = script.answers.iter().find(fits).cloned();
    chosen.unwrap_or_else(|| Answer {
        text: if json { "{\n  \"name\": \"John\",\n  \"age\": 25\n}" } else { SENTENCE }.to_owned(),
        ..Answer::default()
    })
}

/// A text in the pieces in which it is sent: words with the space before them, and signs.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut joins = false;
    for letter in text.chars() {
        let word = letter.is_alphanumeric();
        match pieces.last_mut() {
            Some(last) if joins && word => last.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        joins = word || letter == ' ';
    }
    pieces
}

/// How many tokens a text has.
pub(super) fn tokens(text: &str) -> usize {
    pieces(text).iter().filter(|piece| !piece.trim().is_empty() || piece.contains('\n')).count()
}

/// How many tokens the messages have once they are put into the template.
pub(super) fn prompt_tokens(messages: &[Message]) -> usize {
    const CUE: usize = 4;
    messages.iter().map(one).sum::<usize>() + CUE
}

fn one(message: &Message) -> usize {
    5 + usize::from(message.role == "assistant") + tokens(&message.content)
}

/// Cuts as the engine does without a word: the oldest messages go, the system's and the last stay; tells the tokens left.
pub(super) fn cut(messages: &[Message], context: usize) -> usize {
    let mut kept = messages.to_vec();
    while prompt_tokens(&kept) > context && kept.len() > 1 {
        match kept.iter().position(|message| message.role != "system") {
            Some(at) if at + 1 < kept.len() => drop(kept.remove(at)),
            _ => break,
        }
    }
    let count = prompt_tokens(&kept);
    if count > context { context / 2 + 2 } else { count }
}

/// The prompt as the template makes it.
pub(super) fn rendered(messages: &[Message]) -> String {
    let turns = messages
        .iter()
        .map(|Message { role, content, .. }| format!("<|im_start|>{role}\n{content}<|im_end|>\n"));
    turns.collect::<String>() + "<|im_start|>assistant\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(content: &str) -> Message {
        Message { role: "user".into(), content: content.into(), images: false }
    }

    #[test]
    fn plain_sentences_have_as_many_tokens_as_recorded() {
        assert_eq!(prompt_tokens(&[user("hi")]), 10);
        assert_eq!(prompt_tokens(&[user("What is the capital of France?")]), 16);
        assert_eq!(prompt_tokens(&[user("Give me a person as JSON")]), 15);
        assert_eq!(prompt_tokens(&[user(&"apple ".repeat(6000))]), 6009);
        assert_eq!(pieces("The capital of France is Paris.").len(), 7);
        assert_eq!(pieces("a b\n c.").concat(), "a b\n c.");
    }

    #[test]
    fn too_long_a_conversation_is_cut_at_its_beginning() {
        let messages = vec![user(&"pear ".repeat(50)), user(&"pear ".repeat(50)), user("hi")];
        assert_eq!(cut(&messages, 100), prompt_tokens(&messages[1..]));
        assert_eq!(cut(&[user(&"pear ".repeat(500))], 100), 52);
    }
}
