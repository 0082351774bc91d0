//! Which messages are sent: pure. The system prompt and the newest message always; then as many before it as fit, newest
//! first, without a gap. What was left out is told, never silently dropped.

/// What a message's own framing costs in a chat template, in tokens: an estimate.
const FRAMING: u64 = 6;

/// What a message of so many tokens takes.
pub(crate) fn cost(tokens: u64) -> u64 {
    tokens.saturating_add(FRAMING)
}

/// The choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// Messages before this index are left out.
    pub first: usize,
    /// Tokens of what is sent, estimated.
    pub used: u64,
}

/// Chooses from messages' sizes in tokens, oldest first. `limit` is what the prompt may have.
pub(crate) fn choose(system: u64, messages: &[u64], limit: u64) -> Window {
    let mut used = if system == 0 { 0 } else { cost(system) };
    let mut first = messages.len();
    for (index, tokens) in messages.iter().enumerate().rev() {
        let with = used + cost(*tokens);
        if with > limit && index + 1 < messages.len() {
            break;
        }
        used = with;
        first = index;
    }
    Window { first, used }
}

/// What the prompt may have: the window less room for the answer.
pub(crate) fn prompt_limit(context: u64, max_tokens: Option<u64>) -> u64 {
    let answer = max_tokens.unwrap_or(1024).min(context / 4);
    context.saturating_sub(answer).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_newest_message_is_sent_even_if_it_alone_is_too_long() {
        assert_eq!(choose(0, &[5, 5, 1000], 100), Window { first: 2, used: 1006 });
        assert_eq!(choose(10, &[], 100), Window { first: 0, used: 16 });
    }

    proptest! {
        #[test]
        fn what_is_sent_is_a_gapless_tail_that_fits_and_could_not_be_longer(
            system in 0u64..200, messages in prop::collection::vec(0u64..300, 1..40), limit in 1u64..4000,
        ) {
            let window = choose(system, &messages, limit);
            prop_assert!(window.first < messages.len());
            let cost = |from: usize| messages[from..].iter().map(|tokens| tokens + FRAMING).sum::<u64>()
                + if system == 0 { 0 } else { system + FRAMING };
            prop_assert_eq!(window.used, cost(window.first));
            prop_assert!(window.used <= limit || window.first + 1 == messages.len());
            if window.first > 0 {
                prop_assert!(cost(window.first - 1) > limit);
            }
        }
    }
}
