//! Before the first step of a run that takes over from another: its working copies are what they were at that point.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Driver, inner::Inside};
use crate::pipelines::{
    step::{StepCall, StepError, Teller},
    steps,
};

impl Driver {
    /// Brings the working copies back. The same however often it is done, as long as no step has begun.
    pub(super) async fn bring_back(&mut self) -> Result<(), StepError> {
        let copies = self.fixed.reuse.as_ref().map(|reuse| reuse.restore.clone()).unwrap_or_default();
        let blueprint = Arc::clone(&self.blueprint);
        for copy in copies {
            let Some(seat) = blueprint.seat(&copy.node) else { continue };
            let key = pipeline::Key { scope: String::new(), node: copy.node.clone() };
            let call = StepCall {
                app: self.app.clone(),
                actor: self.actor,
                run: self.run().id,
                key: key.clone(),
                // None that is kept: this is nobody's attempt.
                attempt: 0,
                node: Arc::clone(&seat.node),
                definition: Arc::clone(&blueprint.definition),
                input: Value::Null,
                context: json!({}),
                idempotency_key: String::new(),
                allowed: self.allowed(),
                cancel: CancellationToken::new(),
                tell: Teller::default(),
                inner: Arc::new(Inside {
                    app: self.app.clone(),
                    run: self.run().id,
                    sender: self.sender.clone(),
                    key: key.clone(),
                }),
            };
            steps::bring_back(&call, &copy).await.map_err(|error| StepError {
                message: format!(
                    "{}: the working copy could not be brought back to where this run begins. {}",
                    copy.node, error.message
                ),
                ..error
            })?;
            self.journal_step("step.restored", &key, json!({ "commit": copy.commit }));
        }
        Ok(())
    }
}
