//! The bytes of a vault:
//!
//! `magic, version | memory, passes, lanes | salt | nonce | ciphertext | checksum`
//!
//! Argon2id makes the key, XChaCha20-Poly1305 seals handles and secrets together and covers what stands before them.
//! The checksum tells a damaged file from a wrong passphrase; it protects nothing.

use std::collections::BTreeMap;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use domain::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const MAGIC: &[u8; 12] = b"webplusvault";
const VERSION: u8 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
const CHECKSUM: usize = 32;
/// What a file may ask of us before its key is known: 1 GiB, 64 passes, 16 lanes.
const MOST: Cost = Cost { memory_kib: 1 << 20, passes: 64, lanes: 16 };
/// What we ask for ourselves.
const OURS: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

/// Secrets by handle.
pub(super) type Entries = BTreeMap<String, Secret>;

/// Why bytes don't open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// They aren't a vault, or not the one that was written.
    Damaged,
    /// A format that we don't know yet.
    Newer,
    /// Whole, but this passphrase doesn't open it.
    Refused,
    /// The system gave no random bytes.
    Random,
}

/// How dear a guess is.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A key, and what it was made from.
pub(super) struct Key {
    cost: Cost,
    salt: [u8; SALT],
    bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    /// A key under a salt that was never used.
    pub(super) fn fresh(passphrase: &Secret) -> Result<Self, Fault> {
        Self::derive(passphrase, OURS, random()?)
    }

    fn derive(passphrase: &Secret, cost: Cost, salt: [u8; SALT]) -> Result<Self, Fault> {
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(|_| Fault::Damaged)?;
        let mut bytes = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &salt, bytes.as_mut())
            .map_err(|_| Fault::Damaged)?;
        Ok(Self { cost, salt, bytes })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes.as_ref().into())
    }
}

/// The entries as the bytes of a file.
pub(super) fn seal(entries: &Entries, key: &Key) -> Result<Vec<u8>, Fault> {
    let nonce: [u8; NONCE] = random()?;
    let mut file = Vec::new();
    file.extend_from_slice(MAGIC);
    file.push(VERSION);
    for number in [key.cost.memory_kib, key.cost.passes, key.cost.lanes] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&key.salt);
    file.extend_from_slice(&nonce);

    let shown: BTreeMap<&str, &str> =
        entries.iter().map(|(handle, secret)| (handle.as_str(), secret.expose())).collect();
    // Room for the worst escaping, so that growing leaves no copy behind.
    let room: usize = shown.iter().map(|(handle, secret)| 6 * (handle.len() + secret.len()) + 8).sum();
    let mut plain = Zeroizing::new(Vec::with_capacity(room + 2));
    shown.serialize(&mut serde_json::Serializer::new(&mut *plain)).map_err(|_| Fault::Damaged)?;

    let text = key
        .cipher()
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: &plain, aad: &file })
        .map_err(|_| Fault::Damaged)?;
    file.extend_from_slice(&text);
    let checksum = Sha256::digest(&file);
    file.extend_from_slice(&checksum);
    Ok(file)
}

/// A file whose checksum is right, taken apart.
pub(super) struct Sealed<'a> {
    head: &'a [u8],
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    text: &'a [u8],
}

impl<'a> Sealed<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (written, checksum) = bytes
            .len()
            .checked_sub(CHECKSUM)
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or(Fault::Damaged)?;
        if Sha256::digest(written).as_slice() != checksum {
            return Err(Fault::Damaged);
        }
        let mut rest = written;
        if take::<{ MAGIC.len() }>(&mut rest)? != *MAGIC {
            return Err(Fault::Damaged);
        }
        if take::<1>(&mut rest)? != [VERSION] {
            return Err(Fault::Newer);
        }
        let cost =
            Cost { memory_kib: number(&mut rest)?, passes: number(&mut rest)?, lanes: number(&mut rest)? };
        if cost.memory_kib > MOST.memory_kib || cost.passes > MOST.passes || cost.lanes > MOST.lanes {
            return Err(Fault::Damaged);
        }
        let (salt, nonce) = (take(&mut rest)?, take(&mut rest)?);
        let head = written.get(..written.len() - rest.len()).ok_or(Fault::Damaged)?;
        Ok(Self { head, cost, salt, nonce, text: rest })
    }

    /// Whether this key was made from what the file was.
    pub(super) fn is_for(&self, key: &Key) -> bool {
        self.cost == key.cost && self.salt == key.salt
    }

    pub(super) fn key(&self, passphrase: &Secret) -> Result<Key, Fault> {
        Key::derive(passphrase, self.cost, self.salt)
    }

    pub(super) fn open(&self, key: &Key) -> Result<Entries, Fault> {
        let plain = key
            .cipher()
            .decrypt(XNonce::from_slice(&self.nonce), Payload { msg: self.text, aad: self.head })
            .map(Zeroizing::new)
            .map_err(|_| Fault::Refused)?;
        let shown =
            BTreeMap::<String, String>::deserialize(&mut serde_json::Deserializer::from_slice(&plain))
                .map_err(|_| Fault::Damaged)?;
        Ok(shown.into_iter().map(|(handle, secret)| (handle, Secret::new(secret))).collect())
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Fault> {
    let (taken, left) = rest.split_first_chunk::<N>().ok_or(Fault::Damaged)?;
    *rest = left;
    Ok(*taken)
}

fn number(rest: &mut &[u8]) -> Result<u32, Fault> {
    take(rest).map(u32::from_le_bytes)
}

fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Fault::Random)?;
    Ok(bytes)
}
