//! What the person is told about the keychain, and which refusal is which.

use keyring::Error;

use super::SecretError;

/// Names of refusals that leave the item where it is and may be lifted by the person.
const REFUSALS: [&str; 6] = [
    "org.freedesktop.Secret.Error.IsLocked",
    "org.freedesktop.DBus.Error.AccessDenied",
    // macOS: the person cancelled, the password was wrong, no interaction allowed (SSH), denied to this program
    "code: -128,",
    "code: -25293,",
    "code: -25308,",
    "code: -25243,",
];

pub(super) fn absent(cause: &dyn std::error::Error) -> SecretError {
    tracing::debug!(%cause, "no keychain answers");
    SecretError::Unavailable(
        "No keychain answers on this computer. Start one and try again, or keep the key in a vault under a passphrase, or for this session only."
            .to_owned(),
    )
}

pub(super) fn locked() -> SecretError {
    SecretError::Locked("The keychain is locked. Unlock it and try again.".to_owned())
}

pub(super) fn prompt_open() -> SecretError {
    SecretError::Locked(
        "The keychain already asks for its password. Answer that prompt, then try again.".to_owned(),
    )
}

pub(super) fn not_answering() -> SecretError {
    SecretError::Locked(
        "The keychain did not answer. It may be waiting for its password: unlock it and try again."
            .to_owned(),
    )
}

pub(super) fn ended() -> SecretError {
    SecretError::Failed(
        "Asking the keychain failed for a reason that Web+ doesn't know. Try again.".to_owned(),
    )
}

/// What an error of the store means for the person.
pub(super) fn explain(error: &Error) -> SecretError {
    match error {
        Error::NoStorageAccess(cause) => no_access(cause.as_ref()),
        Error::PlatformFailure(cause) => explain_other(cause.as_ref()),
        Error::TooLong(..) => SecretError::Failed(
            "The keychain can't hold a key this long. Keep it in a vault under a passphrase instead."
                .to_owned(),
        ),
        Error::Ambiguous(_) => SecretError::Failed(
            "The keychain holds two keys under one name. Enter the key again, and it replaces both."
                .to_owned(),
        ),
        other => explain_other(other),
    }
}

/// A refusal that has a name of its own is told from a failure.
pub(super) fn explain_other(error: &(dyn std::error::Error + 'static)) -> SecretError {
    let told = format!("{error} {error:?}");
    if REFUSALS.iter().any(|name| told.contains(name)) {
        return SecretError::Locked(
            "The keychain refuses this key to Web+. Allow it in the keychain's own application and try again.".to_owned(),
        );
    }
    tracing::warn!(%error, "the keychain failed");
    SecretError::Failed(
        "The keychain failed for a reason that Web+ doesn't know. The log has the details; try again."
            .to_owned(),
    )
}

#[cfg(all(unix, not(target_os = "macos")))]
fn no_access(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> SecretError {
    super::platform::explain_access(cause)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn no_access(_cause: &(dyn std::error::Error + Send + Sync + 'static)) -> SecretError {
    locked()
}
