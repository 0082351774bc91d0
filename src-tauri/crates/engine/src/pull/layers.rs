//! What the lines of a pull say about each layer, summed so that it never goes backwards, and whether any byte came.

/// More than any model has; what an engine invents beyond isn't counted.
const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Layers {
    all: Vec<Layer>,
    /// Bytes that really came, in all asks together.
    received: u64,
}

#[derive(Debug)]
struct Layer {
    digest: String,
    total: u64,
    /// The most that was ever here.
    best: u64,
    /// What was here at the end of the asks before.
    before: u64,
    ask: Option<Ask>,
}

/// One layer in one ask.
#[derive(Debug)]
struct Ask {
    /// More than this must be here for a byte to have come; none until the engine has told what it had saved.
    base: Option<u64>,
    high: u64,
    last: u64,
}

/// What a line changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// The first line of this layer in this ask.
    pub(super) first: bool,
    /// More is here than ever before in this ask.
    pub(super) moved: bool,
}

impl Layers {
    /// A new ask begins: what the engine says it has is what it saved.
    pub(super) fn ask(&mut self) {
        for layer in &mut self.all {
            if let Some(ask) = layer.ask.take() {
                layer.before = ask.last;
            }
        }
    }

    /// A line of a layer.
    pub(super) fn see(&mut self, digest: &str, total: u64, completed: u64) -> Seen {
        let at = match self.all.iter().position(|layer| layer.digest == digest) {
            Some(at) => at,
            None if self.all.len() >= MOST => return Seen { first: false, moved: false },
            None => {
                let digest = digest.to_owned();
                self.all.push(Layer { digest, total: 0, best: 0, before: 0, ask: None });
                self.all.len() - 1
            }
        };
        let Some(layer) = self.all.get_mut(at) else { return Seen { first: false, moved: false } };
        layer.total = layer.total.max(total);
        let completed = completed.min(layer.total);
        layer.best = layer.best.max(completed);
        let first = layer.ask.is_none();
        let ask = layer.ask.get_or_insert(Ask { base: None, high: completed, last: completed });
        let mut moved = ask.base.is_some() && completed > ask.high;
        if moved {
            self.received += completed - ask.high;
        } else if ask.base.is_none() && layer.before == 0 {
            // A layer that is whole at its first line was here; what stands in a first line may have been there before.
            let whole = first && completed == layer.total;
            ask.base = Some(if whole { completed } else { 0 });
            moved = !whole && completed > 0;
        } else if ask.base.is_none() && completed > 0 {
            // It begins with what was saved, which is less than before where the engine was killed.
            ask.base = Some(layer.before.min(completed));
            moved = completed > layer.before;
            self.received += completed.saturating_sub(layer.before);
        }
        ask.high = ask.high.max(completed);
        ask.last = completed;
        Seen { first, moved }
    }

    /// This layer is fetched anew.
    pub(super) fn forget(&mut self, digest: &str) {
        self.all.retain(|layer| layer.digest != digest);
    }

    pub(super) fn completed(&self) -> u64 {
        self.all.iter().map(|layer| layer.best).sum()
    }

    pub(super) fn total(&self) -> u64 {
        self.all.iter().map(|layer| layer.total).sum()
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWS: Seen = Seen { first: false, moved: true };
    const STILL: Seen = Seen { first: false, moved: false };

    #[test]
    fn bytes_are_told_from_what_was_saved_before() {
        let mut layers = Layers::default();
        layers.ask();
        assert_eq!(layers.see("a", 100, 0), Seen { first: true, moved: false });
        assert_eq!(layers.see("a", 100, 20), NEWS);
        assert_eq!(layers.see("a", 100, 20), STILL);
        // The engine began a part again.
        assert_eq!(layers.see("a", 100, 10), STILL);
        assert_eq!((layers.completed(), layers.total()), (20, 100));
        layers.ask();
        assert_eq!(
            layers.see("a", 100, 0),
            Seen { first: true, moved: false },
            "the first line has no bytes"
        );
        assert_eq!(layers.see("a", 100, 10), STILL, "what was saved");
        assert_eq!(layers.see("a", 100, 15), NEWS, "new, although it was further once");
        assert_eq!(layers.completed(), 20, "never backwards");
        layers.ask();
        assert_eq!(layers.see("a", 100, 40), Seen { first: true, moved: true }, "more than was saved");
        assert_eq!(layers.received(), 20 + 5 + 25);
    }

    #[test]
    fn a_layer_that_was_here_brings_no_byte() {
        let mut layers = Layers::default();
        layers.ask();
        assert_eq!(layers.see("a", 100, 100), Seen { first: true, moved: false });
        assert_eq!(layers.see("b", 50, 30), Seen { first: true, moved: true });
        assert_eq!((layers.completed(), layers.total(), layers.received()), (130, 150, 0));
        assert_eq!(layers.see("b", 50, 50), NEWS);
        assert_eq!(layers.received(), 20);
        layers.forget("b");
        assert_eq!((layers.completed(), layers.total()), (100, 100));
    }
}
