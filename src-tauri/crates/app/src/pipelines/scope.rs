//! Scopes as text: "each:3/fix:0" is iteration 0 of `fix` inside item 3 of `each`; empty is the top.

use pipeline::Key;

/// The scope of a container's item or iteration.
pub(crate) fn inner(key: &Key, index: u32) -> String {
    if key.scope.is_empty() {
        format!("{}:{index}", key.node)
    } else {
        format!("{}/{}:{index}", key.scope, key.node)
    }
}

/// What the scopes of everything inside of it, and of nothing else, begin with.
pub(crate) fn inside(key: &Key) -> String {
    if key.scope.is_empty() { format!("{}:", key.node) } else { format!("{}/{}:", key.scope, key.node) }
}

/// The containers of a scope with their indices, the outermost first.
pub(crate) fn parts(scope: &str) -> Vec<(&str, u32)> {
    scope
        .split('/')
        .filter_map(|part| {
            let (node, index) = part.rsplit_once(':')?;
            Some((node, index.parse().ok()?))
        })
        .collect()
}

/// The first `count` parts of a scope.
pub(crate) fn prefix(scope: &str, count: usize) -> String {
    scope.split('/').take(count).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// The container's own key, of a scope that isn't the top.
pub(crate) fn owner(scope: &str) -> Option<(Key, u32)> {
    let (outer, last) = scope.rsplit_once('/').unwrap_or(("", scope));
    let (node, index) = last.rsplit_once(':')?;
    Some((Key { scope: outer.to_owned(), node: node.to_owned() }, index.parse().ok()?))
}

/// "scope/node", as the ledger names a step.
pub(crate) fn step_name(key: &Key) -> String {
    if key.scope.is_empty() { key.node.clone() } else { format!("{}/{}", key.scope, key.node) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_taken_apart_as_it_was_put_together() {
        let fix = Key { scope: "each:3".into(), node: "fix".into() };
        assert_eq!(inner(&fix, 0), "each:3/fix:0");
        assert_eq!(parts("each:3/fix:0"), [("each", 3), ("fix", 0)]);
        assert_eq!(owner("each:3/fix:0"), Some((fix, 0)));
        assert_eq!(
            (prefix("each:3/fix:0", 1), prefix("", 0), owner("")),
            ("each:3".into(), String::new(), None)
        );
    }
}
