//! What an event does to a plan: to its step, and from a frame that ended to the container around it.

use std::collections::{BTreeMap, VecDeque};

use domain::StepStatus;

use super::frame::{Frame, Slot, inner_prefix, inner_scope};
use super::graph::{Around, Failure, Graph, Shape, Site, TOP};
use super::inside::Inside;
use super::{Effect, Event, Instance, Key, Outcome, RunEnd};

/// A plan while an event is taken in.
pub(super) struct Work<'p> {
    graph: &'p Graph,
    frames: &'p mut BTreeMap<String, Frame>,
    over: &'p mut Option<RunEnd>,
    pub(super) effects: Vec<Effect>,
}

/// How a step's outcome changes its row.
struct Ending {
    status: StepStatus,
    port: Option<String>,
    taken: Vec<u32>,
    /// Whether the body around it can't go on.
    fatal: bool,
}

impl<'p> Work<'p> {
    pub(super) fn new(
        graph: &'p Graph,
        frames: &'p mut BTreeMap<String, Frame>,
        over: &'p mut Option<RunEnd>,
    ) -> Self {
        Self { graph, frames, over, effects: Vec::new() }
    }

    pub(super) fn take_in(&mut self, event: Event) {
        use StepStatus::{Ambiguous, Ready, RetryWait, Running, Waiting};
        match event {
            Event::Begun if self.frames.is_empty() => {
                if self.open(String::new(), TOP) {
                    self.end(RunEnd::Succeeded);
                }
            }
            Event::Begun => {}
            Event::Cancel => self.cancel(),
            Event::Taken(key) => self.taken(&key),
            Event::Waits(key) => self.change(&key, &[Running], Waiting),
            Event::RetryLater(key) => self.change(&key, &[Running, Waiting], RetryWait),
            Event::Unknown(key) => self.change(&key, &[Running, Waiting], Ambiguous),
            Event::Again(key) => {
                let before = self.effects.len();
                self.change(&key, &[Running, Waiting, RetryWait, Ambiguous], Ready);
                if self.effects.len() > before {
                    self.effects.push(Effect::Start(key));
                }
            }
            Event::Opened(key, count) => self.opened(&key, count),
            Event::Judged(key, holds) => self.judged(&key, holds),
            Event::Ended(key, outcome) => self.ended(&key, outcome, false),
            Event::Closed(key, outcome) => self.ended(&key, outcome, true),
        }
    }

    fn find(&self, key: &Key) -> Option<(usize, &'p Site, &Slot)> {
        let frame = self.frames.get(&key.scope)?;
        let at = self.graph.slot(frame.body, &key.node)?;
        Some((at, self.graph.site(frame.body, at)?, frame.slots.get(at)?))
    }

    /// Another status, of a step that isn't a container, if it has one of these now.
    fn change(&mut self, key: &Key, from: &[StepStatus], to: StepStatus) {
        let Some((at, site, slot)) = self.find(key) else { return };
        if site.shape == Shape::Step && from.contains(&slot.instance.status) {
            self.set(&key.scope, at, |slot| slot.instance.status = to);
        }
    }

    fn taken(&mut self, key: &Key) {
        let Some((at, site, slot)) = self.find(key) else { return };
        if slot.instance.status != StepStatus::Ready {
            return;
        }
        match site.shape {
            Shape::Loop { most, .. } => self.opened(key, most),
            Shape::Step | Shape::Map { .. } => {
                self.set(&key.scope, at, |slot| slot.instance.status = StepStatus::Running);
            }
        }
    }

    /// A container begins.
    fn opened(&mut self, key: &Key, count: u32) {
        let Some((at, site, slot)) = self.find(key) else { return };
        let begins = matches!(slot.instance.status, StepStatus::Ready | StepStatus::Running)
            && slot.instance.count.is_none()
            && slot.instance.port.is_none();
        if !begins || site.shape == Shape::Step {
            return;
        }
        if let Some(slot) = self.slot_mut(&key.scope, at) {
            slot.instance.status = StepStatus::Running;
            slot.instance.count = Some(count);
        }
        match site.shape {
            Shape::Step => {}
            Shape::Map { .. } => self.fill(&key.scope, at, true),
            Shape::Loop { .. } if count == 0 => self.close(&key.scope, at, "exhausted"),
            Shape::Loop { body, .. } => self.iterate(&key.scope, at, body),
        }
    }

    /// An iteration ended, and `until` is known.
    fn judged(&mut self, key: &Key, holds: bool) {
        let Some((at, site, slot)) = self.find(key) else { return };
        let Shape::Loop { body, .. } = site.shape else { return };
        let waits =
            slot.instance.status == StepStatus::Running && slot.instance.port.is_none() && slot.live == 0;
        if !waits {
            return;
        }
        let left = slot.instance.count.is_some_and(|most| slot.instance.opened < most);
        match (holds, left) {
            (true, _) => self.close(&key.scope, at, "done"),
            (false, true) => self.iterate(&key.scope, at, body),
            (false, false) => self.close(&key.scope, at, "exhausted"),
        }
    }

    /// The next iteration of a loop.
    fn iterate(&mut self, scope: &str, at: usize, body: usize) {
        let Some(key) = self.key(scope, at) else { return };
        let Some(slot) = self.slot_mut(scope, at) else { return };
        let index = slot.instance.opened;
        slot.instance.opened = index.saturating_add(1);
        slot.live = 1;
        let over = self.open(inner_scope(scope, &key.node, index), body);
        self.set(scope, at, |slot| slot.live = u32::from(!over));
        if over {
            self.effects.push(Effect::Judge(key, index));
        }
    }

    /// Opens items of a map as far as its window allows; closes it when none is left. Its row is written where it changed.
    fn fill(&mut self, scope: &str, at: usize, mut changed: bool) {
        let Some(key) = self.key(scope, at) else { return };
        let Some((_, site, slot)) = self.find(&key) else { return };
        let Shape::Map { body, window, .. } = site.shape else { return };
        let (mut live, mut opened, count) =
            (slot.live, slot.instance.opened, slot.instance.count.unwrap_or(0));
        while live < window && opened < count {
            // An item whose every step is off is over at once.
            live += u32::from(!self.open(inner_scope(scope, &key.node, opened), body));
            opened += 1;
            changed = true;
        }
        if let Some(slot) = self.slot_mut(scope, at) {
            slot.live = live;
            slot.instance.opened = opened;
        }
        if live == 0 {
            self.close(scope, at, "ok");
        } else if changed {
            self.set(scope, at, |_| {});
        }
    }

    /// Asks for a container's results; the way that it will leave by is kept with its row.
    fn close(&mut self, scope: &str, at: usize, port: &str) {
        let Some(key) = self.key(scope, at) else { return };
        self.set(scope, at, |slot| slot.instance.port = Some(port.to_owned()));
        self.effects.push(Effect::Close(key, port.to_owned()));
    }

    /// A new frame; whether it is over already, and then isn't kept (the top is).
    fn open(&mut self, scope: String, body: usize) -> bool {
        let sites = self.graph.body(body);
        let mut frame = Frame::new(body, sites);
        let mut inside = Inside {
            scope: &scope,
            sites,
            frame: &mut frame,
            effects: &mut self.effects,
            ended: VecDeque::new(),
            emptied: Vec::new(),
        };
        inside.begin();
        let over = frame.open == 0;
        if !over || scope.is_empty() {
            self.frames.insert(scope, frame);
        }
        over
    }

    /// A step ended, or (`closed`) a container's results are gathered.
    fn ended(&mut self, key: &Key, outcome: Outcome, closed: bool) {
        let Some((at, site, slot)) = self.find(key) else { return };
        let (status, container) = (slot.instance.status, site.shape != Shape::Step);
        let closing = container && slot.instance.port.is_some();
        if status.is_final() || status == StepStatus::Pending || (closed && !closing) {
            return;
        }
        let Some(ending) = ending(site, outcome) else { return self.cancel() };
        let live = slot.live > 0;
        if live {
            self.empty(&key.scope, at);
        }
        let fatal = ending.fatal.then(|| key.clone());
        self.inside(&key.scope, |inside| {
            inside.finish(at, ending.status, ending.port.as_deref(), ending.taken);
            if ending.fatal {
                inside.cancel_all();
            } else {
                inside.go_on();
            }
        });
        if self.frames.get(&key.scope).is_some_and(|frame| frame.open == 0) {
            self.frame_over(&key.scope, fatal);
        }
    }

    /// All steps of a frame are final; `failed` is the one that it could not go on from.
    fn frame_over(&mut self, scope: &str, failed: Option<Key>) {
        let Some((_, around)) = self.graph.resolve(scope) else { return };
        let Some(Around { scope: outer, at, index }) = around else {
            return self.end(failed.map_or(RunEnd::Succeeded, RunEnd::Failed));
        };
        self.frames.remove(scope);
        let Some(slot) = self.slot_mut(outer, at) else { return };
        slot.live = slot.live.saturating_sub(1);
        let Some(key) = self.key(outer, at) else { return };
        let Some((_, site, _)) = self.find(&key) else { return };
        match (site.shape, failed) {
            (Shape::Step, _) => {}
            (Shape::Map { stop: true, .. } | Shape::Loop { .. }, Some(_)) => {
                self.empty(outer, at);
                self.close(outer, at, "error");
            }
            (Shape::Map { .. }, _) => self.fill(outer, at, false),
            (Shape::Loop { .. }, None) => self.effects.push(Effect::Judge(key, index)),
        }
    }

    /// A person cancels the run.
    fn cancel(&mut self) {
        let scopes: Vec<String> = self.frames.keys().cloned().collect();
        for scope in &scopes {
            self.inside(scope, |inside| {
                inside.cancel_all();
            });
        }
        self.frames.retain(|scope, _| scope.is_empty());
        self.end(RunEnd::Cancelled);
    }

    fn end(&mut self, end: RunEnd) {
        *self.over = Some(end.clone());
        self.effects.push(Effect::End(end));
    }

    /// Cancels and forgets what is open inside a container, at any depth.
    fn empty(&mut self, scope: &str, at: usize) {
        let Some(key) = self.key(scope, at) else { return };
        let prefix = inner_prefix(scope, &key.node);
        let from = self.frames.range(prefix.clone()..).map(|(scope, _)| scope);
        let scopes: Vec<String> = from.take_while(|scope| scope.starts_with(&prefix)).cloned().collect();
        for scope in &scopes {
            if let Some(mut frame) = self.frames.remove(scope) {
                let sites = self.graph.body(frame.body);
                Inside {
                    scope,
                    sites,
                    frame: &mut frame,
                    effects: &mut self.effects,
                    ended: VecDeque::new(),
                    emptied: Vec::new(),
                }
                .cancel_all();
            }
        }
        if let Some(slot) = self.slot_mut(scope, at) {
            slot.live = 0;
        }
    }

    /// Does something in a frame, then ends what is inside the containers that it cancelled.
    fn inside(&mut self, scope: &str, act: impl FnOnce(&mut Inside<'_>)) {
        let Some(frame) = self.frames.get_mut(scope) else { return };
        let sites = self.graph.body(frame.body);
        let mut inside = Inside {
            scope,
            sites,
            frame,
            effects: &mut self.effects,
            ended: VecDeque::new(),
            emptied: Vec::new(),
        };
        act(&mut inside);
        for at in inside.emptied {
            self.empty(scope, at);
        }
    }

    fn slot_mut(&mut self, scope: &str, at: usize) -> Option<&mut Slot> {
        self.frames.get_mut(scope)?.slots.get_mut(at)
    }

    fn key(&self, scope: &str, at: usize) -> Option<Key> {
        let site = self.graph.site(self.frames.get(scope)?.body, at)?;
        Some(Key { scope: scope.to_owned(), node: site.id.clone() })
    }

    /// Changes a step and has its row written.
    fn set(&mut self, scope: &str, at: usize, change: impl FnOnce(&mut Slot)) {
        let Some(key) = self.key(scope, at) else { return };
        let Some(slot) = self.slot_mut(scope, at) else { return };
        change(slot);
        let instance: Instance = slot.instance.clone();
        self.effects.push(Effect::Set(key, instance));
    }
}

/// What an outcome comes to; none for a person's cancel.
fn ending(site: &Site, outcome: Outcome) -> Option<Ending> {
    let left = |status, port: &str, named: &[u32]| {
        let ways = site.ways.iter().filter(|way| way.port == port);
        let taken = ways.filter(|way| !way.conditional || named.contains(&way.edge)).map(|way| way.edge);
        Ending { status, taken: taken.collect(), port: Some(port.to_owned()), fatal: false }
    };
    let failed = |named: &[u32]| match site.on_error {
        Failure::Succeeds => left(StepStatus::Succeeded, "ok", named),
        Failure::Skips => left(StepStatus::Skipped, "skipped", named),
        Failure::Fails => {
            let ending = left(StepStatus::Failed, "error", named);
            if ending.taken.is_empty() { Ending { port: None, fatal: true, ..ending } } else { ending }
        }
    };
    Some(match outcome {
        Outcome::Succeeded { port, taken } if port == "error" => failed(&taken),
        Outcome::Succeeded { port, taken } => left(StepStatus::Succeeded, &port, &taken),
        Outcome::Failed { taken } => failed(&taken),
        Outcome::Reused { port, taken } => left(StepStatus::Reused, &port, &taken),
        Outcome::Cancelled => return None,
    })
}
