//! What steps and runs cost: settled with the result, counted for both, and told where a budget comes near its end.

use domain::{Call, CallOutcome};
use pipeline::Key;
use serde_json::json;

use super::Driver;
use crate::pipelines::topic::Topic;

/// Of a budget, in percent: who is told then can still do something.
const TOLD_AT: i64 = 80;

impl Driver {
    /// The ledger's rows go with the result, and what they cost is the step's and the run's.
    pub(super) fn settled(&mut self, key: &Key, calls: Vec<Call>) {
        for mut call in calls {
            if call.outcome == CallOutcome::Reserved {
                call.outcome = CallOutcome::Interrupted;
            }
            let cost = call.cost_nano_usd.unwrap_or(0);
            let tokens = call.usage.prompt() + call.usage.output;
            self.spent(key, cost, tokens);
            self.app.pipelines.budgets.settled(self.row.run.id, call.id, cost, tokens);
            self.batch.calls.push(call);
        }
    }

    /// What a step spent is its run's too.
    pub(super) fn spent(&mut self, key: &Key, cost: i64, tokens: u64) {
        let before = self.nearly_spent();
        self.row.run.cost_nano_usd += cost;
        self.row.run.tokens += tokens;
        if let Some(row) = self.steps.get_mut(key) {
            row.step.cost_nano_usd += cost;
            row.step.tokens += tokens;
            self.batch.steps.insert(key.clone());
        }
        self.batch.run = true;
        if !before && self.nearly_spent() {
            let told = json!({ "percent": TOLD_AT });
            self.journal_step("budget.threshold", key, told.clone());
            self.announce_step(Topic::BudgetThreshold, key, told);
        }
    }

    /// Whether so much of the run's own budget is spent that it is told. Reckoned from what is kept with the run, so that a crash
    /// neither forgets nor repeats it; a budget that a person allowed once more was told of before.
    fn nearly_spent(&self) -> bool {
        let Some(budget) = self.blueprint.definition.defaults.budget else { return false };
        let run = &self.row.run;
        let reached = |limit: i64, spent: i64| spent.saturating_mul(100) >= limit.saturating_mul(TOLD_AT);
        budget.nano_usd.is_some_and(|limit| reached(limit, run.cost_nano_usd))
            || budget.tokens.is_some_and(|limit| reached(limit as i64, run.tokens as i64))
    }

    /// A call was refused, since the budget of this run, or of one that it is a part of, doesn't hold it.
    pub(super) fn exceeded(&mut self, key: &Key, message: &str) {
        self.journal_step("budget.exceeded", key, json!({}));
        self.announce_step(Topic::BudgetExceeded, key, json!({ "message": message }));
    }
}
