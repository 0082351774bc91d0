//! What runs may still spend: looked at before each call, with what the calls under way may cost at most set aside.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{Actor, CallId, ErrorCode, RunId};
use pipeline::{Budget, OnExceed};

use crate::{App, Error};

struct Purse {
    /// The run that a step of which waits for this one: what this one spends is its too.
    above: Option<RunId>,
    budget: Option<Budget>,
    /// How often a person allowed the budget once more, and once.
    grants: i64,
    /// Whether it was what refused a call last.
    refused: bool,
    spent: i64,
    tokens: u64,
    aside: HashMap<CallId, (i64, u64)>,
}

/// The purses of runs that have a budget, or that are a part of another run.
#[derive(Default)]
pub(crate) struct Budgets(Mutex<HashMap<RunId, Purse>>);

impl Budgets {
    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Purse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run is under way, which has cost so much (nano-USD) and taken so many tokens.
    pub(crate) fn open(&self, run: RunId, budget: Option<Budget>, above: Option<RunId>, so_far: (i64, u64)) {
        if budget.is_some() || above.is_some() {
            let (spent, tokens) = so_far;
            let aside = HashMap::new();
            self.lock().entry(run).or_insert(Purse {
                above,
                budget,
                grants: 1,
                refused: false,
                spent,
                tokens,
                aside,
            });
        }
    }

    /// Whether it is open.
    pub(crate) fn knows(&self, run: RunId) -> bool {
        self.lock().contains_key(&run)
    }

    /// It is over.
    pub(crate) fn forget(&self, run: RunId) {
        self.lock().remove(&run);
    }

    /// A person goes on all the same: the budget is there once more, also that of a run that this one is a part of where it
    /// was what refused.
    pub(crate) fn grant(&self, run: RunId) {
        let mut purses = self.lock();
        for id in chain(&purses, run) {
            if let Some(purse) = purses.get_mut(&id).filter(|purse| id == run || purse.refused) {
                purse.grant();
            }
        }
    }

    /// Sets aside what a call may cost at most; refused where that would be too much for the run, or for one that it is a part of.
    /// `cost` is absent where the price isn't known.
    pub(crate) fn reserve(
        &self,
        run: RunId,
        call: CallId,
        cost: Option<i64>,
        tokens: u64,
    ) -> Result<(), Error> {
        let mut purses = self.lock();
        let chain = chain(&purses, run);
        for id in &chain {
            let Some(purse) = purses.get_mut(id) else { continue };
            let looked = purse.look(cost, tokens);
            purse.refused = looked.is_err();
            looked?;
        }
        for id in &chain {
            if let Some(purse) = purses.get_mut(id) {
                purse.aside.insert(call, (cost.unwrap_or(0), tokens));
            }
        }
        Ok(())
    }

    /// What is to happen where a budget refused a call of this run last.
    pub(crate) fn refusal(&self, run: RunId) -> Option<OnExceed> {
        let purses = self.lock();
        let refused =
            chain(&purses, run).into_iter().find_map(|id| purses.get(&id).filter(|purse| purse.refused));
        Some(refused?.budget?.on_exceed)
    }

    /// A call ended.
    pub(crate) fn settled(&self, run: RunId, call: CallId, cost: i64, tokens: u64) {
        let mut purses = self.lock();
        for id in chain(&purses, run) {
            if let Some(purse) = purses.get_mut(&id) {
                purse.aside.remove(&call);
                purse.spent += cost;
                purse.tokens += tokens;
            }
        }
    }
}

/// The run, and those that it is a part of, outwards.
fn chain(purses: &HashMap<RunId, Purse>, run: RunId) -> Vec<RunId> {
    let above = |id: &RunId| purses.get(id).and_then(|purse| purse.above);
    // Pipelines can't be begun deeper than that; whatever a database says, this ends.
    std::iter::successors(Some(run), above).take(64).collect()
}

impl Purse {
    fn look(&self, cost: Option<i64>, tokens: u64) -> Result<(), Error> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let (aside_cost, aside_tokens) =
            self.aside.values().fold((0_i64, 0_u64), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        if let Some(limit) = budget.nano_usd {
            let limit = limit.saturating_mul(self.grants);
            let Some(cost) = cost else {
                return Err(Error::new(
                    ErrorCode::BudgetExceeded,
                    "The run has a budget in US dollars, and the price of this model isn't known. Choose another model, or set a budget in tokens.",
                ));
            };
            if self.spent + aside_cost + cost > limit {
                return Err(Error::new(
                    ErrorCode::BudgetExceeded,
                    format!(
                        "The next call could cost up to {}, and {} of {} are spent. Go on to allow the budget once more, or cancel.",
                        usd(cost),
                        usd(self.spent + aside_cost),
                        usd(limit)
                    ),
                ));
            }
        }
        if let Some(limit) = budget.tokens {
            let limit = limit.saturating_mul(self.grants as u64);
            if self.tokens + aside_tokens + tokens > limit {
                return Err(Error::new(
                    ErrorCode::BudgetExceeded,
                    format!(
                        "The next call could take up to {tokens} tokens, and {} of {limit} are used. Go on to allow the budget once more, or cancel.",
                        self.tokens + aside_tokens
                    ),
                ));
            }
        }
        Ok(())
    }

    fn grant(&mut self) {
        let Some(budget) = &self.budget else { return };
        let used = |limit: Option<i64>, spent: i64| {
            limit.filter(|limit| *limit > 0).map_or(0, |limit| spent / limit)
        };
        let by_money = used(budget.nano_usd, self.spent);
        let by_tokens = used(budget.tokens.map(|tokens| tokens as i64), self.tokens as i64);
        self.grants = self.grants.max(by_money.max(by_tokens)) + 1;
        self.refused = false;
    }
}

/// Opens the purses of the runs that this one is a part of: since the application's start they may only have waited.
pub(crate) async fn open_above(app: &App, run: RunId) -> Result<(), Error> {
    let mut next = Some(run);
    while let Some(id) = next.filter(|id| !app.pipelines.budgets.knows(*id)) {
        let (row, inside) = app
            .store
            .read(move |conn| Ok((store::runs::get_whole(conn, id)?, store::runs::children(conn, id)?)))
            .await?;
        let actor = Actor { user_id: row.owner_id, admin: false };
        let blueprint = super::blueprint::blueprint(app, actor, &row.run.definition_hash).await?;
        // What those inside have spent becomes the run's own when they end.
        let under_way = inside.iter().filter(|one| !one.status.is_final());
        let so_far = under_way.fold((row.run.cost_nano_usd, row.run.tokens), |sum, one| {
            (sum.0 + one.cost_nano_usd, sum.1 + one.tokens)
        });
        let above = row.parent.map(|(above, ..)| above);
        app.pipelines.budgets.open(id, blueprint.definition.defaults.budget, above, so_far);
        next = above;
    }
    Ok(())
}

fn usd(nano: i64) -> String {
    format!("${:.4}", nano as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]
    use domain::Timestamp;

    use super::*;

    fn tokens(tokens: u64) -> Budget {
        Budget { tokens: Some(tokens), nano_usd: None, on_exceed: pipeline::OnExceed::default() }
    }

    fn run(at: i64) -> RunId {
        RunId::new(Timestamp::from_millis(at))
    }

    fn call() -> CallId {
        CallId::new(Timestamp::from_millis(1))
    }

    #[test]
    fn what_is_inside_spends_from_every_purse_around_it() {
        let (budgets, [outer, inner, other]) = (Budgets::default(), [run(1), run(2), run(3)]);
        budgets.open(outer, Some(tokens(100)), None, (0, 0));
        budgets.open(inner, None, Some(outer), (0, 0));
        budgets.open(other, Some(tokens(1_000)), Some(outer), (0, 0));
        let first = call();
        budgets.reserve(inner, first, None, 60).unwrap();
        let refused = budgets.reserve(other, call(), None, 60).unwrap_err();
        assert_eq!(refused.code, ErrorCode::BudgetExceeded);
        // It was reckoned with 60, and took 10.
        budgets.settled(inner, first, 0, 10);
        let second = call();
        budgets.reserve(other, second, None, 60).unwrap();
        budgets.settled(other, second, 0, 60);
        assert!(budgets.reserve(inner, call(), None, 60).is_err());
        budgets.grant(inner);
        budgets.reserve(inner, call(), None, 60).unwrap();
    }

    #[test]
    fn going_on_inside_does_not_raise_a_budget_that_refused_nothing() {
        let (budgets, [outer, inner]) = (Budgets::default(), [run(1), run(2)]);
        budgets.open(outer, Some(tokens(100)), None, (0, 0));
        budgets.open(inner, Some(tokens(10)), Some(outer), (0, 0));
        assert!(budgets.reserve(inner, call(), None, 20).is_err());
        budgets.grant(inner);
        budgets.reserve(inner, call(), None, 20).unwrap();
        assert!(budgets.reserve(inner, call(), None, 90).is_err());
        budgets.grant(inner);
        assert!(budgets.reserve(inner, call(), None, 190).is_err());
    }
}
