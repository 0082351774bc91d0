//! From the bytes of tokens to text that can be shown: never half a character, and nothing that may yet turn out to be the
//! beginning of a stop sequence.

/// What a piece led to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Text to show now; may be empty.
    Text(String),
    /// The last text: a stop sequence followed it.
    Stopped(String),
}

/// The text of one answer on its way.
pub(crate) struct TextStream {
    undecoded: Vec<u8>,
    held: String,
    stops: Vec<String>,
}

impl TextStream {
    /// `stops`: the sequences that end the answer; empty ones are ignored.
    pub(crate) fn new(stops: &[String]) -> Self {
        let stops = stops.iter().filter(|stop| !stop.is_empty()).cloned().collect();
        Self { undecoded: Vec::new(), held: String::new(), stops }
    }

    /// Takes the bytes of one token.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Step {
        self.undecoded.extend_from_slice(bytes);
        self.decode();
        if let Some(at) = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            self.held.truncate(at);
            self.undecoded.clear();
            return Step::Stopped(std::mem::take(&mut self.held));
        }
        let keep = self.open_stop();
        let shown = self.held.len() - keep;
        let rest = self.held.split_off(shown);
        Step::Text(std::mem::replace(&mut self.held, rest))
    }

    /// What is left when no more tokens come; half a character becomes U+FFFD.
    pub(crate) fn finish(mut self) -> String {
        if !self.undecoded.is_empty() {
            self.held.push_str(&String::from_utf8_lossy(&self.undecoded));
        }
        self.held
    }

    fn decode(&mut self) {
        let bytes = std::mem::take(&mut self.undecoded);
        for chunk in bytes.utf8_chunks() {
            self.held.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            // An unfinished character can only stand at the very end.
            let at_end = bytes.ends_with(invalid);
            if at_end && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none()) {
                self.undecoded = invalid.to_vec();
            } else {
                self.held.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }

    /// How many bytes at the end of `held` may be the beginning of a stop sequence.
    fn open_stop(&self) -> usize {
        let held = self.held.as_bytes();
        self.stops
            .iter()
            .map(|stop| {
                let longest = (stop.len() - 1).min(held.len());
                (1..=longest)
                    .rev()
                    .filter(|&length| stop.is_char_boundary(length))
                    .find(|&length| held.ends_with(&stop.as_bytes()[..length]))
                    .unwrap_or(0)
            })
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Step {
        Step::Text(text.to_owned())
    }

    #[test]
    fn a_character_is_never_cut() {
        let mut stream = TextStream::new(&[]);
        let bytes = "a€😀".as_bytes();
        let mut shown = String::new();
        for byte in bytes {
            match stream.push(&[*byte]) {
                Step::Text(piece) | Step::Stopped(piece) => shown.push_str(&piece),
            }
        }
        assert_eq!(shown, "a€😀");
        assert_eq!(stream.finish(), "");
    }

    #[test]
    fn bytes_that_are_no_text_become_replacement_characters() {
        let mut stream = TextStream::new(&[]);
        assert_eq!(stream.push(b"a\xffb"), text("a\u{fffd}b"));
        assert_eq!(stream.push(b"\xe2\x82"), text(""));
        assert_eq!(stream.push(b"x\xe2"), text("\u{fffd}x"));
        assert_eq!(stream.finish(), "\u{fffd}");
    }

    #[test]
    fn a_stop_sequence_is_found_across_pieces_and_not_shown() {
        let mut stream = TextStream::new(&["END".to_owned(), "é!".to_owned()]);
        assert_eq!(stream.push(b"one E"), text("one "));
        assert_eq!(stream.push(b"Nough E"), text("ENough "));
        assert_eq!(stream.push(b"ND and more"), Step::Stopped(String::new()));
        let mut stream = TextStream::new(&["é!".to_owned()]);
        assert_eq!(stream.push("café".as_bytes()), text("caf"));
        assert_eq!(stream.push(b"?"), text("é?"));
    }

    #[test]
    fn what_was_held_back_comes_at_the_end() {
        let mut stream = TextStream::new(&["\n\n".to_owned()]);
        assert_eq!(stream.push(b"done\n"), text("done"));
        assert_eq!(stream.finish(), "\n");
    }
}
