//! Control moving along the edges of one frame.

use std::collections::VecDeque;

use domain::StepStatus;

use super::frame::Frame;
use super::graph::{Shape, Site};
use super::{Effect, Instance, Key};

/// A frame that something happens in.
pub(super) struct Inside<'f> {
    pub(super) scope: &'f str,
    pub(super) sites: &'f [Site],
    pub(super) frame: &'f mut Frame,
    pub(super) effects: &'f mut Vec<Effect>,
    /// Slots that ended and whose edges aren't told onwards yet.
    pub(super) ended: VecDeque<usize>,
    /// Containers that were cancelled while open: what is inside is whoever has the frames to end.
    pub(super) emptied: Vec<usize>,
}

impl Inside<'_> {
    /// Starts what needs nothing before it.
    pub(super) fn begin(&mut self) {
        for slot in 0..self.sites.len() {
            if self.sites.get(slot).is_some_and(|s| s.incoming == 0) {
                self.reach(slot);
            }
        }
        self.go_on();
    }

    /// Tells onwards what ended, until nothing more follows.
    pub(super) fn go_on(&mut self) {
        let sites = self.sites;
        while let Some(from) = self.ended.pop_front() {
            let Some(site) = sites.get(from) else { continue };
            for way in &site.ways {
                let Some(to) = way.to else { continue };
                let taken = self
                    .frame
                    .slots
                    .get(from)
                    .is_some_and(|slot| slot.instance.taken.binary_search(&way.edge).is_ok());
                if let Some(slot) = self.frame.slots.get_mut(to) {
                    slot.undecided = slot.undecided.saturating_sub(1);
                    slot.taken += u32::from(taken);
                }
                self.decide(to);
            }
        }
    }

    /// Whether a pending step starts, is skipped, or still waits for edges.
    fn decide(&mut self, at: usize) {
        let (Some(slot), Some(site)) = (self.frame.slots.get(at), self.sites.get(at)) else { return };
        if slot.instance.status != StepStatus::Pending {
            return;
        }
        match site.need {
            Some(need) if slot.taken >= need => self.reach(at),
            Some(need) if slot.taken.saturating_add(slot.undecided) < need => self.skip(at),
            None if slot.undecided == 0 && slot.taken > 0 => self.reach(at),
            None if slot.undecided == 0 => self.skip(at),
            _ => {}
        }
    }

    /// Control has come to a step.
    fn reach(&mut self, at: usize) {
        let Some(site) = self.sites.get(at) else { return };
        if site.off {
            self.finish(at, StepStatus::Skipped, Some("ok"), edges_by(site, "ok"));
        } else {
            self.set(at, |instance| instance.status = StepStatus::Ready);
            self.effects.push(Effect::Start(self.key(site)));
        }
        for &other in &site.cancels {
            self.cancel(other);
        }
    }

    /// No way leads to a step any more.
    fn skip(&mut self, at: usize) {
        let Some(site) = self.sites.get(at) else { return };
        self.finish(at, StepStatus::Skipped, Some("skipped"), edges_by(site, "skipped"));
    }

    /// A step ended; `go_on` tells it onwards.
    pub(super) fn finish(&mut self, at: usize, status: StepStatus, port: Option<&str>, taken: Vec<u32>) {
        self.frame.open = self.frame.open.saturating_sub(1);
        self.set(at, |instance| {
            instance.status = status;
            instance.port = port.map(str::to_owned);
            instance.taken = taken;
        });
        self.ended.push_back(at);
    }

    /// Ends a step that isn't final without a result: what is under way is stopped, what isn't is skipped.
    pub(super) fn cancel(&mut self, at: usize) {
        let (Some(slot), Some(site)) = (self.frame.slots.get(at), self.sites.get(at)) else { return };
        let status = slot.instance.status;
        if status.is_final() {
            return;
        }
        if status == StepStatus::Pending {
            return self.finish(at, StepStatus::Skipped, None, Vec::new());
        }
        if site.shape != Shape::Step && slot.live > 0 {
            self.emptied.push(at);
        }
        self.finish(at, StepStatus::Cancelled, None, Vec::new());
        self.effects.push(Effect::Abort(self.key(site)));
    }

    /// Ends everything in the frame that isn't final; nothing follows from it.
    pub(super) fn cancel_all(&mut self) {
        for slot in 0..self.sites.len() {
            self.cancel(slot);
        }
        self.ended.clear();
    }

    fn set(&mut self, at: usize, change: impl FnOnce(&mut Instance)) {
        let (Some(slot), Some(site)) = (self.frame.slots.get_mut(at), self.sites.get(at)) else { return };
        change(&mut slot.instance);
        let instance = slot.instance.clone();
        self.effects.push(Effect::Set(self.key(site), instance));
    }

    fn key(&self, site: &Site) -> Key {
        Key { scope: self.scope.to_owned(), node: site.id.clone() }
    }
}

/// All edges from a site's port, whatever their `when`.
fn edges_by(site: &Site, port: &str) -> Vec<u32> {
    site.ways.iter().filter(|way| way.port == port).map(|way| way.edge).collect()
}
