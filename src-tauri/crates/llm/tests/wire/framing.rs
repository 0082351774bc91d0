//! The decoders of bytes: any cut, any line end, the same events (W1, W2, W3, W11).

use llm::{NdjsonDecoder, SseDecoder, SseEvent};
use proptest::prelude::*;

fn decode(bytes: &[u8], cuts: &[usize]) -> Vec<SseEvent> {
    let mut decoder = SseDecoder::new(1 << 20);
    let mut events = Vec::new();
    let mut from = 0;
    for cut in cuts.iter().map(|cut| cut % (bytes.len() + 1)).chain([bytes.len()]) {
        if cut >= from {
            decoder.push(&bytes[from..cut], &mut events).unwrap();
            from = cut;
        }
    }
    decoder.finish(&mut events).unwrap();
    events
}

fn one(data: &str) -> SseEvent {
    SseEvent { data: data.to_owned(), ..SseEvent::default() }
}

#[test]
fn every_line_end_ends_a_line() {
    for end in ["\n", "\r\n", "\r"] {
        let stream = format!("data: one{end}{end}data:two{end}data: three{end}{end}");
        assert_eq!(decode(stream.as_bytes(), &[]), [one("one"), one("two\nthree")], "{end:?}");
    }
    assert_eq!(decode(b"data: a\r\ndata: b\n\r\ndata: c\r\r", &[]), [one("a\nb"), one("c")]);
}

#[test]
fn an_event_is_handed_out_with_the_byte_that_ends_it() {
    for (end, last) in [("\n\n", 1), ("\r\r", 1), ("\r\n\r\n", 2)] {
        let stream = format!("data: x{end}");
        let mut decoder = SseDecoder::new(100);
        let mut events = Vec::new();
        decoder.push(&stream.as_bytes()[..stream.len() - last], &mut events).unwrap();
        assert!(events.is_empty(), "{end:?}");
        // With CRLF the CR is enough: whether a LF follows can't be waited for.
        decoder.push(&stream.as_bytes()[stream.len() - last..=stream.len() - last], &mut events).unwrap();
        assert_eq!(events, [one("x")], "{end:?}");
    }
}

#[test]
fn fields_are_read_as_the_standard_says() {
    let stream = "\u{feff}: comment\nevent: add\nid: 7\nretry: 1500\ndata:no space\ndata:  two\ndata\nother: x\n\ndata: y\n\nevent: empty\n\nid: a\0b\ndata: z\n\n";
    let events = decode(stream.as_bytes(), &[1, 2, 3]);
    let first = SseEvent {
        event: Some("add".to_owned()),
        data: "no space\n two\n".to_owned(),
        id: Some("7".to_owned()),
        retry: Some(1500),
    };
    let later = |data: &str| SseEvent { id: Some("7".to_owned()), ..one(data) };
    assert_eq!(events, [first, later("y"), later("z")]);
}

#[test]
fn a_comment_glued_to_data_is_no_content() {
    assert_eq!(decode(b": ping\ndata: x\n: ping\n\n: ping\n\n", &[]), [one("x")]);
}

#[test]
fn a_last_event_without_its_blank_line_is_handed_out() {
    assert_eq!(decode(b"data: [DONE]", &[]), [one("[DONE]")]);
    assert_eq!(decode(b"data: [DONE]\n", &[]), [one("[DONE]")]);
}

#[test]
fn what_is_too_large_is_an_error_and_not_memory() {
    let mut decoder = SseDecoder::new(64);
    let mut events = Vec::new();
    let endless = [b'x'; 32];
    decoder.push(b"data: ok\n\ndata: ", &mut events).unwrap();
    decoder.push(&endless, &mut events).unwrap();
    decoder.push(&endless, &mut events).unwrap_err();
    assert_eq!(events, [one("ok")]);
    let mut decoder = SseDecoder::new(64);
    let result = (0..100).try_for_each(|_| decoder.push(b"data: 0123456789\n", &mut events));
    assert_eq!(result.unwrap_err().limit, 64);
    let mut lines = Vec::new();
    NdjsonDecoder::new(16).push(b"{}\n0123456789abcdefg", &mut lines).unwrap_err();
    assert_eq!(lines, ["{}"]);
}

#[test]
fn lines_of_json_may_end_anyhow() {
    let mut decoder = NdjsonDecoder::new(100);
    let mut lines = Vec::new();
    decoder.push(b"\xEF\xBB\xBF{\"a\":1}\r\n\n{\"b\":2}\r{\"c\":3}\n  \n{\"d\"", &mut lines).unwrap();
    decoder.push(b":4}", &mut lines).unwrap();
    decoder.finish(&mut lines);
    assert_eq!(lines, ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"]);
}

fn line_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![Just('a'), Just(' '), Just(':'), Just('é'), Just('日'), Just('🙂'), Just('"')],
        0..12,
    )
    .prop_map(String::from_iter)
}

fn event() -> impl Strategy<Value = SseEvent> {
    (
        proptest::option::of("[a-z_]{1,8}"),
        proptest::collection::vec(line_text(), 1..4),
        proptest::option::of(0u64..9999),
    )
        .prop_map(|(event, lines, retry)| SseEvent { event, data: lines.join("\n"), id: None, retry })
}

/// The events as text, with the line ends, spaces and comments that `choices` picks.
fn serialise(events: &[SseEvent], choices: &[u8]) -> Vec<u8> {
    let mut choice = choices.iter().copied().cycle();
    let mut out = Vec::new();
    let mut line = |out: &mut Vec<u8>, text: String| {
        out.extend_from_slice(text.as_bytes());
        let picked = choice.next().unwrap_or(0);
        // A bare CR before a line that may be empty would become a CRLF with the next LF: one kind per stream.
        out.extend_from_slice([&b"\n"[..], b"\r\n"][usize::from(picked % 2)]);
        picked
    };
    for event in events {
        if let Some(name) = &event.event {
            line(&mut out, format!("event: {name}"));
        }
        if let Some(retry) = event.retry {
            line(&mut out, format!("retry:{retry}"));
        }
        for data in event.data.split('\n') {
            let space = if data.starts_with(' ') { " " } else { "" };
            let picked = line(&mut out, format!("data:{space}{data}"));
            if picked > 200 {
                line(&mut out, ": ping".to_owned());
            }
        }
        line(&mut out, String::new());
    }
    out
}

proptest! {
    #[test]
    fn any_cut_and_any_line_end_give_the_same_events(
        events in proptest::collection::vec(event(), 0..6),
        choices in proptest::collection::vec(any::<u8>(), 1..20),
        mut cuts in proptest::collection::vec(any::<usize>(), 0..12),
        bom in any::<bool>(),
        bare in any::<bool>(),
    ) {
        let mut bytes = serialise(&events, &choices);
        if bare {
            let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n").replace('\n', "\r");
            bytes = text.into_bytes();
        }
        if bom {
            bytes.splice(0..0, *b"\xEF\xBB\xBF");
        }
        let length = bytes.len() + 1;
        for cut in &mut cuts { *cut %= length; }
        cuts.sort_unstable();
        prop_assert_eq!(&decode(&bytes, &cuts), &events);
        let every: Vec<usize> = (0..bytes.len()).collect();
        prop_assert_eq!(&decode(&bytes, &every), &events);
    }

    #[test]
    fn no_bytes_at_all_can_break_the_decoders(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in any::<usize>()) {
        let whole = decode(&bytes, &[]);
        prop_assert_eq!(decode(&bytes, &[cut]), whole);
        let cut = cut % (bytes.len() + 1);
        let mut lines = Vec::new();
        let mut decoder = NdjsonDecoder::new(1000);
        decoder.push(&bytes[..cut], &mut lines).unwrap();
        decoder.push(&bytes[cut..], &mut lines).unwrap();
        decoder.finish(&mut lines);
        prop_assert!(lines.iter().all(|line| !line.is_empty()));
    }
}
