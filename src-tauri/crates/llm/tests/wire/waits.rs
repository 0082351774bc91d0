//! Servers that ask to wait (W7).

use std::time::Duration;

use llm::{Error, RetryAdvice};
use test_support::{FaultServer, Script};

use crate::{collect, http, kinds::ALL, question};

#[tokio::test]
async fn w7_every_way_of_asking_to_wait_is_understood_and_capped() {
    let date = ("Date", "Wed, 21 Oct 2015 07:28:00 GMT");
    let cases: [(&[(&str, &str)], RetryAdvice); 8] = [
        (&[("Retry-After", "7")], RetryAdvice::After(Duration::from_secs(7))),
        (&[("retry-after-ms", "250")], RetryAdvice::After(Duration::from_millis(250))),
        (&[("Retry-After", "9"), ("retry-after-ms", "250")], RetryAdvice::After(Duration::from_millis(250))),
        (
            &[("Retry-After", "Wed, 21 Oct 2015 07:29:30 GMT"), date],
            RetryAdvice::After(Duration::from_secs(90)),
        ),
        (&[("Retry-After", "Wed, 21 Oct 2015 07:00:00 GMT"), date], RetryAdvice::After(Duration::ZERO)),
        (&[("Retry-After", "1000000000")], RetryAdvice::After(Duration::from_mins(5))),
        (&[("Retry-After", "whenever")], RetryAdvice::BackOff),
        (&[], RetryAdvice::BackOff),
    ];
    for kind in ALL {
        for (headers, advice) in cases {
            let mut all = headers.to_vec();
            all.push(("Content-Type", "application/json"));
            let body = r#"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}"#;
            let server = FaultServer::always(Script::reply(429, &all, body)).await.unwrap();
            let (_, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
            let error = error.unwrap();
            assert!(
                matches!(&error, Error::RateLimited { message, .. } if message.contains("Slow down")),
                "{error:?}"
            );
            assert_eq!(error.retry(), advice, "{kind:?} {headers:?}");
            assert_eq!(server.requests().len(), 1, "one layer of retries only, and it isn't this one");
        }
    }
}

#[tokio::test]
async fn w7_an_overloaded_server_may_name_a_time_too() {
    let server = FaultServer::always(Script::reply(503, &[("Retry-After", "2")], "busy")).await.unwrap();
    let (_, error) =
        collect(crate::kinds::Kind::Chat.provider(http(), &server.url()).complete(question("m"))).await;
    assert_eq!(error.unwrap().retry(), RetryAdvice::After(Duration::from_secs(2)));
}

#[tokio::test]
async fn a_used_up_quota_is_not_waited_for() {
    let body = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#;
    let server = FaultServer::always(Script::json(429, body)).await.unwrap();
    let (_, error) =
        collect(crate::kinds::Kind::Chat.provider(http(), &server.url()).complete(question("m"))).await;
    let error = error.unwrap();
    assert!(matches!(&error, Error::Auth(text) if text.contains("no credit")), "{error:?}");
    assert_eq!(error.retry(), RetryAdvice::Never);
}
