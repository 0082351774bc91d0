//! What a certificate can be wrong in, as sentences. Its own texts come from whoever made it: they are cut and cleaned
//! before they stand in one.

use rustls::{
    CertificateError, Error as TlsError,
    pki_types::{CertificateDer, UnixTime},
};
use x509_parser::{certificate::X509Certificate, parse_x509_certificate, x509::X509Name};

use super::{failure::find, trust::Untrusted};

/// The longest name of an issuer that is shown, in characters.
const LONGEST_NAME: usize = 80;

/// Whether this is a certificate at all.
pub(super) fn is_one(der: &[u8]) -> bool {
    parse_x509_certificate(der).is_ok_and(|(rest, _)| rest.is_empty())
}

/// Whether the fault is the issuer: none that is known, or a certificate of an authority that stands for itself.
pub(super) fn is_untrusted(error: &TlsError) -> bool {
    match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        TlsError::InvalidCertificate(CertificateError::Other(other)) => {
            format!("{other:?}").contains("CaUsedAsEndEntity")
        }
        _ => false,
    }
}

/// Who vouches at the far end of the chain that the server sent.
pub(super) fn issuer(
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> Option<String> {
    let (_, mut last) = parse_x509_certificate(end_entity.as_ref()).ok()?;
    let chain: Vec<X509Certificate<'_>> = intermediates
        .iter()
        .filter_map(|der| parse_x509_certificate(der.as_ref()).ok().map(|(_, found)| found))
        .collect();
    // At most as many steps as there are certificates: a ring of issuers ends too.
    for _ in 0..chain.len() {
        let next = chain.iter().find(|above| above.subject() == last.issuer());
        match next {
            Some(above) if above.subject() != last.subject() => last = above.clone(),
            _ => break,
        }
    }
    name(last.issuer())
}

fn name(name: &X509Name<'_>) -> Option<String> {
    let common = name.iter_common_name().find_map(|part| part.as_str().ok());
    let organization = name.iter_organization().find_map(|part| part.as_str().ok());
    let common = common.map(cleaned).filter(|text| !text.is_empty());
    let organization = organization.map(cleaned).filter(|text| !text.is_empty());
    match (common, organization) {
        (Some(common), Some(organization)) if common != organization => {
            Some(format!("{common} ({organization})"))
        }
        (common, organization) => common.or(organization),
    }
}

/// One line of letters that can be seen, without quotation marks to break out of.
fn cleaned(text: &str) -> String {
    let seen = |c: char| {
        let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        !c.is_control() && !turns && c != '"'
    };
    text.chars().filter(|c| seen(*c)).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

/// The sentence for what is wrong between this computer and the host, where TLS is what is wrong.
pub(super) fn sentence(error: &TlsError, host: &str) -> Option<String> {
    Some(match error {
        TlsError::InvalidCertificate(fault) => of_certificate(fault, host),
        // macOS and Windows have faults that rustls has no name for.
        TlsError::General(text) if text.contains("certificate") => cannot_be_verified(host),
        TlsError::InvalidMessage(_) => format!(
            "{host} doesn't speak HTTPS at this port. Check the port, or use http:// for a server on this computer."
        ),
        TlsError::AlertReceived(_) | TlsError::PeerIncompatible(_) => {
            format!("{host} and this computer found no common kind of encryption.")
        }
        _ => return None,
    })
}

fn of_certificate(fault: &CertificateError, host: &str) -> String {
    match fault {
        CertificateError::UnknownIssuer => untrusted(None, host),
        CertificateError::Other(other) => match find::<Untrusted>(other.0.as_ref()) {
            Some(Untrusted(issuer)) => untrusted(issuer.as_deref(), host),
            None => cannot_be_verified(host),
        },
        CertificateError::Expired => format!(
            "The certificate of {host} has expired. Check this computer's date and time; if they are right, {host} must renew it."
        ),
        CertificateError::ExpiredContext { time, not_after } => format!(
            "The certificate of {host} has expired: it was good until {}, and here it is {}. Check this computer's date and \
             time; if they are right, {host} must renew it.",
            date(*not_after),
            date(*time)
        ),
        CertificateError::NotValidYet => {
            format!("The certificate of {host} isn't valid yet. Check this computer's date and time.")
        }
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "The certificate of {host} isn't valid yet: it is good from {}, and here it is {}. Check this computer's date and \
             time.",
            date(*not_before),
            date(*time)
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => format!(
            "The certificate is for another name than {host}. Check the address; something on the way may answer in its place."
        ),
        CertificateError::Revoked => format!(
            "The certificate of {host} was revoked. Don't send it anything until its owner has explained why."
        ),
        _ => cannot_be_verified(host),
    }
}

fn untrusted(issuer: Option<&str>, host: &str) -> String {
    let Some(issuer) = issuer else {
        return format!(
            "The certificate of {host} comes from an issuer that this computer doesn't trust. A company's network or a \
             virus scanner may be reading along: have its certificate added to this computer's store, or use another network."
        );
    };
    format!(
        "The certificate of {host} comes from \"{issuer}\", an issuer that this computer doesn't trust. A company's network \
         or a virus scanner may be reading along: have the issuer's certificate added to this computer's store, or use \
         another network."
    )
}

fn cannot_be_verified(host: &str) -> String {
    format!("The certificate of {host} can't be verified.")
}

/// "2026-11-23", in UTC.
fn date(time: UnixTime) -> String {
    // Days to the civil calendar, years beginning in March, eras of 400 years.
    let days = time.as_secs() / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) =
        if month < 10 { (era * 400 + year, month + 3) } else { (era * 400 + year + 1, month - 9) };
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{sync::Arc, time::Duration};

    use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    use rustls::{AlertDescription, InvalidMessage, OtherError, pki_types::ServerName};

    use super::*;

    const HOST: &str = "models.example.com";

    #[test]
    fn every_fault_has_its_own_sentence_that_names_the_host() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let other = |name: Option<&str>| {
            CertificateError::Other(OtherError(Arc::new(Untrusted(name.map(str::to_owned)))))
        };
        let (expected, presented) = (ServerName::try_from("a.test").unwrap(), vec!["b.test".to_owned()]);
        let (time, then) = (at(1_795_392_000), at(951_782_400));
        let certificate = [
            (CertificateError::UnknownIssuer, "doesn't trust"),
            (other(None), "doesn't trust"),
            (other(Some("Example Inspection")), "comes from \"Example Inspection\""),
            (
                CertificateError::ExpiredContext { time, not_after: then },
                "good until 2000-02-29, and here it is 2026-11-23",
            ),
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidYetContext { time: then, not_before: time }, "good from 2026-11-23"),
            (CertificateError::NotValidYet, "date and time"),
            (CertificateError::NotValidForNameContext { expected, presented }, "another name"),
            (CertificateError::Revoked, "revoked"),
            (CertificateError::BadSignature, "can't be verified"),
        ];
        let certificate =
            certificate.map(|(fault, words)| (TlsError::InvalidCertificate(fault), words)).into_iter();
        let wire = [
            (TlsError::InvalidMessage(InvalidMessage::InvalidContentType), "doesn't speak HTTPS"),
            (TlsError::AlertReceived(AlertDescription::HandshakeFailure), "encryption"),
        ];
        for (error, words) in certificate.chain(wire) {
            let told = sentence(&error, HOST).unwrap();
            assert!(told.contains(words) && told.contains(HOST), "{error:?}: {told}");
            assert!(!told.contains("a.test") && !told.contains("b.test"), "{told}");
        }
        assert_eq!(sentence(&TlsError::HandshakeNotComplete, HOST), None);
    }

    fn authority(
        name: &str,
        above: Option<&Issuer<'static, KeyPair>>,
    ) -> (Certificate, Issuer<'static, KeyPair>) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let signed = match above {
            Some(above) => params.signed_by(&key, above).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        (signed, Issuer::new(params, key))
    }

    #[test]
    fn the_far_end_of_the_chain_is_named_in_letters_that_can_be_seen() {
        let (_, root) = authority("Root\u{202e}\n \"of\" all", None);
        let (middle, issuer) = authority("Middle", Some(&root));
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        assert_eq!(super::issuer(leaf.der(), &[]).as_deref(), Some("Middle"));
        assert_eq!(super::issuer(leaf.der(), &[middle.der().clone()]).as_deref(), Some("Root of all"));
        let (alone, _) = authority(&"x".repeat(500), None);
        assert_eq!(super::issuer(alone.der(), &[alone.der().clone()]), Some("x".repeat(LONGEST_NAME)));
        assert_eq!(super::issuer(&CertificateDer::from(vec![0x30, 0x80]), &[]), None);
    }
}
