//! `kill -9` of `webplus serve` at random moments of an answer: nothing that was acknowledged is lost, and of the answer no
//! more than a second.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use serde_json::json;
use test_support::{FaultServer, Recorded, Script};
use webplus_tests::{Events, Program, Sent, Served, eventually, processes_of, question_text, rows};

/// How often the ordinary run kills; `WEBPLUS_KILLS` says otherwise.
const KILLS: u64 = 24;
/// So many applications at a time, each with a folder of its own.
const LANES: u64 = 3;
/// The longest that an answer is let run, in milliseconds.
const LONGEST: u64 = 1800;
/// How old the kept text may be.
const OLDEST: Duration = Duration::from_secs(1);

/// Numbers that look random and can be had again (splitmix64).
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % (most + 1)
    }
}

fn word(number: usize) -> String {
    format!("w{number:04} ")
}

/// The whole answer.
fn answer() -> String {
    (0..400).map(word).collect()
}

fn piece(text: &str) -> String {
    format!("data: {}\n\n", json!({"choices": [{"delta": {"content": text}}]}))
}

/// Drips the answer to each question; asked again after the kill, or to go on, it says a last word.
fn script(killed: &Mutex<HashSet<String>>, request: &Recorded) -> Script {
    if request.target.ends_with("/models") {
        return Script::json(200, r#"{"data":[{"id":"m"}]}"#);
    }
    let question = question_text(&request.json());
    if question.starts_with("question") && !killed.lock().unwrap().contains(&question) {
        return (0..400).fold(Script::sse(), |script, number| {
            script.drip(piece(&word(number)), 1, Duration::from_millis(10))
        });
    }
    let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}).to_string();
    Script::sse().bytes(piece("the end")).event(&end).event("[DONE]")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_loses_what_was_acknowledged_or_more_than_a_second_of_an_answer() {
    let kills = std::env::var("WEBPLUS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() as u64;
    eprintln!("{kills} kills with the seed {seed}");
    let killed = Arc::new(Mutex::new(HashSet::new()));
    let noted = Arc::clone(&killed);
    let server = FaultServer::start(move |request| script(&noted, request)).await.unwrap();
    let base = format!("{}/v1", server.url());
    let lanes = (0..LANES).map(|number| {
        let kills = kills / LANES + u64::from(number < kills % LANES);
        let lane = Lane {
            number,
            base: base.clone(),
            program: Program::new(),
            dice: Dice(seed + number),
            killed: Arc::clone(&killed),
        };
        tokio::spawn(lane.run(kills))
    });
    let (mut oldest, mut cut, mut slowest) = (Duration::ZERO, 0, Duration::ZERO);
    for lane in lanes.collect::<Vec<_>>() {
        let found = lane.await.unwrap();
        oldest = oldest.max(found.oldest);
        cut += found.cut;
        slowest = slowest.max(found.slowest);
    }
    eprintln!(
        "{cut} answers had text; the oldest kept text was {oldest:?} old; the slowest start took {slowest:?}"
    );
}

struct Lane {
    number: u64,
    base: String,
    program: Program,
    dice: Dice,
    /// The questions whose answers were cut.
    killed: Arc<Mutex<HashSet<String>>>,
}

/// What a lane measured.
#[derive(Default)]
struct Found {
    /// How much older than the kill the kept text was, at most.
    oldest: Duration,
    /// How many answers had text.
    cut: usize,
    /// The longest from starting to ready.
    slowest: Duration,
}

impl Lane {
    async fn run(mut self, kills: u64) -> Found {
        let mut found = Found::default();
        let mut served = self.program.serve().await;
        let provider = json!({"kind": "openai_compatible", "name": "Drip", "baseUrl": self.base});
        served.call("provider/add", provider).await;
        let mut questions = Vec::new();
        for number in 0..kills {
            let question = format!("question {}.{number}", self.number);
            served = self.once(served, &question, &mut found).await;
            questions.push(question);
        }
        // All of them are still there, each with its answer.
        let mut there = rows(
            &self.program.data(),
            "SELECT json_extract(parts, '$[0].text') FROM messages WHERE role = 'user'",
        );
        there.sort();
        questions.sort();
        assert_eq!(there, questions);
        assert_eq!(served.terminate().await.code(), 0);
        found
    }

    /// Asks, kills at some moment, opens again and looks at what there is.
    async fn once(&mut self, served: Served, question: &str, found: &mut Found) -> Served {
        let data = self.program.data();
        let mut events = served.events(None).await;
        let sent = served.call("message/send", json!({"text": question, "model": "drip/m"})).await;
        let sent = Sent::of(&sent);
        let moment = Duration::from_millis(self.dice.up_to(LONGEST));
        let streamed = follow(&mut events, &sent.answer, moment).await;
        let killed = Instant::now();
        served.kill().await;
        self.killed.lock().unwrap().insert(question.to_owned());
        eventually("no process is left", Duration::from_secs(2), || processes_of(&data).is_empty()).await;
        let begun = Instant::now();
        let served = self.program.serve().await;
        found.slowest = found.slowest.max(begun.elapsed());
        assert_eq!(rows(&data, "PRAGMA quick_check"), ["ok"]);
        let page = served.call("message/list", json!({"conversationId": sent.conversation})).await;
        let (user, kept) = (&page["items"][0], &page["items"][1]);
        assert_eq!((&user["id"], &user["text"]), (&json!(sent.user), &json!(question)));
        assert_eq!((&kept["id"], &kept["status"]), (&json!(sent.answer), &json!("interrupted")), "{kept}");
        let text = kept["text"].as_str().unwrap();
        assert!(answer().starts_with(text), "not what was sent: {text:?}");
        found.cut += usize::from(!text.is_empty());
        if let Some((since, _)) = streamed.iter().find(|(_, length)| *length > text.len()) {
            let age = killed.duration_since(*since);
            found.oldest = found.oldest.max(age);
            assert!(age <= OLDEST, "text of {age:?} before the kill is lost");
        }
        served.call("message/continue", json!({"id": sent.answer})).await;
        let ended = served.ended(&sent.answer).await;
        assert_eq!(
            (&ended["status"], &ended["text"]),
            (&json!("succeeded"), &json!(format!("{text}the end")))
        );
        served
    }
}

/// When how many bytes of the answer had come, until the moment is over.
async fn follow(events: &mut Events, answer: &str, moment: Duration) -> Vec<(Instant, usize)> {
    let (mut streamed, mut length) = (Vec::new(), 0);
    let over = tokio::time::sleep(moment);
    tokio::pin!(over);
    loop {
        let event = tokio::select! {
            biased;
            () = &mut over => return streamed,
            event = events.next() => event.expect("the stream ended before the kill"),
        };
        if event["type"] == "message.delta" && event["messageId"] == answer {
            length += event["text"].as_str().unwrap_or_default().len();
            streamed.push((Instant::now(), length));
        }
    }
}
