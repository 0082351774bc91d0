//! From a host's name to its addresses. Apart, so that a test can put a name server here that fails as it likes.

use std::{fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

type Lookup = dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync;

/// Who is asked for the addresses of a name; the operating system unless told otherwise.
#[derive(Clone, Default)]
pub struct Resolver(Option<Arc<Lookup>>);

impl Resolver {
    /// Asks this function. A port other than 0 is used only where the address that is asked names none.
    pub fn new(
        lookup: impl Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(lookup)))
    }

    pub(super) fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        match &self.0 {
            Some(lookup) => lookup(name),
            None => Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }),
        }
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Resolver" } else { "System" })
    }
}

impl PartialEq for Resolver {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for Resolver {}

/// The resolver with an end to its patience, a little before the connection's own, so that the two can be told apart.
pub(super) struct Names {
    resolver: Resolver,
    patience: Duration,
}

impl Names {
    pub(super) fn new(resolver: Resolver, connect_timeout: Duration) -> Self {
        Self { resolver, patience: connect_timeout.mul_f32(0.9) }
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let (looking, patience) = (self.resolver.lookup(name.as_str().to_owned()), self.patience);
        Box::pin(async move {
            let found = tokio::time::timeout(patience, looking).await.map_err(|_| NoAnswer(patience))??;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// No name server said anything for so long.
#[derive(Debug, thiserror::Error)]
#[error("no name server answered")]
pub(super) struct NoAnswer(pub(super) Duration);
