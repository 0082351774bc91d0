//! How many attempts of each sort are under way at once. Of those that wait, the ones of runs with more priority come first, and
//! then whoever asked first; one whose place isn't free holds up none whose place is. A waiting run holds none.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// Attempts that do something outside, at once.
const OUTSIDE: usize = 64;
/// Calls at once to a provider on this computer, whose engine answers one after the other anyhow.
const LOCAL: usize = 2;
/// Calls at once to any other provider.
const REMOTE: usize = 16;
/// Calls at once to one model of any other provider, so that one that is slow leaves room for the rest.
const REMOTE_MODEL: usize = 8;

/// What an attempt needs a place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: it only computes, or only waits.
    Nothing,
    /// Doing something outside.
    Outside,
    /// Asking a model, as "provider/name".
    Model(String),
}

/// What has so many places.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pool {
    Outside,
    Provider(String),
    Model(String),
}

impl Pool {
    fn places(&self) -> usize {
        match self {
            Self::Outside => OUTSIDE,
            Self::Provider(name) if is_local(name) => LOCAL,
            Self::Provider(_) => REMOTE,
            Self::Model(name) if is_local(name.split('/').next().unwrap_or_default()) => LOCAL,
            Self::Model(_) => REMOTE_MODEL,
        }
    }
}

fn is_local(provider: &str) -> bool {
    matches!(provider, "embedded" | "ollama")
}

impl Need {
    fn pools(&self) -> Vec<Pool> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Outside => vec![Pool::Outside],
            Self::Model(model) => {
                let provider = model.split('/').next().unwrap_or_default();
                vec![Pool::Provider(provider.to_owned()), Pool::Model(model.clone())]
            }
        }
    }
}

struct Waiter {
    pools: Vec<Pool>,
    granted: oneshot::Sender<Permit>,
}

#[derive(Default)]
struct State {
    used: HashMap<Pool, usize>,
    /// By priority, then by when it was asked.
    waiting: BTreeMap<(Reverse<i64>, u64), Waiter>,
    asked: u64,
}

impl State {
    fn is_free(&self, pools: &[Pool]) -> bool {
        pools.iter().all(|pool| self.used.get(pool).copied().unwrap_or(0) < pool.places())
    }

    fn occupy(&mut self, pools: &[Pool]) {
        for pool in pools {
            *self.used.entry(pool.clone()).or_default() += 1;
        }
    }

    fn free(&mut self, pools: &[Pool]) {
        for pool in pools {
            if let Some(used) = self.used.get_mut(pool) {
                *used = used.saturating_sub(1);
                if *used == 0 {
                    self.used.remove(pool);
                }
            }
        }
    }

    /// The next whose places are free, its places taken. Whoever gave up waiting is forgotten.
    fn next(&mut self) -> Option<Waiter> {
        self.waiting.retain(|_, waiter| !waiter.granted.is_closed());
        let at = self.waiting.iter().find(|(_, waiter)| self.is_free(&waiter.pools)).map(|(at, _)| *at)?;
        let waiter = self.waiting.remove(&at)?;
        self.occupy(&waiter.pools);
        Some(waiter)
    }
}

/// All places. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Slots(Arc<Mutex<State>>);

/// Places that are taken; given back when this is dropped.
pub(crate) struct Permit {
    slots: Slots,
    pools: Vec<Pool>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let pools = std::mem::take(&mut self.pools);
        self.slots.lock().free(&pools);
        self.slots.grant();
    }
}

/// How it stands with a place.
pub(crate) enum Asked {
    /// None is needed.
    Unneeded,
    /// It is there.
    Free(Permit),
    /// It comes.
    Later(oneshot::Receiver<Permit>),
}

impl Slots {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for what is needed. Nobody who asks later is served before those of the same priority who wait for the same.
    pub(crate) fn ask(&self, need: &Need, priority: i64) -> Asked {
        let pools = need.pools();
        if pools.is_empty() {
            return Asked::Unneeded;
        }
        let (granted, mut later) = oneshot::channel();
        {
            let mut state = self.lock();
            state.asked += 1;
            let at = (Reverse(priority), state.asked);
            state.waiting.insert(at, Waiter { pools, granted });
        }
        self.grant();
        match later.try_recv() {
            Ok(permit) => Asked::Free(permit),
            Err(_) => Asked::Later(later),
        }
    }

    /// Gives what is free to whoever is next.
    fn grant(&self) {
        loop {
            // Outside of the lock: who has gone meanwhile gives it back at once.
            let Some(Waiter { pools, granted }) = self.lock().next() else { return };
            let permit = Permit { slots: self.clone(), pools };
            if let Err(mut unwanted) = granted.send(permit) {
                let pools = std::mem::take(&mut unwanted.pools);
                self.lock().free(&pools);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> Need {
        Need::Model(name.to_owned())
    }

    fn take(slots: &Slots, need: &Need, count: usize) -> Vec<Permit> {
        (0..count)
            .map(|_| match slots.ask(need, 0) {
                Asked::Free(permit) => permit,
                _ => panic!("there is no place for {need:?}"),
            })
            .collect()
    }

    fn later(slots: &Slots, need: &Need, priority: i64) -> oneshot::Receiver<Permit> {
        match slots.ask(need, priority) {
            Asked::Later(later) => later,
            _ => panic!("there is a place for {need:?}"),
        }
    }

    #[test]
    fn a_model_has_its_own_limit_below_its_providers() {
        let slots = Slots::default();
        let first = take(&slots, &model("cloud/a"), REMOTE_MODEL);
        let mut waits = later(&slots, &model("cloud/a"), 0);
        let others = take(&slots, &model("cloud/b"), REMOTE - REMOTE_MODEL);
        let mut third = later(&slots, &model("cloud/c"), 0);
        drop(others);
        assert!(third.try_recv().is_ok() && waits.try_recv().is_err());
        drop(first);
        assert!(waits.try_recv().is_ok());
    }

    #[test]
    fn more_priority_comes_first_and_then_who_asked_first() {
        let slots = Slots::default();
        let mut held = take(&slots, &model("ollama/m"), LOCAL);
        let mut waiting = [0, 0, 1].map(|priority| later(&slots, &model("ollama/m"), priority));
        let mut order = Vec::new();
        let mut kept = Vec::new();
        while order.len() < 3 {
            drop(held.pop().or_else(|| kept.pop()));
            for (at, one) in waiting.iter_mut().enumerate() {
                if let Ok(permit) = one.try_recv() {
                    order.push(at);
                    kept.push(permit);
                }
            }
        }
        assert_eq!(order, [2, 0, 1]);
    }

    #[test]
    fn who_gives_up_holds_nobody_up() {
        let slots = Slots::default();
        let held = take(&slots, &model("ollama/m"), LOCAL);
        drop(later(&slots, &model("ollama/m"), 5));
        let mut waits = later(&slots, &model("ollama/m"), 0);
        drop(held);
        assert!(waits.try_recv().is_ok());
        drop(waits);
        assert!(slots.lock().used.is_empty(), "a place is given back");
    }
}
