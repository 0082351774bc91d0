//! Which kills are still to be made. All single ones; and, where recoveries are killed too, as many second ones as can make a
//! difference: a kill leaves nothing but the disk and the world outside, so that what begins from equal states is the same.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use super::{
    play::{Fixture, Kill, Outcome, Over, Recovery},
    table::Table,
};

/// Of a recovery's boundaries, with a second kill.
const DEEP: usize = 40;

/// A play to be made.
pub(crate) struct Planned {
    pub fixture: &'static Fixture,
    pub kills: Vec<Kill>,
    pub reference: Arc<Over>,
    /// Which boundary of which recovery, of a second kill.
    second: Option<(usize, usize)>,
}

/// A recovery that is killed: its boundaries in their order, and what a kill at each of them leaves, as far as that is known.
struct Followed {
    fixture: &'static Fixture,
    first: Kill,
    reference: Arc<Over>,
    boundaries: Vec<Kill>,
    left: Vec<Left>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Left {
    Unknown,
    Asked,
    Known(String),
}

/// What is still to be played, and what came of it so far.
#[derive(Default)]
pub(crate) struct Plan {
    pub ahead: VecDeque<Planned>,
    /// Whether recoveries are killed too.
    twice: bool,
    seen: HashSet<(&'static str, usize, String)>,
    followed: Vec<Followed>,
    pub singles: Table,
    pub doubles: Table,
    pub played: usize,
    singles_open: usize,
    newest_was_single: bool,
}

impl Plan {
    pub(crate) fn new(twice: bool) -> Self {
        Self { twice, ..Self::default() }
    }

    /// How many recoveries were killed, and at how many boundaries they weren't, because it would have been the same.
    pub(crate) fn followed(&self) -> (usize, usize) {
        let spared = self.followed.iter().flat_map(|one| &one.left).filter(|left| **left == Left::Unknown);
        (self.followed.len(), spared.count())
    }

    /// Adds a single kill.
    pub(crate) fn add(&mut self, fixture: &'static Fixture, kill: Kill, reference: Arc<Over>) {
        self.singles_open += 1;
        self.ahead.push_back(Planned { fixture, kills: vec![kill], reference, second: None });
    }

    /// Whether the last single kill has come to its end with the newest play.
    pub(crate) fn singles_ended(&self) -> bool {
        self.singles_open == 0 && self.newest_was_single
    }

    /// Takes in what came of a play; what it makes worth playing is next.
    pub(crate) fn came(&mut self, planned: Planned, outcome: Outcome, recovery: Recovery) {
        if outcome.is_broken() {
            eprintln!("{}: {outcome:?}", planned.fixture.name);
        }
        self.played += 1;
        if self.played.is_multiple_of(50) {
            eprintln!("{} plays, {} ahead", self.played, self.ahead.len());
        }
        self.newest_was_single = planned.second.is_none();
        self.singles_open -= usize::from(self.newest_was_single);
        let met = matches!(outcome, Outcome::Same | Outcome::Asks);
        let table = if planned.second.is_some() { &mut self.doubles } else { &mut self.singles };
        table.add(planned.fixture.name, planned.kills[planned.kills.len() - 1].point(), outcome);
        match planned.second {
            // What isn't known is like nothing else.
            Some((at, number)) => {
                let left = if met { recovery.from } else { format!("unknown {number}") };
                self.narrow(at, number, left);
            }
            None if self.twice && met => self.follow(planned, recovery),
            None => {}
        }
    }

    /// Begins to kill a recovery, unless one from the same state is killed already: at its first boundary and its last.
    fn follow(&mut self, planned: Planned, recovery: Recovery) {
        let Planned { fixture, mut kills, reference, .. } = planned;
        let first = kills.remove(0);
        let boundaries: Vec<Kill> = recovery.met.into_iter().take(DEEP).collect();
        if boundaries.is_empty() || !self.seen.insert((fixture.name, first.process, recovery.from)) {
            return;
        }
        let last = boundaries.len() - 1;
        let left = vec![Left::Unknown; boundaries.len()];
        self.followed.push(Followed { fixture, first, reference, boundaries, left });
        self.ask(self.followed.len() - 1, 0);
        self.ask(self.followed.len() - 1, last);
    }

    /// What is left after a kill only ever grows: between two boundaries that leave the same, all do. Between two that don't, the
    /// one in the middle is next.
    fn narrow(&mut self, at: usize, number: usize, left: String) {
        let Some(followed) = self.followed.get_mut(at) else { return };
        followed.left[number] = Left::Known(left);
        let all = &followed.left;
        let before = (0..number).rev().find(|one| all[*one] != Left::Unknown);
        let after = (number + 1..all.len()).find(|one| all[*one] != Left::Unknown);
        let differs = |one: &usize| all[*one] != Left::Asked && all[*one] != all[number];
        let middles: Vec<usize> = [before.filter(differs), after.filter(differs)]
            .into_iter()
            .flatten()
            .filter(|other| other.abs_diff(number) > 1)
            .map(|other| usize::midpoint(other, number))
            .collect();
        for middle in middles {
            self.ask(at, middle);
        }
    }

    fn ask(&mut self, at: usize, number: usize) {
        let Some(followed) = self.followed.get_mut(at).filter(|one| one.left[number] == Left::Unknown) else {
            return;
        };
        followed.left[number] = Left::Asked;
        self.ahead.push_back(Planned {
            fixture: followed.fixture,
            kills: vec![followed.first.clone(), followed.boundaries[number].clone()],
            reference: Arc::clone(&followed.reference),
            second: Some((at, number)),
        });
    }
}
