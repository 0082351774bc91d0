//! THE method table: every verb that a client can call, named once. The dispatch of every door, the permission guard and
//! the TypeScript types come from it; forgetting one of them is a compile error.

use domain::{Actor, ErrorCode, Permission};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use tokio::sync::oneshot;
use ts_rs::TS;

use crate::{
    App, Error, bindings::Types, chat, code, conversations, engine_state, formatting, jobs, models, ollama,
    pipelines, presets, providers, settings, system, threads, usage, vault, webhooks,
};

type Run = fn(App, Actor, Value) -> BoxFuture<'static, Result<Box<RawValue>, Error>>;

/// A row of the table.
pub struct Method {
    /// "resource/verb".
    pub name: &'static str,
    /// What the caller must be allowed.
    pub permission: Permission,
    run: Run,
    pub(crate) types: fn(&mut Types) -> (String, String),
}

/// No parameters, or nothing to answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, TS)]
pub struct Nothing {}

macro_rules! methods {
    ($($name:literal $permission:ident $function:path, $params:ty => $result:ty;)*) => {
        /// Every method, in the order of their names.
        pub const METHODS: &[Method] = &[$(Method {
            name: $name,
            permission: Permission::$permission,
            run: |app, actor, params| Box::pin(async move {
                let params: $params = parse($name, params)?;
                let result: $result = $function(app, actor, params).await?;
                encode(&result)
            }),
            types: |types| (types.name::<$params>(), types.name::<$result>()),
        }),*];
    };
}

methods! {
    "call/list" Read usage::list, usage::CallListParams => domain::Page<domain::Call>;
    "call/sum" Read usage::sum, usage::CallSumParams => usage::CallSum;
    "code/highlight" Read code::highlight, code::CodeHighlightParams => code::HighlightedCode;
    "context/measure" Read chat::measure, chat::ContextMeasureParams => chat::ContextMeasure;
    "conversation/create" Write conversations::create, conversations::ConversationCreateParams => domain::Conversation;
    "conversation/delete" Write conversations::delete, conversations::ConversationIdParams => Nothing;
    "conversation/draft" Write conversations::draft, conversations::ConversationDraftParams => Nothing;
    "conversation/get" Read conversations::get, conversations::ConversationIdParams => conversations::ConversationView;
    "conversation/list" Read conversations::list, conversations::ConversationListParams => domain::Page<domain::Conversation>;
    "conversation/restore" Write conversations::restore, conversations::ConversationIdParams => domain::Conversation;
    "conversation/update" Write conversations::update, conversations::ConversationUpdateParams => domain::Conversation;
    "engine/state" Read engine_state::get, Nothing => engine_state::EngineState;
    "hub/files" Read models::hub_files, models::HubFilesParams => Vec<models::HubFile>;
    "hub/search" Read models::hub_search, models::HubSearchParams => Vec<models::HubRepository>;
    "job/cancel" Write jobs::cancel, jobs::JobIdParams => Nothing;
    "job/list" Read jobs::list, Nothing => Vec<domain::Job>;
    "job/pause" Write jobs::pause, jobs::JobIdParams => Nothing;
    "job/resume" Write jobs::resume, jobs::JobIdParams => domain::Job;
    "markup/render" Read formatting::render, formatting::MarkupRenderParams => formatting::FormattedText;
    "message/continue" Write chat::resume, chat::MessageIdParams => chat::MessageSent;
    "message/edit" Write chat::edit, chat::MessageEditParams => chat::MessageSent;
    "message/get" Read chat::get, chat::MessageIdParams => chat::MessageView;
    "message/list" Read chat::list, chat::MessageListParams => chat::MessagePage;
    "message/regenerate" Write chat::regenerate, chat::MessageRegenerateParams => chat::MessageSent;
    "message/run" Write chat::run, chat::MessageRunParams => chat::MessageSent;
    "message/select" Write chat::select, chat::MessageIdParams => chat::MessagePage;
    "message/send" Write chat::send, chat::MessageSendParams => chat::MessageSent;
    "message/stop" Write chat::stop, chat::MessageIdParams => Nothing;
    "model/benchmark" Write models::benchmark, models::ModelIdParams => domain::Job;
    "model/catalogue" Read models::catalogue, Nothing => engine::Catalogue;
    "model/catalogue-refresh" Write models::catalogue_refresh, Nothing => engine::Catalogue;
    "model/copy" Write models::copy, models::ModelNameParams => domain::Model;
    "model/create" Write models::create, models::ModelCreateParams => domain::Job;
    "model/discover" Read models::discover, Nothing => Vec<models::FoundFile>;
    "model/download" Write models::download, models::ModelDownloadParams => domain::Job;
    "model/estimate" Read models::estimate, models::ModelEstimateParams => models::ModelEstimate;
    "model/evictions" Read models::evictions, models::ModelEvictionsParams => models::ModelEvictions;
    "model/free-space" Admin models::free_space, Nothing => models::SpaceFreed;
    "model/import" Admin models::import, models::ModelImportParams => domain::Model;
    "model/list" Read models::list_shelved, models::ModelListParams => models::ShelvedList;
    "model/load-settings" Write models::set_load_settings, models::ModelLoadSettingsParams => models::ShelvedModel;
    "model/move-folder" Admin models::move_folder, models::ModelMoveFolderParams => domain::Job;
    "model/pull" Write models::pull, models::ModelPullParams => domain::Job;
    "model/remove" Admin models::remove, models::ModelIdParams => models::ModelsRemoved;
    "model/remove-many" Admin models::remove_many, models::ModelIdsParams => models::ModelsRemoved;
    "model/rename" Write models::rename, models::ModelNameParams => domain::Model;
    "model/repair" Write models::repair, models::ModelIdParams => domain::Job;
    "model/show" Read models::show, models::ModelIdParams => models::ModelDetails;
    "model/space" Read models::space, Nothing => models::ModelSpace;
    "model/speed" Read models::speed, models::ModelIdParams => Vec<models::SpeedSample>;
    "model/start" Write models::start, models::ModelStartParams => domain::Model;
    "model/starters" Read models::starters, Nothing => Vec<models::Starter>;
    "model/stop" Write models::stop, models::ModelIdParams => Nothing;
    "model/updates" Read models::updates, Nothing => Vec<models::ModelUpdate>;
    "ollama/configure" Admin ollama::configure, engine::ollama::OllamaSettings => ollama::OllamaConfigured;
    "ollama/log" Read ollama::log, ollama::OllamaLogParams => ollama::OllamaLog;
    "ollama/look" Write ollama::look, Nothing => Nothing;
    "ollama/restart" Write ollama::restart, Nothing => Nothing;
    "ollama/settings" Read ollama::settings, Nothing => engine::ollama::OllamaSettings;
    "ollama/start" Write ollama::start, Nothing => Nothing;
    "ollama/state" Read ollama::state, Nothing => engine::ollama::OllamaState;
    "ollama/stop" Write ollama::stop, Nothing => Nothing;
    "ollama/trust" Write ollama::trust, Nothing => Nothing;
    "ollama/variables" Read ollama::variables, Nothing => Vec<engine::ollama::advanced::OllamaVariable>;
    "pipeline/allow" Admin pipelines::library::allow, pipelines::PipelineAllowParams => pipelines::PipelineView;
    "pipeline/create" Write pipelines::library::create, pipelines::PipelineCreateParams => pipelines::PipelineView;
    "pipeline/delete" Write pipelines::library::delete, pipelines::PipelineIdParams => Nothing;
    "pipeline/estimate" Read pipelines::look::estimate, pipelines::PipelineEstimateParams => pipelines::PipelineEstimate;
    "pipeline/evaluate" Read pipelines::look::evaluate, pipelines::PipelineEvaluateParams => pipelines::ValueView;
    "pipeline/export" Read pipelines::library::export, pipelines::PipelineExportParams => pipelines::PipelineFile;
    "pipeline/files" Read pipelines::files::list, Nothing => Vec<pipelines::PipelineFolder>;
    "pipeline/get" Read pipelines::library::get, pipelines::PipelineIdParams => pipelines::PipelineView;
    "pipeline/kinds" Read pipelines::look::kinds, Nothing => Vec<pipeline::KindInfo>;
    "pipeline/list" Read pipelines::library::list, Nothing => Vec<pipelines::PipelineSummary>;
    "pipeline/restore" Write pipelines::library::restore, pipelines::PipelineIdParams => pipelines::PipelineView;
    "pipeline/retention" Write pipelines::retention::retention, pipelines::retention::PipelineRetentionParams => pipelines::retention::Retention;
    "pipeline/save" Write pipelines::library::save, pipelines::PipelineSaveParams => pipelines::PipelineView;
    "pipeline/schema" Read pipelines::look::schema, Nothing => pipelines::ValueView;
    "pipeline/templates" Read pipelines::look::templates, Nothing => Vec<pipelines::PipelineTemplate>;
    "pipeline/test" Write pipelines::look::test, pipelines::PipelineDefinitionParams => pipelines::PipelineTestReport;
    "pipeline/validate" Read pipelines::look::validate, pipelines::PipelineDefinitionParams => pipelines::PipelineCheck;
    "pipeline/version" Read pipelines::library::version, pipelines::PipelineVersionParams => pipelines::PipelineFile;
    "pipeline/versions" Read pipelines::library::versions, pipelines::PipelineIdParams => Vec<pipelines::PipelineVersion>;
    "pipeline/watch" Admin pipelines::files::watch, pipelines::PipelineWatchParams => Vec<pipelines::PipelineFolder>;
    "preset/delete" Write presets::delete, presets::PresetIdParams => Nothing;
    "preset/list" Read presets::list, Nothing => Vec<domain::Preset>;
    "preset/save" Write presets::save, presets::PresetSaveParams => domain::Preset;
    "provider/add" Admin providers::add, providers::ProviderAddParams => domain::Provider;
    "provider/key-places" Read providers::key_places, Nothing => providers::KeyPlaces;
    "provider/list" Read providers::list, Nothing => Vec<domain::Provider>;
    "provider/remove" Admin providers::remove, providers::ProviderIdParams => Nothing;
    "provider/set-key" Admin providers::set_key, providers::ProviderSetKeyParams => domain::Provider;
    "provider/test" Admin providers::test, providers::ProviderIdParams => providers::ProviderTest;
    "provider/update" Admin providers::update, providers::ProviderUpdateParams => domain::Provider;
    "provider/vendors" Read providers::vendors, Nothing => Vec<providers::Vendor>;
    "run/answer" Write pipelines::runs::answer, pipelines::RunAnswerParams => domain::Run;
    "run/apply" Admin pipelines::made::apply, pipelines::RunApplyParams => pipelines::RunApplied;
    "run/cancel" Write pipelines::runs::cancel, pipelines::RunIdParams => domain::Run;
    "run/decide" Write pipelines::runs::decide, pipelines::RunDecideParams => domain::Run;
    "run/delete" Write pipelines::runs::delete, pipelines::RunIdParams => Nothing;
    "run/file" Read pipelines::made::file, pipelines::RunValueParams => pipelines::RunFile;
    "run/get" Read pipelines::runs::get, pipelines::RunIdParams => pipelines::RunView;
    "run/items" Read pipelines::runs::items, pipelines::RunItemsParams => domain::Page<pipelines::RunItem>;
    "run/journal" Read pipelines::runs::journal, pipelines::RunJournalParams => domain::Page<domain::JournalEntry>;
    "run/kept" Read pipelines::kept::kept, pipelines::kept::RunsKeptParams => pipelines::kept::AllRunsKept;
    "run/list" Read pipelines::runs::list, pipelines::RunListParams => domain::Page<domain::Run>;
    "run/pause" Write pipelines::runs::pause, pipelines::RunIdParams => domain::Run;
    "run/rerun" Write pipelines::runs::rerun, pipelines::RunRerunParams => domain::Run;
    "run/resume" Write pipelines::runs::resume, pipelines::RunIdParams => domain::Run;
    "run/start" Write pipelines::runs::start, pipelines::RunStartParams => domain::Run;
    "run/step" Read pipelines::runs::step, pipelines::RunStepParams => pipelines::StepView;
    "run/steps" Read pipelines::runs::steps, pipelines::RunStepsParams => domain::Page<domain::StepRun>;
    "run/tidy" Write pipelines::kept::tidy, Nothing => pipelines::kept::RunsRemoved;
    "run/value" Read pipelines::runs::value, pipelines::RunValueParams => pipelines::ValueView;
    "secret/delete" Admin pipelines::secrets::delete, pipelines::secrets::SecretParams => Nothing;
    "secret/list" Read pipelines::secrets::list, Nothing => Vec<pipelines::secrets::SecretEntry>;
    "secret/set" Admin pipelines::secrets::set, pipelines::secrets::SecretSetParams => Nothing;
    "selftest/start" Admin pipelines::selftest::start, Nothing => domain::Job;
    "selftest/state" Read pipelines::selftest::state, Nothing => pipelines::selftest::SelfTest;
    "settings/get" Read settings::get, Nothing => settings::Settings;
    "settings/update" Write settings::update, settings::SettingsUpdateParams => settings::Settings;
    "system/bundle" Read system::bundle, Nothing => system::Bundle;
    "system/dismiss" Write system::dismiss, Nothing => Nothing;
    "system/doctor" Read system::doctor, Nothing => system::Doctor;
    "system/hardware" Read system::hardware, Nothing => engine::Machine;
    "system/status" Read system::status, Nothing => system::Status;
    "thread/list" Read threads::list, threads::ThreadListParams => Vec<domain::Thread>;
    "trigger/enable" Write pipelines::triggers::enable, pipelines::TriggerEnableParams => pipelines::TriggerView;
    "trigger/fire" Write pipelines::triggers::fire, pipelines::TriggerIdParams => domain::Run;
    "trigger/list" Read pipelines::triggers::list, pipelines::TriggerListParams => Vec<pipelines::TriggerView>;
    "vault/open" Admin vault::open, vault::VaultOpenParams => Nothing;
    "webhook/deliveries" Read webhooks::deliveries, webhooks::WebhookDeliveriesParams => domain::Page<webhooks::WebhookDelivery>;
    "webhook/list" Read webhooks::list, Nothing => Vec<webhooks::Webhook>;
    "webhook/remove" Admin webhooks::remove, webhooks::WebhookIdParams => Nothing;
    "webhook/replay" Write webhooks::replay, webhooks::WebhookReplayParams => webhooks::WebhookDelivery;
    "webhook/save" Admin webhooks::save, webhooks::WebhookSaveParams => webhooks::Webhook;
}

/// Calls a method by name with JSON parameters, as the actor.
pub async fn call(app: &App, actor: Actor, method: &str, params: Value) -> Result<Box<RawValue>, Error> {
    let Ok(index) = METHODS.binary_search_by(|row| row.name.cmp(method)) else {
        let shown: String = method.chars().take(64).collect();
        return Err(Error::new(ErrorCode::NotFound, format!("There is no method \"{shown}\".")));
    };
    let row = &METHODS[index];
    if !actor.may(row.permission) {
        return Err(Error::new(ErrorCode::Forbidden, "You may not do this. Ask an administrator."));
    }
    // In a task of its own: a client that hangs up must not leave a verb half done.
    let (tell, told) = oneshot::channel();
    let running = (row.run)(app.clone(), actor, params);
    app.tasks.spawn("call", |shutdown| async move {
        tokio::select! {
            biased;
            answer = running => {
                let _ = tell.send(answer);
            }
            () = shutdown.cancelled() => {}
        }
    });
    told.await.unwrap_or_else(|_| {
        Err(Error::new(ErrorCode::Interrupted, "Web+ is ending. Start it again, then try again."))
    })
}

fn parse<T: DeserializeOwned>(method: &str, params: Value) -> Result<T, Error> {
    let params = if params.is_null() { Value::Object(serde_json::Map::new()) } else { params };
    // Types also read themselves from a list of their fields, which is nobody's idea of parameters.
    if !params.is_object() {
        return Err(Error::invalid(format!("The parameters of {method} must be a JSON object.")));
    }
    serde_json::from_value(params)
        .map_err(|error| Error::invalid(format!("The parameters of {method} are off: {error}.")))
}

fn encode<T: Serialize>(result: &T) -> Result<Box<RawValue>, Error> {
    serde_json::value::to_raw_value(result).map_err(|error| {
        Error::new(ErrorCode::Internal, "The answer could not be written as JSON.").caused_by(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_no_name_stands_twice() {
        assert!(METHODS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
