//! The tables: what goes in comes out, and never to somebody else.

use domain::{
    CallOutcome, ErrorCode, EventRowId, FinishReason, Job, JobId, JobState, JobStatus, KeySource, KeyState,
    MessageStatus, Part, Preset, PresetId, Provider, ProviderId, ProviderKind, Timestamp, TokenUsage, UserId,
};
use serde_json::json;
use store::{
    Connection, Error, Store, benchmarks, calls, conversations, jobs, messages, models, outbox, presets,
    providers, settings, threads, users,
};

use crate::support::{ME, at, begin, call, conversation, good, line, message};

/// Somebody else.
fn other() -> UserId {
    UserId::from_bytes([7; 16])
}

async fn write(store: &Store, closure: impl FnOnce(&Connection) -> Result<(), Error> + Send + 'static) {
    store.write(closure).await.unwrap();
}

fn is_absent<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::NotFound))
}

#[tokio::test]
async fn the_local_person_is_there_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let me = store.read(|connection| users::get(connection, ME)).await.unwrap();
    assert_eq!((me.id, me.created_at), (ME, Timestamp::from_millis(0)));
    assert!(is_absent(store.read(|connection| users::get(connection, other())).await));
}

#[tokio::test]
async fn providers_are_kept_by_slug() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let mut provider = Provider {
            id: ProviderId::new(at(1)),
            slug: "openai".to_owned(),
            name: "OpenAI".to_owned(),
            kind: ProviderKind::Openai,
            base_url: "https://api.openai.com".to_owned(),
            key_source: KeySource::Env { name: "OPENAI_API_KEY".to_owned() },
            key_state: KeyState::Present,
            key_hint: Some("abcd".to_owned()),
            key_origin: None,
            enabled: true,
        };
        providers::insert(transaction, ME, &provider)?;
        let twin = Provider { id: ProviderId::new(at(2)), ..provider.clone() };
        assert!(matches!(providers::insert(transaction, ME, &twin), Err(Error::Conflict)));
        provider.enabled = false;
        provider.key_state = KeyState::Missing;
        providers::update(transaction, ME, &provider)?;
        assert_eq!(providers::get(transaction, ME, provider.id)?, provider);
        assert_eq!(providers::get_by_slug(transaction, ME, "openai")?, provider);
        assert_eq!(providers::list(transaction, ME)?, [provider.clone()]);
        assert!(is_absent(providers::get(transaction, other(), provider.id)));
        assert!(is_absent(providers::update(transaction, other(), &provider)));
        assert!(is_absent(providers::delete(transaction, other(), provider.id)));
        providers::delete(transaction, ME, provider.id)?;
        assert!(is_absent(providers::get(transaction, ME, provider.id)));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn models_presets_and_settings_come_back_as_they_went() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let mut record = models::ModelRecord {
            model: "embedded/a/b".parse().unwrap(),
            path: Some("a.gguf".to_owned()),
            origin: None,
            sha256: Some("0".repeat(64)),
            size: Some(1 << 40),
            header: Some(json!({"general.architecture": "llama"})),
            load_settings: json!({}),
            test_size: true,
            updated_at: at(0),
        };
        models::upsert(transaction, ME, &record)?;
        record.load_settings = json!({"contextSize": 4096});
        models::upsert(transaction, ME, &record)?;
        assert_eq!(models::list(transaction, ME)?, [record.clone()]);
        assert_eq!(models::get(transaction, ME, &record.model)?, record);
        assert!(is_absent(models::get(transaction, other(), &record.model)));
        models::delete(transaction, ME, &record.model)?;
        assert!(is_absent(models::delete(transaction, ME, &record.model)));

        let chosen = conversation(1);
        let mut preset = Preset {
            id: PresetId::new(at(0)),
            name: "Terse".to_owned(),
            model: chosen.model,
            system_prompt: String::new(),
            parameters: chosen.parameters,
        };
        presets::insert(transaction, ME, &preset)?;
        preset.model = None;
        presets::update(transaction, ME, &preset)?;
        assert_eq!(presets::get(transaction, ME, preset.id)?, preset);
        assert_eq!(presets::list(transaction, ME)?.len(), 1);
        assert!(is_absent(presets::delete(transaction, other(), preset.id)));
        presets::delete(transaction, ME, preset.id)?;

        assert_eq!(settings::get(transaction, ME, "chat.default_model")?, None);
        settings::set(transaction, ME, "chat.default_model", &json!("a/b"))?;
        settings::set(transaction, ME, "chat.default_model", &json!(null))?;
        assert_eq!(settings::get(transaction, ME, "chat.default_model")?, Some(json!(null)));
        assert_eq!(settings::all(transaction, ME)?.len(), 1);
        settings::delete(transaction, ME, "chat.default_model")?;
        assert_eq!(settings::all(transaction, ME)?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn conversations_are_listed_newest_first_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let all = (0..25).map(|number| begin(transaction, number / 2)).collect::<Result<Vec<_>, _>>()?;
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = conversations::list(transaction, ME, after, 7)?;
            let Some(last) = page.last() else { break };
            after = Some((last.updated_at, last.id));
            seen.extend(page);
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.is_sorted_by_key(|one| std::cmp::Reverse((one.updated_at, one.id))));
        assert_eq!(conversations::list(transaction, other(), None, 7)?, []);

        conversations::touch(transaction, ME, all[0].id, at(99))?;
        conversations::mark_deleted(transaction, ME, all[1].id, at(100))?;
        assert!(is_absent(conversations::mark_deleted(transaction, ME, all[1].id, at(100))));
        let page = conversations::list(transaction, ME, None, 100)?;
        assert_eq!((page.len(), page[0].id), (24, all[0].id));
        conversations::undelete(transaction, ME, all[1].id)?;
        assert_eq!(conversations::list(transaction, ME, None, 100)?.len(), 25);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_conversation_is_changed_without_losing_its_draft() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let mut one = begin(transaction, 1)?;
        assert_eq!(conversations::get(transaction, ME, one.id)?, one);
        conversations::set_draft(transaction, ME, one.id, "half a thou")?;
        one.title = "100% Ärger_".to_owned();
        one.model = None;
        conversations::update(transaction, ME, &one)?;
        let found = conversations::get(transaction, ME, one.id)?;
        assert_eq!((found.draft.as_str(), &found.title, &found.model), ("half a thou", &one.title, &None));
        for (text, hits) in [("ÄRGER", 1), ("0%", 1), ("r_", 1), ("%", 1), ("g%r", 0), ("\\", 0), ("", 1)] {
            assert_eq!(conversations::find_by_title(transaction, ME, text, None, 9)?.len(), hits, "{text}");
        }
        conversations::rename(transaction, ME, one.id, "Calm")?;
        assert_eq!(conversations::find_by_title(transaction, ME, "calm", None, 9)?.len(), 1);
        assert!(is_absent(conversations::rename(transaction, other(), one.id, "Mine")));
        assert_eq!(conversations::find_by_title(transaction, other(), "", None, 9)?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_is_swept_with_all_that_hangs_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let swept = line(transaction, 1, 500, "gone")?;
        let kept = line(transaction, 2, 5, "kept")?;
        let call = call(swept[1].id);
        calls::reserve(transaction, ME, &call)?;
        conversations::mark_deleted(transaction, ME, swept[0].conversation_id, at(10))?;
        conversations::mark_deleted(transaction, ME, kept[0].conversation_id, at(20))?;
        assert_eq!(conversations::sweep_deleted(transaction, at(15))?, 1);
        assert!(is_absent(conversations::get(transaction, ME, swept[0].conversation_id)));
        assert!(is_absent(messages::get(transaction, ME, swept[0].id)));
        assert_eq!(threads::list(transaction, ME, swept[0].conversation_id)?, []);
        assert_eq!(messages::get(transaction, ME, kept[4].id)?, kept[4]);
        assert_eq!(calls::get(transaction, ME, call.id)?, call, "the ledger outlives the conversation");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_message_is_kept_at_each_checkpoint_and_interrupted_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let question = line(transaction, 1, 1, "why?")?.remove(0);
        let seq = messages::next_seq(transaction, ME, question.conversation_id)?;
        assert_eq!(seq, 2);
        let mut answer = message(question.conversation_id, Some(question.id), seq, "");
        answer.status = MessageStatus::Running;
        messages::insert(transaction, ME, &answer)?;
        assert!(messages::any_running(transaction)?);
        answer.parts = vec![
            Part::Reasoning { text: "hm".to_owned(), raw: Some(json!({"signature": "x"})) },
            Part::Text { text: "becau".to_owned() },
        ];
        messages::set_parts_and_status(transaction, ME, answer.id, &answer.parts, MessageStatus::Running)?;
        assert_eq!(messages::interrupt_running(transaction)?, 1);
        assert!(!messages::any_running(transaction)?);
        answer.status = MessageStatus::Interrupted;
        assert_eq!(messages::get(transaction, ME, answer.id)?, answer);

        answer.status = MessageStatus::Failed;
        answer.model = Some("openai/gpt-5".parse().unwrap());
        answer.finish_reason = Some(FinishReason::Other);
        answer.error_code = Some(ErrorCode::RateLimited);
        answer.error_message = Some("Wait.".to_owned());
        messages::finish(transaction, ME, &answer)?;
        assert_eq!(messages::get(transaction, ME, answer.id)?, answer);
        assert!(is_absent(messages::get(transaction, other(), answer.id)));
        assert!(is_absent(messages::finish(transaction, other(), &answer)));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn calls_are_reserved_settled_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let line = line(transaction, 1, 2, "x")?;
        let mut settled = call(line[1].id);
        calls::reserve(transaction, ME, &settled)?;
        settled.outcome = CallOutcome::Succeeded;
        settled.usage =
            TokenUsage { input: 1, cache_read: 2, cache_write: 3, output: 4, reasoning: 5, estimated: false };
        settled.first_token_ms = Some(12.5);
        settled.cost_nano_usd = Some(i64::MAX);
        settled.retries = 2;
        calls::settle(transaction, ME, &settled)?;
        let mut cut_off = call(line[1].id);
        cut_off.started_at = at(1);
        calls::reserve(transaction, ME, &cut_off)?;
        assert_eq!(calls::interrupt_reserved(transaction)?, 1);
        cut_off.outcome = CallOutcome::Interrupted;
        cut_off.usage.estimated = true;
        assert_eq!(calls::get(transaction, ME, settled.id)?, settled);
        assert_eq!(
            calls::get_by_messages(transaction, ME, &[line[0].id, line[1].id])?,
            [settled.clone(), cut_off.clone()]
        );
        let newest = calls::list(transaction, ME, None, 1)?;
        assert_eq!(newest, [cut_off.clone()]);
        assert_eq!(
            calls::list(transaction, ME, Some((cut_off.started_at, cut_off.id)), 9)?,
            [settled.clone()]
        );
        assert_eq!(calls::list(transaction, other(), None, 9)?, []);
        assert!(is_absent(calls::settle(transaction, other(), &settled)));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_outbox_gives_events_in_order_and_jobs_are_found_by_status() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        for number in 0..5 {
            let event = outbox::OutboxEvent {
                // Ids that sort the other way round: order is by arrival.
                id: EventRowId::new(at(100 - number)),
                owner_id: ME,
                topic: "message.succeeded".to_owned(),
                payload: json!({ "number": number }),
                created_at: at(number),
            };
            outbox::push(transaction, &event)?;
        }
        let first = outbox::take(transaction, 2)?;
        assert_eq!(first[1].1.payload, json!({"number": 1}));
        assert!(first[0].0 < first[1].0 && first[1].0 < outbox::newest(transaction)?);
        outbox::delete(transaction, first[0].1.id)?;
        assert!(is_absent(outbox::delete(transaction, first[0].1.id)));
        let left = outbox::take(transaction, 9)?;
        assert_eq!((left.len(), left[3].0), (4, outbox::newest(transaction)?));

        let mut job = Job {
            id: JobId::new(at(0)),
            kind: "model.download".to_owned(),
            title: "Download".to_owned(),
            payload: json!({"url": "x"}),
            state: JobState {
                status: JobStatus::Queued,
                completed: 0,
                total: 10,
                speed: None,
                error_code: None,
                error_message: None,
            },
            created_at: at(0),
            updated_at: at(0),
        };
        jobs::upsert(transaction, ME, &job)?;
        job.state.status = JobStatus::Running;
        job.state.speed = Some(1.5);
        jobs::upsert(transaction, ME, &job)?;
        assert!(jobs::upsert(transaction, other(), &job).is_err());
        assert_eq!(jobs::get(transaction, ME, job.id)?, job);
        assert_eq!(jobs::list(transaction, ME)?, [job.clone()]);
        assert_eq!(jobs::by_status(transaction, ME, JobStatus::Running)?, [job.clone()]);
        assert_eq!(jobs::by_status(transaction, ME, JobStatus::Queued)?, []);
        job.state.completed = 4;
        jobs::progress(transaction, other(), job.id, 9, 10)?;
        jobs::progress(transaction, ME, job.id, 4, 10)?;
        assert_eq!(jobs::get(transaction, ME, job.id)?, job);
        assert_eq!(jobs::interrupt_running(transaction, at(9))?, 1);
        jobs::progress(transaction, ME, job.id, 5, 10)?;
        let JobState { status, completed, .. } = jobs::get(transaction, ME, job.id)?.state;
        assert_eq!((status, completed), (JobStatus::Waiting, 4), "what is told late changes nothing");
        jobs::delete(transaction, ME, job.id)?;
        assert!(is_absent(jobs::get(transaction, ME, job.id)));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn measurements_are_kept_by_model_newest_first_and_not_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    write(&store, |transaction| {
        let measured = |second: i64| benchmarks::Benchmark {
            model: "ollama/smol:latest".parse().unwrap(),
            engine_version: "Ollama 0.33.0".to_owned(),
            prompt_per_second: Some(500.0),
            generation_per_second: Some(50.0),
            first_token_ms: None,
            load_ms: Some(12.5),
            created_at: at(second),
        };
        for second in 0..203 {
            benchmarks::insert(transaction, ME, &measured(second))?;
        }
        let other_model = benchmarks::Benchmark { model: "ollama/b".parse().unwrap(), ..measured(300) };
        benchmarks::insert(transaction, ME, &other_model)?;
        let kept = benchmarks::list(transaction, ME, &measured(0).model)?;
        assert_eq!((kept.len(), &kept[0], &kept[199]), (200, &measured(202), &measured(3)));
        assert_eq!(benchmarks::list(transaction, ME, &other_model.model)?.first(), Some(&other_model));
        assert_eq!(benchmarks::list(transaction, other(), &measured(0).model)?, []);
        Ok(())
    })
    .await;
}
