//! What runs may still spend: looked at before each call, with what the calls under way may cost at most set aside.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{CallId, ErrorCode, Run, RunId};
use pipeline::Budget;

use crate::Error;

struct Purse {
    budget: Budget,
    /// How often a person allowed the budget once more, and once.
    grants: i64,
    spent: i64,
    tokens: u64,
    aside: HashMap<CallId, (i64, u64)>,
}

/// The purses of runs that have a budget.
#[derive(Default)]
pub(crate) struct Budgets(Mutex<HashMap<RunId, Purse>>);

impl Budgets {
    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Purse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run is under way.
    pub(crate) fn open(&self, run: RunId, budget: Option<Budget>, so_far: &Run) {
        if let Some(budget) = budget {
            let (spent, tokens) = (so_far.cost_nano_usd, so_far.tokens);
            self.lock().entry(run).or_insert(Purse {
                budget,
                grants: 1,
                spent,
                tokens,
                aside: HashMap::new(),
            });
        }
    }

    /// It is over.
    pub(crate) fn forget(&self, run: RunId) {
        self.lock().remove(&run);
    }

    /// A person goes on all the same: the budget is there once more.
    pub(crate) fn grant(&self, run: RunId) {
        if let Some(purse) = self.lock().get_mut(&run) {
            let used = |limit: Option<i64>, spent: i64| {
                limit.filter(|limit| *limit > 0).map_or(0, |limit| spent / limit)
            };
            let by_money = used(purse.budget.nano_usd, purse.spent);
            let by_tokens = used(purse.budget.tokens.map(|tokens| tokens as i64), purse.tokens as i64);
            purse.grants = purse.grants.max(by_money.max(by_tokens)) + 1;
        }
    }

    /// Sets aside what a call may cost at most; refused where that would be too much. `cost` is absent where the price isn't known.
    pub(crate) fn reserve(
        &self,
        run: RunId,
        call: CallId,
        cost: Option<i64>,
        tokens: u64,
    ) -> Result<(), Error> {
        let mut purses = self.lock();
        let Some(purse) = purses.get_mut(&run) else { return Ok(()) };
        let (aside_cost, aside_tokens) =
            purse.aside.values().fold((0_i64, 0_u64), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        if let Some(limit) = purse.budget.nano_usd {
            let limit = limit.saturating_mul(purse.grants);
            let Some(cost) = cost else {
                return Err(Error::new(
                    ErrorCode::BudgetExceeded,
                    "The run has a budget in US dollars, and the price of this model isn't known. Choose another model, or set a budget in tokens.",
                ));
            };
            if purse.spent + aside_cost + cost > limit {
                return Err(Error::new(
                    ErrorCode::BudgetExceeded,
                    format!(
                        "The next call could cost up to {}, and {} of {} are spent. Go on to allow the budget once more, or cancel.",
                        usd(cost),
                        usd(purse.spent + aside_cost),
                        usd(limit)
                    ),
                ));
            }
        }
        if let Some(limit) = purse.budget.tokens {
            let limit = limit.saturating_mul(purse.grants as u64);
            if purse.tokens + aside_tokens + tokens > limit {
                return Err(Error::new(
                    ErrorCode::BudgetExceeded,
                    format!(
                        "The next call could take up to {tokens} tokens, and {} of {limit} are used. Go on to allow the budget once more, or cancel.",
                        purse.tokens + aside_tokens
                    ),
                ));
            }
        }
        purse.aside.insert(call, (cost.unwrap_or(0), tokens));
        Ok(())
    }

    /// A call ended.
    pub(crate) fn settled(&self, run: RunId, call: CallId, cost: i64, tokens: u64) {
        if let Some(purse) = self.lock().get_mut(&run) {
            purse.aside.remove(&call);
            purse.spent += cost;
            purse.tokens += tokens;
        }
    }
}

fn usd(nano: i64) -> String {
    format!("${:.4}", nano as f64 / 1e9)
}
