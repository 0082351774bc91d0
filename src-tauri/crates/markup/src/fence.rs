//! A block of code whose fence is still open: its lines need no parser, only a look whether one closes it.

/// An open fence at the top level, and how far its lines were read.
#[derive(Debug)]
pub(crate) struct Fence {
    mark: u8,
    length: usize,
    indent: usize,
    /// Where the line that is not yet whole begins.
    line: usize,
    /// How much of that line was given out, after its indentation.
    given: usize,
    /// Whether anything was given out of that line.
    begun: bool,
    /// Whether a line comes before it.
    follows: bool,
}

/// What more source brought.
pub(crate) struct FenceText {
    /// Code to append.
    pub(crate) text: String,
    /// Where the block ends, behind the line that closed it.
    pub(crate) end: Option<usize>,
}

impl Fence {
    /// The fence whose line is the first of `source` from `start` on.
    pub(crate) fn open(source: &str, start: usize) -> Option<Self> {
        let (line, _) = source.get(start..)?.split_once('\n')?;
        let marks = line.trim_start_matches(' ');
        let mark = marks.bytes().next().filter(|mark| matches!(mark, b'`' | b'~'))?;
        let length = marks.bytes().take_while(|byte| *byte == mark).count();
        let indent = line.len() - marks.len();
        let line = start + line.len() + 1;
        (length >= 3 && indent < 4).then_some(Self {
            mark,
            length,
            indent,
            line,
            given: 0,
            begun: false,
            follows: false,
        })
    }

    /// Reads what `source` has more by now.
    pub(crate) fn read(&mut self, source: &str) -> FenceText {
        let mut text = String::new();
        while let Some((line, _)) = source.get(self.line..).and_then(|rest| rest.split_once('\n')) {
            let next = self.line + line.len() + 1;
            if self.closes(line) {
                return FenceText { text, end: Some(next) };
            }
            self.give(self.unindented(line), &mut text);
            self.line = next;
            self.given = 0;
            self.begun = false;
            self.follows = true;
        }
        let line = source.get(self.line..).unwrap_or_default();
        // What may become the closing fence waits.
        if !line.trim_matches([' ', '\t']).bytes().all(|byte| byte == self.mark) {
            self.give(self.unindented(line), &mut text);
        }
        FenceText { text, end: None }
    }

    fn give(&mut self, line: &str, text: &mut String) {
        if self.follows && !self.begun {
            text.push('\n');
        }
        text.push_str(line.get(self.given..).unwrap_or_default());
        self.given = line.len();
        self.begun = true;
    }

    fn closes(&self, line: &str) -> bool {
        let marks = line.trim_start_matches(' ');
        let closing = marks.trim_end_matches([' ', '\t']);
        line.len() - marks.len() < 4
            && closing.len() >= self.length
            && closing.bytes().all(|byte| byte == self.mark)
    }

    fn unindented<'a>(&self, line: &'a str) -> &'a str {
        let spaces = line.bytes().take(self.indent).take_while(|byte| *byte == b' ').count();
        line.get(spaces..).unwrap_or_default()
    }
}
