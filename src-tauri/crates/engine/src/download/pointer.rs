//! The pointer that a hub keeps in place of a large file: its size and digest.

use bytes::BytesMut;
use futures_util::StreamExt;
use llm::Error;
use tokio::time::timeout;

use super::{
    DownloadOptions, Fetch, Source,
    content::{Content, Origin},
    fetch::follow,
};

/// Real ones have about 135 bytes.
const LARGEST: usize = 1024;

/// What the hub promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer {
    /// Lower-case hexadecimal.
    pub(super) sha256: String,
    /// In bytes.
    pub(super) size: u64,
}

impl Pointer {
    pub(super) async fn read(
        fetch: &dyn Fetch,
        source: &Source,
        options: &DownloadOptions,
    ) -> Result<Self, Error> {
        let asking = async {
            let mut reply = follow(fetch, &source.pointer_url(), None).await?;
            if reply.status != 200 {
                return Err(Origin::Hub(source.clone()).refused(reply.status));
            }
            let mut text = BytesMut::new();
            while let Some(piece) = reply.body.next().await {
                text.extend_from_slice(&piece?);
                if text.len() > LARGEST {
                    break;
                }
            }
            Ok(text)
        };
        let text = timeout(options.stall, asking).await.map_err(|_| Error::TimedOut {
            message: "The hub doesn't answer. Check the connection and try again.".into(),
            sent: true,
        })??;
        let text = std::str::from_utf8(&text).ok().filter(|text| text.len() <= LARGEST);
        text.and_then(Self::parse).ok_or_else(|| {
            Error::BadReply(format!(
                "The hub's answer about {} isn't what a hub says; perhaps your network returned a web page. Check the connection, or \
                 the hub's address in the settings.",
                source.file
            ))
        })
    }

    /// The content that was promised.
    pub(super) fn content(&self) -> Content {
        Content { key: self.sha256.clone(), size: self.size, mark: None }
    }

    /// The format is Git LFS's: a version line, then keys in order.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        lines.next()?.strip_prefix("version https://git-lfs.github.com/spec/")?;
        let (mut sha256, mut size) = (None, None);
        for line in lines {
            match line.split_once(' ')? {
                ("oid", value) => sha256 = value.strip_prefix("sha256:"),
                ("size", value) => size = value.parse().ok(),
                _ => {}
            }
        }
        let sha256 = sha256?.to_ascii_lowercase();
        let sound = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Self { sha256, size: size.filter(|size| *size > 0)? }).filter(|_| sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_read_and_nothing_else_is() {
        let oid = "a".repeat(64);
        let good = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12\n");
        assert_eq!(Pointer::parse(&good), Some(Pointer { sha256: oid.clone(), size: 12 }));
        for bad in [
            "<html>".to_owned(),
            String::new(),
            good.replace("sha256:a", "sha256:../"),
            good.replace("size 12", "size 0"),
            good.replace("size 12", "size -1"),
            good.replace("oid", "old"),
        ] {
            assert_eq!(Pointer::parse(&bad), None, "{bad}");
        }
    }
}
