//! The vault.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use app::secrets::{SecretError, SecretStore, Vault};

use super::{CANARY, holds_canary, secret};

const HANDLE: &str = "provider/1/https://api.example.com";
const PASSPHRASE: &str = "a passphrase of this test";

fn open(path: &Path) -> Result<Vault, SecretError> {
    Vault::open(path.to_owned(), secret(PASSPHRASE))
}

async fn written(path: &Path) -> Vault {
    let vault = open(path).unwrap();
    vault.set(HANDLE.to_owned(), secret(CANARY)).await.unwrap();
    vault
}

#[tokio::test]
async fn a_key_is_kept_under_the_passphrase_replaced_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/vault");
    let vault = open(&path).unwrap();
    assert_eq!(vault.probe().await, Ok(()));
    assert_eq!(vault.get(HANDLE.to_owned()).await, Ok(None));
    vault.set(HANDLE.to_owned(), secret("an older \"key\" \u{1}\u{e9}")).await.unwrap();
    assert_eq!(
        open(&path).unwrap().get(HANDLE.to_owned()).await,
        Ok(Some(secret("an older \"key\" \u{1}\u{e9}")))
    );
    vault.set(HANDLE.to_owned(), secret(CANARY)).await.unwrap();
    vault.set("another".to_owned(), secret("b")).await.unwrap();

    let again = open(&path).unwrap();
    assert_eq!(again.get(HANDLE.to_owned()).await, Ok(Some(secret(CANARY))));
    again.delete(HANDLE.to_owned()).await.unwrap();
    assert_eq!(vault.get(HANDLE.to_owned()).await, Ok(None), "the other opening reads the file anew");
    assert_eq!(vault.get("another".to_owned()).await, Ok(Some(secret("b"))));
}

#[tokio::test]
async fn nothing_of_a_key_or_its_handle_is_in_the_file_and_no_two_files_are_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = written(&path).await;
    let first = fs::read(&path).unwrap();
    vault.set(HANDLE.to_owned(), secret(CANARY)).await.unwrap();
    let second = fs::read(&path).unwrap();
    for bytes in [&first, &second] {
        assert!(!holds_canary(bytes));
        assert!(!bytes.windows(8).any(|window| window == b"provider"));
    }
    assert_ne!(first[25..65], second[25..65], "salt and nonce are new each time");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no second file is left");
    for shown in [format!("{vault:?}"), format!("{:?}", vault.get(HANDLE.to_owned()).await)] {
        assert!(!shown.contains(CANARY) && !shown.contains(PASSPHRASE), "{shown}");
    }
}

#[tokio::test]
async fn the_file_is_its_owners_alone_and_made_so_again_at_each_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    written(&path).await;
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    open(&path).unwrap();
    assert_eq!(mode(), 0o600);
}

#[tokio::test]
async fn a_wrong_passphrase_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    written(&path).await;
    let before = fs::read(&path).unwrap();
    let refused = Vault::open(path.clone(), secret("another passphrase")).unwrap_err();
    assert!(matches!(refused, SecretError::Locked(_)), "{refused:?}");
    assert_eq!(refused.code(), domain::ErrorCode::KeychainLocked);
    assert!(matches!(Vault::open(path.clone(), secret("")), Err(SecretError::Failed(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_damaged_vault_is_kept_aside_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    written(&path).await;
    let whole = fs::read(&path).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..whole.len()).map(|at| flipped(&whole, at)).collect();
    damaged.extend([0, 1, 31, 32, 33, 64, whole.len() - 1].map(|length| whole[..length].to_vec()));
    for (number, bytes) in damaged.iter().enumerate() {
        fs::write(&path, bytes).unwrap();
        let refused = open(&path).unwrap_err();
        assert!(matches!(refused, SecretError::Failed(_)), "{refused:?}");
        assert!(!path.exists());
        assert_eq!(&fs::read(folder.path().join(format!("vault.damaged-{}", number + 1))).unwrap(), bytes);
    }
    assert_eq!(open(&path).unwrap().get(HANDLE.to_owned()).await, Ok(None), "then an empty vault begins");
}

#[tokio::test]
async fn a_vault_damaged_while_open_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = written(&path).await;
    fs::write(&path, b"something else").unwrap();
    let refused = vault.set("another".to_owned(), secret("b")).await;
    assert!(matches!(refused, Err(SecretError::Failed(_))), "{refused:?}");
    assert_eq!(fs::read(folder.path().join("vault.damaged-1")).unwrap(), b"something else");
}

#[tokio::test]
async fn a_forged_change_under_a_right_checksum_does_not_open() {
    use sha2::Digest as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    written(&path).await;
    let whole = fs::read(&path).unwrap();
    let body = whole.len() - 32;
    // salt, nonce, ciphertext, tag
    for at in [26, 45, 70, body - 1] {
        let mut forged = flipped(&whole, at);
        let checksum = sha2::Sha256::digest(&forged[..body]);
        forged[body..].copy_from_slice(&checksum);
        fs::write(&path, &forged).unwrap();
        assert!(matches!(open(&path), Err(SecretError::Locked(_))), "byte {at}");
        assert_eq!(fs::read(&path).unwrap(), forged);
    }
}

#[tokio::test]
async fn a_failed_write_leaves_the_vault_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = written(&path).await;
    let before = fs::read(&path).unwrap();
    // A folder stands where the new file would be written, so that this fails for root too.
    fs::create_dir(folder.path().join("vault.new")).unwrap();
    let refused = vault.set("another".to_owned(), secret("b")).await;
    assert!(matches!(refused, Err(SecretError::Failed(_))), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(vault.get("another".to_owned()).await, Ok(None));
}

fn flipped(whole: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    bytes[at] ^= 0x10;
    bytes
}
