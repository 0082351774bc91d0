//! The four protocols as data, for tests that hold for each of them.

use llm::{AnswerDecoder, Anthropic, Flavour, Http, Ollama, OpenAi, Provider};
use test_support::Script;

use crate::body_of;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Chat,
    Responses,
    Anthropic,
    Ollama,
}

pub(crate) const ALL: [Kind; 4] = [Kind::Chat, Kind::Responses, Kind::Anthropic, Kind::Ollama];

pub(crate) const RESPONSES: Flavour =
    Flavour::Compatible { extend: llm::Extend::Instruction, stream_options: true, responses: true };

impl Kind {
    pub(crate) fn provider(self, http: Http, url: &str) -> Box<dyn Provider> {
        let key = Some(domain::Secret::new("canary-key-0123456789".to_owned()));
        match self {
            Self::Chat => {
                Box::new(OpenAi::new(http, &format!("{url}/v1"), key, Flavour::COMPATIBLE).unwrap())
            }
            Self::Responses => Box::new(OpenAi::new(http, &format!("{url}/v1"), key, RESPONSES).unwrap()),
            Self::Anthropic => Box::new(Anthropic::new(http, url, key).unwrap()),
            Self::Ollama => Box::new(Ollama::new(http, url).unwrap()),
        }
    }

    pub(crate) fn decoder(self) -> AnswerDecoder {
        let limit = 8 << 20;
        match self {
            Self::Chat => OpenAi::chat_decoder("example.com", limit, &Flavour::COMPATIBLE),
            Self::Responses => OpenAi::responses_decoder("example.com", limit),
            Self::Anthropic => Anthropic::decoder("example.com", limit),
            Self::Ollama => Ollama::decoder("example.com", limit),
        }
    }

    pub(crate) fn head(self) -> Script {
        if self == Self::Ollama { Script::ndjson() } else { Script::sse() }
    }

    /// A recorded answer.
    pub(crate) fn recording(self) -> &'static str {
        match self {
            Self::Chat => "openai/chat-stream.response.http",
            Self::Responses => "openai/responses-stream.response.http",
            Self::Anthropic => "anthropic/messages-stream.response.http",
            Self::Ollama => "ollama/chat-stream.response.http",
        }
    }

    pub(crate) fn body(self) -> Vec<u8> {
        body_of(self.recording())
    }

    /// One piece of an answer.
    pub(crate) fn piece(self, text: &str) -> String {
        let text = serde_json::to_string(text).unwrap();
        match self {
            Self::Chat => format!(
                "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{text}}},\"finish_reason\":null}}]}}\n\n"
            ),
            Self::Responses => format!(
                "event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"delta\":{text}}}\n\n"
            ),
            Self::Anthropic => format!(
                "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":{text}}}}}\n\n"
            ),
            Self::Ollama => format!(
                "{{\"model\":\"m\",\"message\":{{\"role\":\"assistant\",\"content\":{text}}},\"done\":false}}\n"
            ),
        }
    }

    /// A good end.
    pub(crate) fn end(self) -> &'static str {
        match self {
            Self::Chat => {
                "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
            }
            Self::Responses => {
                "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n"
            }
            Self::Anthropic => {
                "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
            }
            Self::Ollama => {
                "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n"
            }
        }
    }

    /// Something that keeps the connection open and says nothing.
    pub(crate) fn ping(self) -> &'static str {
        match self {
            Self::Anthropic => "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            Self::Ollama => "\n",
            Self::Chat | Self::Responses => ": ping\n\n",
        }
    }

    /// An error event after 200.
    pub(crate) fn error(self) -> &'static str {
        match self {
            Self::Chat => {
                "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\",\"code\":529}}\n\n"
            }
            Self::Responses => {
                "event: error\ndata: {\"type\":\"error\",\"code\":\"overloaded_error\",\"message\":\"Overloaded\",\"param\":null}\n\n"
            }
            Self::Anthropic => {
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"
            }
            Self::Ollama => {
                "{\"error\":\"an error was encountered while running the model: unexpected EOF\"}\n"
            }
        }
    }
}
