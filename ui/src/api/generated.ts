// Generated from the method table by `cargo xtask bindings`. Do not edit.

/**
 * What runs that are over take.
 */
export type AllRunsKept = { 
/**
 * The clock jumped by more than a day: none is removed until a person says so, which is what removing them does.
 */
waits: boolean, 
/**
 * Of each pipeline.
 */
pipelines: Array<RunsKept>, };

/**
 * One try of a step.
 */
export type Attempt = { 
/**
 * From 1, interrupted ones included.
 */
number: number, 
/**
 * What repeating it does.
 */
effect: EffectClass, 
/**
 * The key that a crash's repetition is sent under, too.
 */
idempotencyKey: string, 
/**
 * How it ended.
 */
outcome: AttemptOutcome, 
/**
 * The sentence, of a failed one.
 */
errorMessage?: string, 
/**
 * When it began.
 */
startedAt: Timestamp, 
/**
 * When it ended.
 */
endedAt?: Timestamp, 
/**
 * The last lines of its log, once it ended.
 */
log?: Array<string>, };

/**
 * How an attempt ended.
 */
export type AttemptOutcome = "running" | "succeeded" | "failed" | "timed_out" | "cancelled" | "interrupted" | "ambiguous" | "discarded_after_cancel";

/**
 * One top-level block of a text.
 */
export type Block = { 
/**
 * The block's place in the text, from 0; stable while the text grows.
 */
id: number, 
/**
 * Rises by at least one each time the block changes.
 */
rev: number, 
/**
 * What it is.
 */
node: BlockNode, };

/**
 * A block: what stands on lines of its own.
 */
export type BlockNode = { "type": "paragraph", 
/**
 * Its text.
 */
content: Array<Inline>, } | { "type": "heading", 
/**
 * 1 to 6.
 */
level: number, 
/**
 * Its text.
 */
content: Array<Inline>, } | { "type": "code", 
/**
 * The first word behind the fence, in lower case; empty where none was named.
 */
language: string, 
/**
 * The code, without the line ending of its last line.
 */
text: string, 
/**
 * The code's lines as coloured spans. They cover a beginning of `text`, and nothing after it: what was
 * appended since they were made is painted plain.
 */
spans?: Array<Array<CodeSpan>>, } | { "type": "quote", 
/**
 * What is quoted.
 */
blocks: Array<BlockNode>, } | { "type": "list", 
/**
 * Numbered, not bulleted.
 */
ordered: boolean, 
/**
 * The number of the first item; 1 for bullets.
 */
start: number, 
/**
 * No blank line between the items: paint them close to each other.
 */
tight: boolean, 
/**
 * The items.
 */
items: Array<ListItem>, } | { "type": "table", 
/**
 * One per column.
 */
alignments: Array<TableAlignment>, 
/**
 * The cells of the head.
 */
head: Array<Array<Inline>>, 
/**
 * The rows, each with as many cells as the head.
 */
rows: Array<Array<Array<Inline>>>, } | { "type": "rule" } | { "type": "math", 
/**
 * The LaTeX.
 */
source: string, 
/**
 * The formula; absent where the LaTeX can't be read: show the source as code.
 */
tree?: MathNode, 
/**
 * Why it can't be read.
 */
error?: string, } | { "type": "footnote", 
/**
 * The label that references name.
 */
label: string, 
/**
 * What it says.
 */
blocks: Array<BlockNode>, };

/**
 * A text for whoever helps.
 */
export type Bundle = { 
/**
 * JSON, indented: versions, checks, settings, counts, logs. No key, no message, no name of a person.
 */
text: string, };

/**
 * One model call: a row of the ledger.
 */
export type Call = { 
/**
 * Its id.
 */
id: CallId, 
/**
 * Who asked.
 */
surface: Surface, 
/**
 * The conversation, of a turn.
 */
conversationId?: ConversationId, 
/**
 * The message that it wrote, of a turn.
 */
messageId?: MessageId, 
/**
 * The run, of a pipeline's step.
 */
runId?: RunId, 
/**
 * "scope/node" of that step.
 */
step?: string, 
/**
 * Which attempt of it, from 1.
 */
attempt?: number, 
/**
 * The model that was asked.
 */
model: ModelRef, 
/**
 * The model that the provider says answered.
 */
responseModel?: string, 
/**
 * How it ended.
 */
outcome: CallOutcome, 
/**
 * What kind of failure.
 */
errorCode?: ErrorCode, 
/**
 * Tokens by kind.
 */
usage: TokenUsage, 
/**
 * When it was sent.
 */
startedAt: Timestamp, 
/**
 * From sending to the first piece of content, in milliseconds.
 */
firstTokenMs?: number, 
/**
 * From sending to the end, in milliseconds.
 */
totalMs?: number, 
/**
 * Output tokens a second after the first.
 */
tokensPerSecond?: number, 
/**
 * Pieces of content that came.
 */
chunks: number, 
/**
 * How many tries came before the one that counts.
 */
retries: number, 
/**
 * What it cost, in nano-USD; absent where the price is unknown, 0 where it runs on this machine.
 */
costNanoUsd?: number, 
/**
 * Which price row it was reckoned with.
 */
priceId?: string, };

/**
 * The facts under an answer.
 */
export type CallFacts = { 
/**
 * Tokens by kind.
 */
usage: TokenUsage, 
/**
 * From sending to the first piece, in milliseconds.
 */
firstTokenMs?: number, 
/**
 * From sending to the end, in milliseconds.
 */
totalMs?: number, 
/**
 * Output tokens a second.
 */
tokensPerSecond?: number, 
/**
 * In nano-USD; absent where the price is unknown.
 */
costNanoUsd?: number, };

/**
 * One model call in the ledger.
 */
export type CallId = string;

/**
 * Which calls.
 */
export type CallListParams = { 
/**
 * Where the page before ended.
 */
cursor?: string, 
/**
 * 1 to 200; 50 unless told.
 */
limit?: number, };

/**
 * How a call ended.
 */
export type CallOutcome = "reserved" | "succeeded" | "failed" | "cancelled" | "interrupted";

/**
 * What calls cost together.
 */
export type CallSum = { 
/**
 * In nano-USD, as far as prices are known.
 */
costNanoUsd: number, 
/**
 * How many ended calls have no known price.
 */
unpriced: number, };

/**
 * Since when calls are summed.
 */
export type CallSumParams = { 
/**
 * Calls that began at this time or later. A day begins at the person's own midnight, which only the client knows.
 */
since: Timestamp, };

/**
 * What a model can do.
 */
export type Capability = "chat" | "completion" | "vision" | "tools" | "reasoning" | "json_schema" | "embedding";

/**
 * Models to choose from.
 */
export type Catalogue = { 
/**
 * When it was last looked over: "2026-11-20".
 */
dated: string, 
/**
 * The models, by family.
 */
entries: Array<CatalogueEntry>, };

/**
 * A model in its sizes.
 */
export type CatalogueEntry = { 
/**
 * What Ollama calls it, without a tag.
 */
name: string, 
/**
 * What the person sees.
 */
title: string, 
/**
 * What it is good for, in a sentence.
 */
description: string, 
/**
 * Whose family it belongs to: "qwen3".
 */
family: string, 
/**
 * Who made it.
 */
maker: string, 
/**
 * Its licence.
 */
license: string, 
/**
 * What it can beside text: "vision", "tools", "thinking", "embedding", "code".
 */
capabilities: Array<string>, 
/**
 * Its sizes, the smallest first.
 */
sizes: Array<CatalogueSize>, };

/**
 * One size of a model.
 */
export type CatalogueSize = { 
/**
 * Ollama's tag.
 */
tag: string, 
/**
 * How many parameters, in words: "8B".
 */
parameters: string, 
/**
 * What it takes on the disk, in bytes.
 */
bytes: number, 
/**
 * Whether `bytes` is rounded.
 */
approximate: boolean, 
/**
 * The context it was trained for, in tokens.
 */
context: number, 
/**
 * Whether it fits this machine. Not in the list itself.
 */
fits: Fit, };

/**
 * One check.
 */
export type Check = { 
/**
 * Which: "database", "engine", "keychain", "memory", "provider.openai".
 */
id: string, 
/**
 * What was looked at, for people.
 */
title: string, 
/**
 * How it ended.
 */
status: CheckStatus, 
/**
 * What was found, and what mends it.
 */
message: string, 
/**
 * What mends it, alone: the end of the message.
 */
advice?: string, 
/**
 * The button that mends it, where there is one.
 */
fix?: Fix, };

/**
 * How a check ended.
 */
export type CheckStatus = "ok" | "warn" | "fail";

/**
 * Code to be coloured.
 */
export type CodeHighlightParams = { 
/**
 * The fence's language; empty for none.
 */
language: string, 
/**
 * The code.
 */
text: string, };

/**
 * What a run of code is; a theme has a colour for each.
 */
export type CodeKind = "plain" | "keyword" | "string" | "comment" | "number" | "constant" | "function" | "type" | "variable" | "operator" | "punctuation" | "attribute" | "tag" | "heading" | "inserted" | "deleted";

/**
 * A run of code in one colour.
 */
export type CodeSpan = { 
/**
 * What it is.
 */
kind: CodeKind, 
/**
 * The characters, without line endings.
 */
text: string, };

/**
 * How much of the model's window the next turn would use.
 */
export type ContextMeasure = { 
/**
 * Tokens of what would be sent: an estimate.
 */
used: number, 
/**
 * Tokens that the prompt may have; absent where the model's window is unknown.
 */
limit?: number, 
/**
 * The model's window, in tokens.
 */
context?: number, 
/**
 * Messages that would not be sent, oldest first.
 */
leftOut: Array<MessageId>, };

/**
 * Whose context.
 */
export type ContextMeasureParams = { 
/**
 * The conversation.
 */
conversationId: ConversationId, };

/**
 * A conversation: a tree of messages with one thread shown at a time.
 */
export type Conversation = { 
/**
 * Its id.
 */
id: ConversationId, 
/**
 * What the list shows: the first question, shortened, until the person renames it.
 */
title: string, 
/**
 * The thread that is shown when the conversation is opened.
 */
mainThreadId: ThreadId, 
/**
 * The model that the next turn uses; absent until one was chosen.
 */
model?: ModelRef, 
/**
 * Sent before the messages; empty for none.
 */
systemPrompt: string, 
/**
 * What the next turn is sampled with.
 */
parameters: Parameters, 
/**
 * What stands unsent in the composer.
 */
draft: string, 
/**
 * When it was made.
 */
createdAt: Timestamp, 
/**
 * When a message was last added or changed.
 */
updatedAt: Timestamp, 
/**
 * When it was deleted; it can be brought back until it is swept.
 */
deletedAt?: Timestamp, };

/**
 * What a new conversation begins with.
 */
export type ConversationCreateParams = { 
/**
 * Its title; "New chat" unless told.
 */
title?: string, 
/**
 * Its model.
 */
model?: ModelRef, 
/**
 * Its system prompt.
 */
systemPrompt?: string, 
/**
 * Its parameters.
 */
parameters?: Parameters, };

/**
 * What stands unsent in the composer.
 */
export type ConversationDraftParams = { 
/**
 * The conversation.
 */
id: ConversationId, 
/**
 * The text; empty for none.
 */
draft: string, };

/**
 * A conversation.
 */
export type ConversationId = string;

/**
 * Which conversation.
 */
export type ConversationIdParams = { 
/**
 * The conversation.
 */
id: ConversationId, };

/**
 * Which page of the list.
 */
export type ConversationListParams = { 
/**
 * Where the page before ended.
 */
cursor?: string, 
/**
 * 1 to 200; 50 unless told.
 */
limit?: number, 
/**
 * Only those whose title holds this.
 */
title?: string, };

/**
 * What to change; absent fields stay.
 */
export type ConversationUpdateParams = { 
/**
 * The conversation.
 */
id: ConversationId, 
/**
 * 1 to 200 characters.
 */
title?: string, 
/**
 * The model of the next turns.
 */
model?: ModelRef, 
/**
 * Sent before the messages.
 */
systemPrompt?: string, 
/**
 * All parameters of the next turns: what is absent in it goes back to its default.
 */
parameters?: Parameters, };

/**
 * An opened conversation: itself, its threads and the newest page of the main one.
 */
export type ConversationView = { 
/**
 * The conversation.
 */
conversation: Conversation, 
/**
 * Its threads.
 */
threads: Array<Thread>, 
/**
 * The newest messages of the main thread.
 */
messages: MessagePage, };

/**
 * How a delivery stands.
 */
export type DeliveryState = "waiting" | "delivered" | "failed";

/**
 * Something that an Ollama computes with.
 */
export type Device = { 
/**
 * "NVIDIA GeForce RTX 4090", "cpu".
 */
name: string, 
/**
 * "CUDA", "ROCm", "Vulkan", "Metal", "cpu".
 */
library: string, 
/**
 * Its memory in bytes.
 */
total: number, 
/**
 * What of that was free when the engine started, in bytes.
 */
free: number, };

/**
 * All checks.
 */
export type Doctor = { 
/**
 * In the order in which they matter.
 */
checks: Array<Check>, };

/**
 * What repeating a step does to the world.
 */
export type EffectClass = "pure" | "idempotent" | "at_most_once";

/**
 * The embedded engine's state.
 */
export type EngineState = { "type": "unavailable", 
/**
 * Why, and what to do.
 */
message: string, } | { "type": "stopped" } | { "type": "loading", 
/**
 * Which.
 */
model: ModelRef, 
/**
 * 0 to 1.
 */
progress: number, } | { "type": "loaded", 
/**
 * Which.
 */
model: ModelRef, 
/**
 * Bytes; 0 where unknown.
 */
memory: number, 
/**
 * Tokens.
 */
context: number, 
/**
 * Layers on a GPU.
 */
gpuLayers: number, 
/**
 * What the person should know ("the CPU is used").
 */
notices: Array<string>, } | { "type": "failed", 
/**
 * With which model.
 */
model?: ModelRef, 
/**
 * What happened and what to do.
 */
message: string, 
/**
 * The last lines of its log.
 */
log: Array<string>, };

/**
 * An event with its id.
 */
export type Envelope = { 
/**
 * "EPOCH-SEQ".
 */
id: EventId, 
/**
 * What happened.
 */
event: Event, };

/**
 * An error as it travels over IPC and HTTP.
 */
export type ErrorBody = { 
/**
 * What a client can branch on.
 */
code: ErrorCode, 
/**
 * The sentence for the person.
 */
message: string, 
/**
 * When asking again makes sense, in milliseconds.
 */
retryAfterMs?: number, 
/**
 * Finds the chain of causes in the log.
 */
traceId: string, };

/**
 * What kind of failure a client can branch on. The sentence for the person travels beside it.
 */
export type ErrorCode = "invalid_input" | "unauthorized" | "forbidden" | "not_found" | "conflict" | "too_large" | "model_not_found" | "provider_auth" | "provider_unreachable" | "provider_bad_reply" | "provider_failed" | "rate_limited" | "context_too_long" | "interrupted" | "timed_out" | "cancelled" | "engine_unavailable" | "engine_failed" | "model_damaged" | "out_of_memory" | "keychain_locked" | "keychain_missing" | "disk_full" | "read_only" | "database_damaged" | "database_newer" | "busy" | "idempotency_conflict" | "queue_full" | "value_too_large" | "budget_exceeded" | "internal";

/**
 * What can happen.
 */
export type Event = { "type": "resync" } | { "type": "conversation.changed", 
/**
 * As it is now.
 */
conversation: Conversation, } | { "type": "conversation.removed", 
/**
 * Which.
 */
id: ConversationId, } | { "type": "message.changed", 
/**
 * As it is now.
 */
message: MessageView, } | { "type": "message.delta", 
/**
 * The conversation.
 */
conversationId: ConversationId, 
/**
 * The message.
 */
messageId: MessageId, 
/**
 * One more than the message's `rev` before; a gap means: fetch the message.
 */
rev: number, 
/**
 * Changes of its blocks.
 */
patches: Array<Patch>, 
/**
 * More of its text, as it was written.
 */
text?: string, 
/**
 * More of its reasoning's text.
 */
reasoning?: string, } | { "type": "message.progress", 
/**
 * The conversation.
 */
conversationId: ConversationId, 
/**
 * The message.
 */
messageId: MessageId, 
/**
 * What is going on.
 */
progress: TurnProgress, } | { "type": "model.changed" } | { "type": "provider.changed" } | { "type": "preset.changed" } | { "type": "engine.changed", 
/**
 * As it is now.
 */
state: EngineState, } | { "type": "ollama.changed", 
/**
 * As it is now.
 */
state: OllamaState, } | { "type": "job.changed", 
/**
 * As it is now.
 */
job: Job, } | { "type": "settings.changed" } | { "type": "usage.changed" } | { "type": "pipeline.changed", 
/**
 * Which.
 */
id: string, } | { "type": "run.changed", 
/**
 * As it is now.
 */
run: Run, } | { "type": "run.removed", 
/**
 * Which.
 */
id: RunId, } | { "type": "step.changed", 
/**
 * The run.
 */
runId: RunId, 
/**
 * As it is now.
 */
step: StepRun, } | { "type": "step.delta", 
/**
 * The run.
 */
runId: RunId, 
/**
 * The step's scope.
 */
scope: string, 
/**
 * The node.
 */
node: string, 
/**
 * The attempt, from 1; what an earlier one said is void.
 */
attempt: number, 
/**
 * More of its text.
 */
text: string, 
/**
 * Lines of its log, and sentences for the person.
 */
log?: Array<string>, } | { "type": "run.notice", 
/**
 * The run, which a click opens.
 */
runId: RunId, 
/**
 * One line.
 */
title: string, 
/**
 * A sentence or two; may be empty.
 */
message: string, 
/**
 * Whether it should stay until it is seen.
 */
urgent: boolean, } | { "type": "run.asks", 
/**
 * The run, as it is now.
 */
run: Run, 
/**
 * Where the step is; empty at the top.
 */
scope?: string, 
/**
 * The step.
 */
node: string, 
/**
 * What it asks, in its own words; at most 500 characters.
 */
question?: string, 
/**
 * Whether it must be said what became of an attempt; else it is an answer that is waited for.
 */
decision: boolean, } | { "type": "trigger.changed", 
/**
 * The pipeline.
 */
pipelineId: string, } | { "type": "webhook.changed" };

/**
 * "EPOCH-SEQ": which start of the application, and which event since. An id of another epoch can't be resumed from.
 */
export type EventId = string;

/**
 * A row of the outbox.
 */
export type EventRowId = string;

/**
 * Whether it keeps the pipeline from running.
 */
export type FaultSeverity = "error" | "warning";

/**
 * How a field of a step's `config` is filled in.
 */
export type FieldShape = "template" | "long_template" | "expression" | "map" | "expressions" | "text" | "code" | "words" | "number" | "bool" | "choice" | "json" | "model" | "schema" | "messages" | "template_list" | "duration" | "pipeline";

/**
 * Why a definition's file isn't what the library has.
 */
export type FileProblem = { 
/**
 * What it is.
 */
kind: FileTrouble, 
/**
 * What happened and what to do, as a sentence or two.
 */
message: string, 
/**
 * What is wrong inside of it, where it could be read.
 */
faults: Array<PipelineFault>, };

/**
 * What is the matter with a definition's file.
 */
export type FileTrouble = "broken" | "gone" | "taken";

/**
 * Why a model stopped.
 */
export type FinishReason = "stop" | "length" | "tool_use" | "refusal" | "other";

/**
 * Whether and how a model fits.
 */
export type Fit = "yes" | "tight" | "partly" | "no" | "unknown";

/**
 * A button that mends something.
 */
export type Fix = { 
/**
 * Its words.
 */
label: string, 
/**
 * The method that it calls.
 */
method: string, 
/**
 * With these parameters.
 */
params: unknown, };

/**
 * Formatted text.
 */
export type FormattedText = { 
/**
 * Its blocks; code in them has no colours yet.
 */
blocks: Array<Block>, };

/**
 * A model that was found.
 */
export type FoundFile = { 
/**
 * What imports it, or makes a model of it; good for once.
 */
handle: string, 
/**
 * What to call it.
 */
name: string, 
/**
 * Bytes, of all its parts.
 */
size: number, 
/**
 * Whose folder it lies in.
 */
place: FoundPlace, 
/**
 * "Q4_K_M" and the like.
 */
quantization?: string, 
/**
 * In how many files it is.
 */
parts: number, 
/**
 * Why it can't be used as it is.
 */
problem?: string, };

/**
 * Whose folder a model was found in.
 */
export type FoundPlace = "LM Studio" | "Hugging Face" | "llama.cpp" | "Jan";

/**
 * A GPU. Memory is its own, in bytes; what it borrows of the machine's isn't counted.
 */
export type Gpu = { 
/**
 * What its maker calls it, as far as that is known here.
 */
name: string, 
/**
 * Its maker.
 */
vendor: GpuVendor, 
/**
 * Memory in all; `None` where the driver doesn't tell.
 */
memoryTotal: number | null, 
/**
 * Memory that nobody uses now; `None` where the driver doesn't tell.
 */
memoryFree: number | null, 
/**
 * The driver's version where it tells, else its name.
 */
driver: string | null, };

/**
 * Who made a GPU.
 */
export type GpuVendor = "amd" | "intel" | "nvidia";

/**
 * Code in spans.
 */
export type HighlightedCode = { 
/**
 * Spans by line; absent where the language is unknown or the code too long, which is then shown plain.
 */
lines?: Array<Array<CodeSpan>>, };

/**
 * A model's file in a repository.
 */
export type HubFile = { 
/**
 * Its path there; the first part's where it is split.
 */
file: string, 
/**
 * Bytes of all its parts.
 */
size: number, 
/**
 * "Q4_K_M" and the like, from its name.
 */
quantization?: string, 
/**
 * Whether it fits this machine.
 */
fits: Fit, 
/**
 * In how many files it is.
 */
parts: number, 
/**
 * Whether it only makes images into tokens for another model.
 */
projector: boolean, };

/**
 * Which repository.
 */
export type HubFilesParams = { 
/**
 * "owner/name".
 */
repository: string, };

/**
 * A repository with models in the format that engines here read.
 */
export type HubRepository = { 
/**
 * "owner/name".
 */
repository: string, 
/**
 * How often it was downloaded lately.
 */
downloads: number, 
/**
 * How many people like it.
 */
likes: number, 
/**
 * Whether its maker must let you in first.
 */
gated: boolean, 
/**
 * The day on which it last changed.
 */
updatedAt?: Timestamp, };

/**
 * What to look for.
 */
export type HubSearchParams = { 
/**
 * Words; 1 to 200 characters.
 */
query: string, };

/**
 * Text inside a block.
 */
export type Inline = { "type": "text", 
/**
 * The text.
 */
text: string, } | { "type": "emphasis", 
/**
 * What is emphasised.
 */
content: Array<Inline>, } | { "type": "strong", 
/**
 * What is emphasised.
 */
content: Array<Inline>, } | { "type": "strike", 
/**
 * What is struck out.
 */
content: Array<Inline>, } | { "type": "code", 
/**
 * The code.
 */
text: string, } | { "type": "link", 
/**
 * An `http`, `https` or `mailto` address, and never another.
 */
href: string, 
/**
 * What the author calls it.
 */
title?: string, 
/**
 * What is shown. It may say something else than `href`: show where the link leads.
 */
content: Array<Inline>, } | { "type": "image", 
/**
 * What it shows, in words.
 */
alt: string, 
/**
 * The host that would be asked, with its port where it names one.
 */
host: string, 
/**
 * An `http` or `https` address, and never another.
 */
url: string, } | { "type": "math", 
/**
 * The LaTeX.
 */
source: string, 
/**
 * Set large, as on a line of its own.
 */
display: boolean, 
/**
 * The formula; absent where the LaTeX can't be read: show the source as code.
 */
tree?: MathNode, 
/**
 * Why it can't be read.
 */
error?: string, } | { "type": "footnote_ref", 
/**
 * The footnote's label.
 */
label: string, } | { "type": "break" } | { "type": "hard_break" };

/**
 * A background job.
 */
export type Job = { 
/**
 * Its id.
 */
id: JobId, 
/**
 * What it does: "model.download", say.
 */
kind: string, 
/**
 * What the person sees.
 */
title: string, 
/**
 * Its parameters, by kind.
 */
payload: unknown, 
/**
 * How far it is.
 */
state: JobState, 
/**
 * When it was made.
 */
createdAt: Timestamp, 
/**
 * When it last changed.
 */
updatedAt: Timestamp, };

/**
 * A background job.
 */
export type JobId = string;

/**
 * Which job.
 */
export type JobIdParams = { 
/**
 * The job.
 */
id: JobId, };

/**
 * What a job has done so far.
 */
export type JobState = { 
/**
 * How far it is.
 */
status: JobStatus, 
/**
 * Units done (bytes of a download).
 */
completed: number, 
/**
 * Units in all; 0 while unknown.
 */
total: number, 
/**
 * Units a second, lately.
 */
speed?: number, 
/**
 * The kind of failure.
 */
errorCode?: ErrorCode, 
/**
 * The sentence that says what happened and what to do.
 */
errorMessage?: string, };

/**
 * How far a job is.
 */
export type JobStatus = "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled";

/**
 * One entry of a run's journal.
 */
export type JournalEntry = { 
/**
 * From 1, without gaps.
 */
seq: number, 
/**
 * When.
 */
at: Timestamp, 
/**
 * "run.started", "step.succeeded", …
 */
kind: string, 
/**
 * What it says, by kind; `scope` and `node` where it is about a step.
 */
body: Record<string, unknown>, };

/**
 * Where a typed key is to be kept.
 */
export type KeepKey = "keychain" | "vault" | "session";

/**
 * Where keys can be kept. For one session they always can.
 */
export type KeyPlaces = { 
/**
 * Why the keychain can't be used at the moment.
 */
keychainProblem?: string, 
/**
 * Whether a vault is open.
 */
vault: boolean, 
/**
 * Whether there is a vault, open or not: its passphrase opens it. Where there is none, one can be made.
 */
vaultMade: boolean, };

/**
 * Where a provider's key is kept.
 */
export type KeySource = { "type": "none" } | { "type": "keychain" } | { "type": "vault" } | { "type": "session" } | { "type": "env", 
/**
 * The variable's name.
 */
name: string, };

/**
 * Whether a provider's key can be used now.
 */
export type KeyState = "not_needed" | "present" | "missing" | "locked" | "unavailable";

/**
 * How the memory of a context is kept: smaller is less exact.
 */
export type KvCache = "f16" | "q8_0" | "q4_0";

/**
 * How a key or a value is kept.
 */
export type KvType = "f16" | "q8_0" | "q4_0";

/**
 * One item of a list.
 */
export type ListItem = { 
/**
 * Whether a task is done; absent on an item that is no task.
 */
checked?: boolean, 
/**
 * What it says.
 */
blocks: Array<BlockNode>, };

/**
 * How a model is loaded.
 */
export type LoadSettings = { 
/**
 * Tokens of context.
 */
context?: number, 
/**
 * Layers on a GPU; 0 for none.
 */
gpuLayers?: number, 
/**
 * How the context's memory is kept.
 */
kvCache?: KvType, 
/**
 * Whether flash attention is used.
 */
flashAttention?: boolean, 
/**
 * Threads to compute with.
 */
threads?: number, 
/**
 * Tokens of the prompt that are computed at once.
 */
batch?: number, 
/**
 * Whether the file is mapped into memory instead of being read.
 */
mmap?: boolean, };

/**
 * Memory and cores, the processor, and GPUs.
 */
export type Machine = { 
/**
 * The processor.
 */
processor: Processor, 
/**
 * The GPUs whose drivers can be asked; none on macOS, where they share the machine's memory.
 */
gpus: Array<Gpu>, 
/**
 * Memory in all, or what this process may use of it.
 */
totalMemory: number, 
/**
 * Memory that can be had without swapping.
 */
availableMemory: number, 
/**
 * Cores that the system shows.
 */
logicalCores: number, 
/**
 * Cores that really compute; the logical ones where unknown.
 */
physicalCores: number, };

/**
 * Text to be formatted.
 */
export type MarkupRenderParams = { 
/**
 * Markdown, at most 2 MiB.
 */
text: string, };

/**
 * An element of a formula.
 */
export type MathNode = { 
/**
 * The MathML element's name.
 */
tag: MathTag, 
/**
 * Its attributes: only names that lay a formula out, never an address, a style or a handler.
 */
attributes?: { [key in string]: string }, 
/**
 * The elements inside; empty where there is text.
 */
children?: Array<MathNode>, 
/**
 * The characters of a token element (`mi`, `mo`, `mn`, `mtext`, `ms`).
 */
text?: string, };

/**
 * The MathML elements that a formula may hold.
 */
export type MathTag = "math" | "menclose" | "merror" | "mfrac" | "mi" | "mmultiscripts" | "mn" | "mo" | "mover" | "mpadded" | "mphantom" | "mprescripts" | "mroot" | "mrow" | "ms" | "mspace" | "msqrt" | "mstyle" | "msub" | "msubsup" | "msup" | "mtable" | "mtd" | "mtext" | "mtr" | "munder" | "munderover";

/**
 * A message to be written differently.
 */
export type MessageEditParams = { 
/**
 * The person's message; the edited one becomes its sibling.
 */
id: MessageId, 
/**
 * What it says instead.
 */
text: string, };

/**
 * A message in a conversation's tree.
 */
export type MessageId = string;

/**
 * Which message.
 */
export type MessageIdParams = { 
/**
 * The message.
 */
id: MessageId, };

/**
 * Which page of a conversation.
 */
export type MessageListParams = { 
/**
 * The conversation.
 */
conversationId: ConversationId, 
/**
 * The oldest message that is already here; absent for the newest page.
 */
before?: MessageId, 
/**
 * 1 to 200; 50 unless told.
 */
limit?: number, };

/**
 * A page of the shown thread, oldest first.
 */
export type MessagePage = { 
/**
 * The messages.
 */
items: Array<MessageView>, 
/**
 * Whether older ones exist; ask with `before` set to the first item's id.
 */
hasMore: boolean, };

/**
 * An answer to be written again.
 */
export type MessageRegenerateParams = { 
/**
 * The answer; the new one becomes its sibling.
 */
id: MessageId, 
/**
 * By another model.
 */
model?: ModelRef, };

/**
 * A run whose end is written into a message.
 */
export type MessageRun = { 
/**
 * The run.
 */
id: RunId, 
/**
 * What its pipeline is called.
 */
name: string, 
/**
 * Whether its end stands in the message.
 */
over: boolean, };

/**
 * A pipeline to be run from a conversation.
 */
export type MessageRunParams = { 
/**
 * Where; absent begins a new conversation.
 */
conversationId?: ConversationId, 
/**
 * The pipeline's id, or what it is called; absent where the text begins with that.
 */
pipeline?: string, 
/**
 * What it is about: given to its trigger for conversations, or else to its first input that takes text. At most 4 MB.
 */
text: string, 
/**
 * Inputs by name, beside that.
 */
inputs?: Record<string, unknown>, };

/**
 * A message to be sent.
 */
export type MessageSendParams = { 
/**
 * Where; absent begins a new conversation.
 */
conversationId?: ConversationId, 
/**
 * What it says: 1 byte to 4 MB.
 */
text: string, 
/**
 * Who answers; absent keeps the conversation's model, or the default one.
 */
model?: ModelRef, 
/**
 * The system prompt of a new conversation.
 */
systemPrompt?: string, 
/**
 * The parameters of a new conversation.
 */
parameters?: Parameters, };

/**
 * What sending made.
 */
export type MessageSent = { 
/**
 * The conversation, new or changed.
 */
conversation: Conversation, 
/**
 * The messages that are new or changed: the person's, if any, then the answer, which is running.
 */
messages: Array<MessageView>, };

/**
 * How far a message is.
 */
export type MessageStatus = "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

/**
 * A message as the page shows it.
 */
export type MessageView = { 
/**
 * Its id.
 */
id: MessageId, 
/**
 * The conversation.
 */
conversationId: ConversationId, 
/**
 * The message before it.
 */
parentId?: MessageId, 
/**
 * Its place in the order of creation.
 */
seq: number, 
/**
 * Who wrote it.
 */
role: Role, 
/**
 * How far it is.
 */
status: MessageStatus, 
/**
 * An answer's blocks; empty for what a person wrote, which is shown as it was typed.
 */
blocks: Array<Block>, 
/**
 * Its text as it was written or answered.
 */
text: string, 
/**
 * What the model thought first.
 */
reasoning: string, 
/**
 * Deltas with a higher `rev` continue this.
 */
rev: number, 
/**
 * The model that wrote it.
 */
model?: ModelRef, 
/**
 * Why the model stopped.
 */
finishReason?: FinishReason, 
/**
 * What kind of failure ended it.
 */
errorCode?: ErrorCode, 
/**
 * What happened and what to do.
 */
errorMessage?: string, 
/**
 * All messages with the same parent and role, in the order of creation, this one included.
 */
siblings: Array<MessageId>, 
/**
 * What the call that wrote it cost and how fast it was.
 */
call?: CallFacts, 
/**
 * What it waits for.
 */
progress?: TurnProgress, 
/**
 * The run of a pipeline that writes it.
 */
run?: MessageRun, 
/**
 * When it was made.
 */
createdAt: Timestamp, };

/**
 * Which Ollama is used.
 */
export type Mode = "auto" | "own" | "adopt" | "off";

/**
 * A model as the shelf shows it.
 */
export type Model = { 
/**
 * "provider/name".
 */
id: ModelRef, 
/**
 * What the person sees.
 */
name: string, 
/**
 * Where it is.
 */
state: ModelState, 
/**
 * What it can do.
 */
capabilities: Array<Capability>, 
/**
 * The parameters that it supports.
 */
parameters: Array<ParameterSpec>, 
/**
 * The largest context, in tokens, where known.
 */
contextWindow?: number, 
/**
 * The most tokens in one answer, where known.
 */
maxOutput?: number, 
/**
 * Bytes on disk of a local one.
 */
size?: number, 
/**
 * "Q4_K_M" and the like.
 */
quantization?: string, 
/**
 * "llama", "qwen3" and the like.
 */
family?: string, 
/**
 * "135M" and the like.
 */
parameterSize?: string, 
/**
 * The estimate of memory, in bytes, when loaded with `default_context`.
 */
memoryEstimate?: number, 
/**
 * The context that a local one is loaded with unless told otherwise, in tokens.
 */
defaultContext?: number, 
/**
 * Whether it is only good for trying things out; such a one is never preselected beside another.
 */
testSize: boolean, };

/**
 * A model to be made.
 */
export type ModelCreateParams = { 
/**
 * Its name, which no other model there has.
 */
name: string, 
/**
 * The Ollama that it is made in, by the provider's short name; "ollama" when absent.
 */
provider?: string, 
/**
 * The model there that it begins from.
 */
from?: string, 
/**
 * The file that it begins from: the handle of a GGUF, of a split one that of the first part.
 */
handle?: string, 
/**
 * Its system prompt.
 */
system?: string, 
/**
 * How a conversation is written for it, in Go's template language.
 */
template?: string, 
/**
 * `num_ctx`, `temperature`, `stop` and so on.
 */
parameters: Record<string, unknown>, 
/**
 * The handle of a LoRA adapter in GGUF.
 */
adapter?: string, 
/**
 * "q8_0", "q4_K_S" or "q4_K_M", for a model in full precision.
 */
quantize?: string, 
/**
 * A Modelfile's text, in place of `from` and the words; a handle goes before its FROM.
 */
modelfile?: string, };

/**
 * A model's papers. What its engine doesn't tell is absent.
 */
export type ModelDetails = { 
/**
 * What it was made from, as Ollama writes it.
 */
modelfile?: string, 
/**
 * How a conversation is written for it.
 */
template?: string, 
/**
 * Its own settings, a line each.
 */
parameters?: string, 
/**
 * Its own system prompt.
 */
system?: string, 
/**
 * Its licence, or what it is called.
 */
license?: string, 
/**
 * What its file says of itself.
 */
metadata: Array<ModelFact>, 
/**
 * Its tensors by how they are packed, the largest first.
 */
tensors: Array<ModelTensors>, 
/**
 * Its file on this computer.
 */
file?: string, 
/**
 * What tells this version of it from others.
 */
digest?: string, 
/**
 * When it was last changed here.
 */
modifiedAt?: Timestamp, };

/**
 * Which model of the list.
 */
export type ModelDownloadParams = { 
/**
 * "owner/name" at the hub.
 */
repository: string, 
/**
 * The file in it.
 */
file: string, };

/**
 * What a model takes, in bytes.
 */
export type ModelEstimate = { 
/**
 * The weights, those of a projector and of adapters included.
 */
weights: number, 
/**
 * What is kept of the context.
 */
kv: number, 
/**
 * Room to compute in, and the process.
 */
compute: number, 
/**
 * All of it.
 */
total: number, 
/**
 * What may come on top as the model is used: prompts of earlier chats that the engine keeps, at most.
 */
promptCache: number, 
/**
 * Whether that is all: some architectures keep the context in a way that can't be reckoned.
 */
known: boolean, };

/**
 * Whose memory is reckoned, and how it would be loaded.
 */
export type ModelEstimateParams = { 
/**
 * "provider/name".
 */
id: ModelRef, 
/**
 * Tokens of context, at least 1.
 */
context: number, 
/**
 * How the context's memory is kept; as its engine is set when absent.
 */
kvCache?: KvType, };

/**
 * What loading would do.
 */
export type ModelEvictions = { 
/**
 * What would leave memory, in this order.
 */
evicts: Array<ModelRef>, 
/**
 * What the model needs, in bytes; 0 where that can't be reckoned.
 */
memory: number, 
/**
 * What is free now, in bytes.
 */
free: number, };

/**
 * What is to be loaded.
 */
export type ModelEvictionsParams = { 
/**
 * "provider/name".
 */
id: ModelRef, 
/**
 * Tokens of context; what it would be loaded with when absent.
 */
context?: number, };

/**
 * One thing that a file says of itself.
 */
export type ModelFact = { 
/**
 * "llama.context_length" and the like.
 */
key: string, 
/**
 * Its value as text.
 */
value: string, };

/**
 * A folder of models. Sizes are in bytes.
 */
export type ModelFolder = { 
/**
 * Whose: the provider's short name.
 */
provider: string, 
/**
 * Where it is.
 */
path: string, 
/**
 * What models need; what several share counts once.
 */
models: number, 
/**
 * What no model needs.
 */
unreferenced: number, 
/**
 * What unfinished downloads left.
 */
partials: number, 
/**
 * Free on its disk; absent where the system doesn't tell.
 */
free?: number, };

/**
 * Which model.
 */
export type ModelIdParams = { 
/**
 * "provider/name".
 */
id: ModelRef, };

/**
 * Which models.
 */
export type ModelIdsParams = { 
/**
 * 1 to 500 of them.
 */
ids: Array<ModelRef>, };

/**
 * A file to be added as a model.
 */
export type ModelImportParams = { 
/**
 * The handle that the shell or the upload gave out.
 */
handle: string, };

/**
 * All models, and what could not be listed.
 */
export type ModelList = { 
/**
 * Local ones first.
 */
models: Array<ShelvedModel>, 
/**
 * Providers that could not be asked.
 */
problems: Array<ModelListProblem>, };

/**
 * How to list.
 */
export type ModelListParams = { 
/**
 * Ask every provider anew.
 */
refresh?: boolean, };

/**
 * A provider that could not be asked for its models.
 */
export type ModelListProblem = { 
/**
 * The provider's slug.
 */
provider: string, 
/**
 * The kind of failure.
 */
code: ErrorCode, 
/**
 * What happened and what to do.
 */
message: string, };

/**
 * What to remember; an absent field goes back to the engine's own choice.
 */
export type ModelLoadSettingsParams = { 
/**
 * "provider/name".
 */
id: ModelRef, 
/**
 * Tokens of context.
 */
context?: number, 
/**
 * Layers on a GPU; 0 for none.
 */
gpuLayers?: number, 
/**
 * How the context's memory is kept.
 */
kvCache?: KvType, 
/**
 * Whether flash attention is used.
 */
flashAttention?: boolean, 
/**
 * Threads to compute with.
 */
threads?: number, 
/**
 * Tokens of the prompt that are computed at once.
 */
batch?: number, 
/**
 * Whether the file is mapped into memory instead of being read.
 */
mmap?: boolean, };

/**
 * Where models are to be kept.
 */
export type ModelMoveFolderParams = { 
/**
 * Whose: "embedded", which is meant when absent, or "ollama".
 */
provider?: string, 
/**
 * The handle of the new folder; good for once.
 */
handle: string, };

/**
 * A model, and the name that it is to have.
 */
export type ModelNameParams = { 
/**
 * "provider/name".
 */
id: ModelRef, 
/**
 * The new name, without the provider: "mine" or "mine:v2".
 */
name: string, };

/**
 * A model that could not be removed.
 */
export type ModelNotRemoved = { 
/**
 * Which.
 */
id: ModelRef, 
/**
 * Why.
 */
message: string, };

/**
 * What to pull, and where to.
 */
export type ModelPullParams = { 
/**
 * "name:tag", "hf.co/owner/name:Q4_K_M", "owner/name/file.gguf" or the address of a GGUF file, at a hub or elsewhere.
 */
reference: string, 
/**
 * "embedded", or the short name of an Ollama ("ollama").
 */
target: string, };

/**
 * "provider/name": which model, at which provider.
 */
export type ModelRef = string;

/**
 * Where models are kept, and what that takes.
 */
export type ModelSpace = { 
/**
 * The built-in engine's folder, and those of Ollamas that can be read.
 */
folders: Array<ModelFolder>, };

/**
 * A model to be loaded.
 */
export type ModelStartParams = { 
/**
 * "provider/name".
 */
id: ModelRef, 
/**
 * Tokens of context; remembered for this model. The usual one when absent.
 */
context?: number, 
/**
 * Load it though the estimate says that memory is too small.
 */
force?: boolean, 
/**
 * How long a model of an Ollama stays in memory after its last answer, in seconds; -1 for ever. As the engine is set when
 * absent.
 */
keepAliveSeconds?: number, };

/**
 * Where a model is on its way to being usable.
 */
export type ModelState = { "type": "remote" } | { "type": "pulling", 
/**
 * Bytes here.
 */
completed: number, 
/**
 * Bytes in all; 0 while unknown.
 */
total: number, } | { "type": "on_disk" } | { "type": "loading", 
/**
 * 0 to 1.
 */
progress: number, } | { "type": "loaded", 
/**
 * Bytes of memory; 0 where unknown.
 */
memory: number, 
/**
 * The context it was loaded with, in tokens.
 */
context: number, 
/**
 * Bytes of these on a GPU, where that is told.
 */
gpuMemory?: number, 
/**
 * When it leaves memory by itself; absent where it stays, or where nobody tells.
 */
expiresAt?: Timestamp, } | { "type": "unloading" } | { "type": "not_answering", 
/**
 * What happened and what to do.
 */
message: string, } | { "type": "damaged", 
/**
 * What is wrong with it.
 */
reason: string, };

/**
 * Tensors that are packed the same way.
 */
export type ModelTensors = { 
/**
 * "Q4_K" and the like.
 */
type: string, 
/**
 * How many.
 */
count: number, 
/**
 * Parameters that they hold.
 */
parameters: number, 
/**
 * Bytes of all of them; 0 where the packing isn't known here.
 */
bytes: number, };

/**
 * A model of which there is a newer version; a pull of it gets that.
 */
export type ModelUpdate = { 
/**
 * Which.
 */
id: ModelRef, 
/**
 * The digest of what its name stands for now.
 */
digest: string, };

/**
 * Where an Ollama keeps its models.
 */
export type ModelsFolder = { 
/**
 * The folder.
 */
path: string, 
/**
 * Whether we may read it; where not, changes are seen late.
 */
readable: boolean, 
/**
 * Whether we may write it; where not, repairs are the person's.
 */
writable: boolean, 
/**
 * Whose it is, where that isn't the person.
 */
owner: string | null, };

/**
 * What became of models that were to be removed.
 */
export type ModelsRemoved = { 
/**
 * Bytes.
 */
freed: number, 
/**
 * Those that are still there.
 */
failed: Array<ModelNotRemoved>, };

/**
 * No parameters, or nothing to answer.
 */
export type Nothing = Record<symbol, never>;

/**
 * Something that the person should know.
 */
export type Notice = { 
/**
 * The kind.
 */
code: NoticeCode, 
/**
 * The sentence.
 */
message: string, };

/**
 * What a notice is about.
 */
export type NoticeCode = "outdated" | "cpu_only" | "gpu_lost" | "retrying" | "clamped" | "phones_out" | "cloud_on" | "orphans";

/**
 * Settings that were taken.
 */
export type OllamaConfigured = { 
/**
 * All of them, as they are now.
 */
settings: OllamaSettings, 
/**
 * Whether some hold only once it is started anew.
 */
restart: boolean, };

/**
 * Why an Ollama can't be used.
 */
export type OllamaFailure = "missing" | "not_executable" | "wrong_architecture" | "blocked" | "port_held" | "folder" | "disk_full" | "crashed" | "not_answering" | "driver_hang";

/**
 * The log of the one that Web+ started.
 */
export type OllamaLog = { 
/**
 * Its last lines, oldest first.
 */
lines: Array<string>, 
/**
 * Its file.
 */
path: string, };

/**
 * Which part of the log.
 */
export type OllamaLogParams = { 
/**
 * How many of its last lines: 1 to 2,000; 200 when absent.
 */
lines?: number, };

/**
 * The settings. Those of the environment hold from the next start of an Ollama of our own; one that somebody else started has its own.
 */
export type OllamaSettings = { 
/**
 * Which Ollama is used.
 */
mode: Mode, 
/**
 * The program, where it isn't in a usual place; absolute.
 */
program: string | null, 
/**
 * Where one runs that is to be used: "127.0.0.1:11434", "http://…".
 */
address: string | null, 
/**
 * The port of our own, 1 to 65,535; a free one where absent.
 */
port: number | null, 
/**
 * Whether models in the cloud, and the look-ups for them, are allowed.
 */
cloud: boolean, 
/**
 * The folder of the models, absolute; where absent the one that `OLLAMA_MODELS` of our environment names, else its own.
 */
modelsFolder: string | null, 
/**
 * Seconds that a model stays in memory after an answer; -1 is for ever.
 */
keepAliveSeconds: number, 
/**
 * Answers at once for each model, 1 to 64; memory for the context is taken that many times.
 */
parallel: number, 
/**
 * Models in memory at once, at most 64; 0 leaves it to the engine.
 */
maxLoaded: number, 
/**
 * Tokens of context, from 256; 0 leaves it to the engine.
 */
contextLength: number, 
/**
 * MiB that each loaded model may keep of earlier prompts; 0 is none.
 */
promptCacheMib: number, 
/**
 * How the context is kept.
 */
kvCache: KvCache, 
/**
 * Flash attention; left to the engine where absent.
 */
flashAttention: boolean | null, 
/**
 * Variables that few need, by their names (`advanced::variables`).
 */
advanced: Record<string, string>, };

/**
 * What became of the Ollama on this computer.
 */
export type OllamaState = { "type": "off" } | { "type": "looking" } | { "type": "absent", 
/**
 * The places that were looked at.
 */
searched: Array<string>, } | { "type": "installed", 
/**
 * The program.
 */
program: string, 
/**
 * Its version, where it told one.
 */
version: string | null, 
/**
 * Whether the system runs it as a service or an application of its own, which had better be started instead.
 */
service: boolean, } | { "type": "unsure", 
/**
 * "http://127.0.0.1:11434".
 */
address: string, 
/**
 * The version that it says it has.
 */
version: string | null, 
/**
 * Whose it is, as far as can be told.
 */
holder: PortHolder, } | { "type": "starting", 
/**
 * Which start within a minute, from 1.
 */
attempt: number, } | { "type": "ready", 
/**
 * Whether we started it.
 */
ownership: Ownership, 
/**
 * "http://127.0.0.1:PORT".
 */
address: string, 
/**
 * Its version.
 */
version: string, 
/**
 * Its process, where that can be told.
 */
pid: number | null, 
/**
 * Where its models are, once that is known.
 */
folder: ModelsFolder | null, 
/**
 * What it computes with; empty where its log isn't ours to read.
 */
devices: Array<Device>, 
/**
 * What the person should know.
 */
notices: Array<Notice>, } | { "type": "waiting", 
/**
 * Which start that will be, from 1.
 */
attempt: number, 
/**
 * The pause in milliseconds, from when this was said.
 */
afterMs: number, 
/**
 * What happened.
 */
message: string, 
/**
 * The last lines of its log, oldest first.
 */
log: Array<string>, } | { "type": "failed", 
/**
 * The kind.
 */
failure: OllamaFailure, 
/**
 * What happened, to what, what to do.
 */
message: string, 
/**
 * The last lines of its log, oldest first.
 */
log: Array<string>, } | { "type": "lost", 
/**
 * Where it was.
 */
address: string, 
/**
 * What happened, and what can be done.
 */
message: string, } | { "type": "stopping" };

/**
 * A variable that may be set.
 */
export type OllamaVariable = { 
/**
 * "OLLAMA_MAX_QUEUE".
 */
name: string, 
/**
 * What it does, in a sentence.
 */
meaning: string, 
/**
 * Which values it takes, in words: "1 to 100000".
 */
takes: string, };

/**
 * An attempt at something that must not happen twice, which ended so that it may have happened.
 */
export type OutsideEffect = { 
/**
 * The run that made it: the one asked for, or one that a step of it had begun.
 */
runId: RunId, 
/**
 * The step's scope.
 */
scope: string, 
/**
 * The node; inside an agent's scope, the tool.
 */
node: string, 
/**
 * Which attempt, from 1.
 */
attempt: number, 
/**
 * How it ended: `succeeded` and `discarded_after_cancel` happened, `failed` may have in part, of the rest nobody knows.
 */
outcome: AttemptOutcome, 
/**
 * What went wrong, as a sentence.
 */
errorMessage?: string, 
/**
 * When it began.
 */
startedAt: Timestamp, 
/**
 * When it ended; absent while it is still being stopped.
 */
endedAt?: Timestamp, };

/**
 * Who started it.
 */
export type Ownership = "owned" | "adopted";

/**
 * A page of a list, and where the next one begins.
 */
export type Page<T> = { 
/**
 * The items, in the order that the method names.
 */
items: Array<T>, 
/**
 * An opaque cursor for the next page; absent on the last.
 */
next?: string, };

/**
 * A setting of a turn, by name.
 */
export type ParameterName = "temperature" | "topP" | "topK" | "maxTokens" | "contextSize" | "seed" | "stop" | "reasoningEffort" | "jsonSchema";

/**
 * A parameter that a model supports, with its range and default as its provider tells them.
 */
export type ParameterSpec = { 
/**
 * Which one.
 */
name: ParameterName, 
/**
 * Smallest value of a number.
 */
min?: number, 
/**
 * Largest value of a number.
 */
max?: number, 
/**
 * What is used when nothing is set.
 */
default?: number, };

/**
 * What a turn is sampled with. An absent value leaves the provider's default; a value that a model doesn't support is
 * refused before the call, never silently dropped.
 */
export type Parameters = { 
/**
 * 0 to 2 (Anthropic: 0 to 1).
 */
temperature?: number, 
/**
 * 0 to 1.
 */
topP?: number, 
/**
 * From 1.
 */
topK?: number, 
/**
 * The most tokens that the answer may have, from 1.
 */
maxTokens?: number, 
/**
 * The context window to load a local model with, in tokens.
 */
contextSize?: number, 
/**
 * For repeatable sampling.
 */
seed?: number, 
/**
 * Sequences that end the answer; at most 4.
 */
stop?: Array<string>, 
/**
 * How much to think first.
 */
reasoningEffort?: ReasoningEffort, 
/**
 * A JSON Schema that the answer must follow.
 */
jsonSchema?: unknown, };

/**
 * One change to a list of blocks.
 */
export type Patch = { "type": "set", 
/**
 * From 0 to the number of blocks.
 */
index: number, 
/**
 * The block.
 */
block: Block, } | { "type": "append", 
/**
 * The block.
 */
id: number, 
/**
 * Its revision from now on.
 */
rev: number, 
/**
 * What to add.
 */
text: string, } | { "type": "content", 
/**
 * The block.
 */
id: number, 
/**
 * Its revision from now on.
 */
rev: number, 
/**
 * How many inlines stay.
 */
from: number, 
/**
 * What follows them.
 */
content: Array<Inline>, } | { "type": "items", 
/**
 * The block.
 */
id: number, 
/**
 * Its revision from now on.
 */
rev: number, 
/**
 * How many items stay.
 */
from: number, 
/**
 * What follows them.
 */
items: Array<ListItem>, } | { "type": "rows", 
/**
 * The block.
 */
id: number, 
/**
 * Its revision from now on.
 */
rev: number, 
/**
 * How many rows stay.
 */
from: number, 
/**
 * What follows them.
 */
rows: Array<Array<Array<Inline>>>, } | { "type": "truncate", 
/**
 * How many blocks stay.
 */
length: number, };

/**
 * What a definition from outside may do.
 */
export type PipelineAllowParams = { 
/**
 * The pipeline; what is allowed holds for its definition as it is now.
 */
id: string, 
/**
 * All that is allowed; what is absent is not.
 */
capabilities: Array<PipelineCapability>, };

/**
 * What must be allowed before a definition from outside may do it.
 */
export type PipelineCapability = "commands" | "files" | "http" | "secrets";

/**
 * What a look at a definition found.
 */
export type PipelineCheck = { 
/**
 * What is wrong with it.
 */
faults: Array<PipelineFault>, 
/**
 * Its hash; absent where it can't be read.
 */
hash?: string, 
/**
 * What it needs.
 */
requires: PipelineRequires, };

/**
 * What a new pipeline begins with.
 */
export type PipelineCreateParams = { 
/**
 * A template's id; an empty pipeline without one.
 */
template?: string, 
/**
 * What it is called.
 */
name?: string, };

/**
 * A definition that is only looked at.
 */
export type PipelineDefinitionParams = { 
/**
 * The whole file.
 */
definition: unknown, };

/**
 * What a run would cost and take, as far as that can be said beforehand.
 */
export type PipelineEstimate = { 
/**
 * At least, in nano-USD; absent where a price is unknown.
 */
costLow?: number, 
/**
 * At most, in nano-USD; absent where a price is unknown.
 */
costHigh?: number, 
/**
 * At least, in seconds.
 */
secondsLow: number, 
/**
 * At most, in seconds.
 */
secondsHigh: number, 
/**
 * How many model calls, at most.
 */
calls: number, 
/**
 * What the figures rest on, a sentence each.
 */
basis: Array<string>, };

/**
 * What would be run.
 */
export type PipelineEstimateParams = { 
/**
 * The whole file.
 */
definition: unknown, 
/**
 * The run's inputs by name.
 */
inputs: Record<string, unknown>, };

/**
 * A text to be evaluated as a step would see it.
 */
export type PipelineEvaluateParams = { 
/**
 * The whole file; its pins and input defaults stand in where there is no run.
 */
definition: unknown, 
/**
 * The node that the text stands in.
 */
node: string, 
/**
 * The expression, or the template.
 */
text: string, 
/**
 * Whether it is a template.
 */
template: boolean, 
/**
 * The run whose values are taken; the pipeline's newest one unless told.
 */
runId?: RunId, };

/**
 * What to export.
 */
export type PipelineExportParams = { 
/**
 * The pipeline.
 */
id: string, 
/**
 * Whether pinned outputs go along.
 */
pins?: boolean, };

/**
 * One fault. All that are found are told at once.
 */
export type PipelineFault = { 
/**
 * Whether it keeps the pipeline from running.
 */
severity: FaultSeverity, 
/**
 * A short name: "unknown_key", "cycle", "unknown_node", "wrong_type", "bad_template", "not_an_ancestor", …
 */
code: string, 
/**
 * Where, as a JSON pointer into the definition: "/nodes/3/config/template".
 */
place: string, 
/**
 * The node that it concerns.
 */
node?: string, 
/**
 * What is wrong and what to do, for a person.
 */
message: string, };

/**
 * A field of a step's `config`.
 */
export type PipelineField = { 
/**
 * Its name in `config`.
 */
name: string, 
/**
 * What the form calls it.
 */
label: string, 
/**
 * How it is filled in.
 */
shape: FieldShape, 
/**
 * Whether a step can't do without it.
 */
required: boolean, 
/**
 * What it may be, of a `Choice`.
 */
choices: Array<string>, 
/**
 * What the step does without it, where that is a value like any other: a switch that is on unless told is shown on.
 */
default?: unknown, 
/**
 * What the form says below it.
 */
help: string, 
/**
 * Whether `secret://NAME` may stand in it.
 */
secret: boolean, };

/**
 * A version's or an export's file.
 */
export type PipelineFile = { 
/**
 * The file.
 */
definition: unknown, 
/**
 * What it needs.
 */
requires: PipelineRequires, };

/**
 * A folder whose definitions are in the library.
 */
export type PipelineFolder = { 
/**
 * The whole path.
 */
path: string, 
/**
 * Why it can't be read, with what to do.
 */
problem?: string, 
/**
 * Its files by path, those in folders inside of it too.
 */
files: Array<PipelineOnDisk>, };

/**
 * Which pipeline.
 */
export type PipelineIdParams = { 
/**
 * Its id.
 */
id: string, };

/**
 * A kind of step.
 */
export type PipelineKind = { 
/**
 * `llm`, `template`, …
 */
kind: string, 
/**
 * The newest version.
 */
version: number, 
/**
 * What a person calls it.
 */
title: string, 
/**
 * What it does, one line.
 */
summary: string, 
/**
 * How it is used, in Markdown, for the person who edits.
 */
help: string, 
/**
 * `model`, `flow`, `text`, `files`, `world`, `people`, `code`.
 */
group: string, 
/**
 * What repeating it does unless a definition says otherwise.
 */
effect: EffectClass, 
/**
 * The ways that it can be left by, `error` and `skipped` apart. A `switch` adds its cases, a `human` its answers.
 */
ways: Array<string>, 
/**
 * Its data ports; a definition may add more where `open_ports`.
 */
ports: Array<PipelinePort>, 
/**
 * Whether a definition may name data ports of its own (`llm`'s `json:plan`, …).
 */
openPorts: boolean, 
/**
 * Its config.
 */
fields: Array<PipelineField>, 
/**
 * What it needs to be allowed.
 */
capability?: PipelineCapability, 
/**
 * Whether other nodes can stand inside.
 */
container: boolean, };

/**
 * A definition's file in a watched folder.
 */
export type PipelineOnDisk = { 
/**
 * The whole path.
 */
path: string, 
/**
 * The pipeline that it is; absent for one that never could be read.
 */
pipelineId?: string, 
/**
 * What is the matter with it.
 */
problem?: FileProblem, };

/**
 * A data port.
 */
export type PipelinePort = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its type.
 */
kind: string, 
/**
 * What it holds.
 */
help: string, };

/**
 * What a definition needs before it can run.
 */
export type PipelineRequires = { 
/**
 * Models that it names literally.
 */
models: Array<string>, 
/**
 * Secrets by name.
 */
secrets: Array<string>, 
/**
 * What it must be allowed.
 */
capabilities: Array<PipelineCapability>, };

/**
 * How long runs of a pipeline are to be kept.
 */
export type PipelineRetentionParams = { 
/**
 * The pipeline.
 */
id: string, 
/**
 * What is changed; without it nothing is.
 */
retention?: Retention, };

/**
 * What to keep.
 */
export type PipelineSaveParams = { 
/**
 * The whole file, layout and pins included. One with faults is kept too.
 */
definition: unknown, 
/**
 * What the version is called.
 */
label?: string, 
/**
 * The `revision` of the view that this was made from: where another one is kept by now, nothing is saved (`conflict`).
 * Without it the last to save wins, but never over a file that was changed on the disk.
 */
base?: string, };

/**
 * A pipeline in a list.
 */
export type PipelineSummary = { 
/**
 * Its id.
 */
id: string, 
/**
 * What a person calls it.
 */
name: string, 
/**
 * What it is for.
 */
description: string, 
/**
 * Its definition's hash; absent while it can't be run.
 */
hash?: string, 
/**
 * How many faults keep it from running.
 */
faults: number, 
/**
 * When it was last saved.
 */
updatedAt: Timestamp, 
/**
 * Its newest run.
 */
lastRun?: Run, 
/**
 * How many triggers it has.
 */
triggers: number, 
/**
 * The file that it is read from and written to.
 */
file?: string, 
/**
 * What keeps that file and the pipeline from saying the same.
 */
fileProblem?: FileProblem, };

/**
 * A pipeline to begin with.
 */
export type PipelineTemplate = { 
/**
 * Its id.
 */
id: string, 
/**
 * What it is called.
 */
title: string, 
/**
 * What it does, one line.
 */
summary: string, 
/**
 * The file.
 */
definition: unknown, };

/**
 * How a definition's own tests went.
 */
export type PipelineTestReport = { 
/**
 * Each, in the file's order.
 */
tests: Array<PipelineTestResult>, };

/**
 * How one test went.
 */
export type PipelineTestResult = { 
/**
 * What it is called.
 */
name: string, 
/**
 * Whether all it expects was so.
 */
passed: boolean, 
/**
 * What wasn't, a sentence each.
 */
failures: Array<string>, 
/**
 * The run that it made.
 */
runId?: RunId, };

/**
 * A version of a pipeline.
 */
export type PipelineVersion = { 
/**
 * From 1.
 */
number: number, 
/**
 * The definition's hash.
 */
hash: string, 
/**
 * What it is called; empty for most.
 */
label: string, 
/**
 * When it was saved.
 */
createdAt: Timestamp, };

/**
 * Which version.
 */
export type PipelineVersionParams = { 
/**
 * The pipeline.
 */
id: string, 
/**
 * From 1.
 */
number: number, };

/**
 * A pipeline.
 */
export type PipelineView = { 
/**
 * Its id.
 */
id: string, 
/**
 * What a person calls it.
 */
name: string, 
/**
 * The whole file as it was last saved.
 */
definition: unknown, 
/**
 * Names what is kept, layout and pins included, and how its file stands: the `base` of the next save.
 */
revision: string, 
/**
 * The definition's hash; absent while it can't be run.
 */
hash?: string, 
/**
 * What is wrong with it.
 */
faults: Array<PipelineFault>, 
/**
 * The newest version's number.
 */
version?: number, 
/**
 * What it needs.
 */
requires: PipelineRequires, 
/**
 * What it is allowed.
 */
allowed: Array<PipelineCapability>, 
/**
 * The file that it is read from and written to.
 */
file?: string, 
/**
 * What keeps that file and the pipeline from saying the same.
 */
fileProblem?: FileProblem, };

/**
 * Which folders are looked at for definitions.
 */
export type PipelineWatchParams = { 
/**
 * Whole paths, at most 20; none to look at none.
 */
folders: Array<string>, 
/**
 * One more, that was chosen with the system's dialog: its handle.
 */
handle?: string, };

/**
 * Who listens on a port, as far as can be told.
 */
export type PortHolder = { 
/**
 * Its process.
 */
pid: number | null, 
/**
 * Its program.
 */
program: string | null, 
/**
 * The name of its user, or the number of one without a name.
 */
user: string | null, 
/**
 * The service that it likely is ("ollama.service").
 */
service: string | null, };

/**
 * A saved set of model, system prompt and parameters.
 */
export type Preset = { 
/**
 * Its id.
 */
id: PresetId, 
/**
 * What the person calls it.
 */
name: string, 
/**
 * The model, if the preset chooses one.
 */
model?: ModelRef, 
/**
 * The system prompt.
 */
systemPrompt: string, 
/**
 * The parameters.
 */
parameters: Parameters, };

/**
 * A saved set of model, system prompt and parameters.
 */
export type PresetId = string;

/**
 * Which preset.
 */
export type PresetIdParams = { 
/**
 * The preset.
 */
id: PresetId, };

/**
 * A preset to be made or changed.
 */
export type PresetSaveParams = { 
/**
 * Which to change; absent makes a new one.
 */
id?: PresetId, 
/**
 * 1 to 100 characters.
 */
name: string, 
/**
 * The model, if it chooses one.
 */
model?: ModelRef, 
/**
 * The system prompt.
 */
systemPrompt: string, 
/**
 * The parameters.
 */
parameters: Parameters, };

/**
 * The processor.
 */
export type Processor = { 
/**
 * What its maker calls it; empty where unknown.
 */
name: string, 
/**
 * What it can: "avx2", "neon" and the like.
 */
features: Array<string>, };

/**
 * A configured provider. The key itself is never here.
 */
export type Provider = { 
/**
 * Its id.
 */
id: ProviderId, 
/**
 * The short name that begins its models' names ("openai" in "openai/gpt-5"): lower case, unique.
 */
slug: string, 
/**
 * What the person sees.
 */
name: string, 
/**
 * Which protocol it speaks.
 */
kind: ProviderKind, 
/**
 * Where it is, without a trailing slash; empty for the embedded engine.
 */
baseUrl: string, 
/**
 * Where its key is kept.
 */
keySource: KeySource, 
/**
 * Whether the key can be used now.
 */
keyState: KeyState, 
/**
 * The key's last four characters, to tell keys apart.
 */
keyHint?: string, 
/**
 * The origin (scheme, host, port) that the key was entered for; another origin never gets it.
 */
keyOrigin?: string, 
/**
 * Whether its models are offered.
 */
enabled: boolean, };

/**
 * A provider to be added.
 */
export type ProviderAddParams = { 
/**
 * A vendor of the catalogue; or give `kind` and `baseUrl`.
 */
vendor?: string, 
/**
 * Which protocol, without a vendor.
 */
kind?: ProviderKind, 
/**
 * What the person sees; the vendor's name unless told.
 */
name?: string, 
/**
 * Where it is; the vendor's address unless told.
 */
baseUrl?: string, 
/**
 * Its key, as typed.
 */
key?: TypedKey, 
/**
 * Where to keep the key.
 */
keep: KeepKey, 
/**
 * The name of an environment variable that holds the key, in place of `key`.
 */
keyEnv?: string, };

/**
 * A configured provider of models.
 */
export type ProviderId = string;

/**
 * Which provider.
 */
export type ProviderIdParams = { 
/**
 * The provider.
 */
id: ProviderId, };

/**
 * Which protocol a provider speaks.
 */
export type ProviderKind = "embedded" | "ollama" | "openai" | "anthropic" | "openai_compatible";

/**
 * A key to be kept for a provider, in place of the one before.
 */
export type ProviderSetKeyParams = { 
/**
 * The provider.
 */
id: ProviderId, 
/**
 * Its key, as typed.
 */
key: TypedKey, 
/**
 * Where to keep it.
 */
keep: KeepKey, };

/**
 * What a test of the connection found.
 */
export type ProviderTest = { 
/**
 * What answers there, where it tells.
 */
server?: string, 
/**
 * How many models it offers.
 */
models: number, };

/**
 * What to change; absent fields stay.
 */
export type ProviderUpdateParams = { 
/**
 * The provider.
 */
id: ProviderId, 
/**
 * What the person sees.
 */
name?: string, 
/**
 * Where it is. Another origin (scheme, host, port) needs its key entered anew.
 */
baseUrl?: string, 
/**
 * Whether its models are offered.
 */
enabled?: boolean, };

/**
 * How much a model should think first.
 */
export type ReasoningEffort = "none" | "low" | "medium" | "high";

/**
 * How long runs that are over are kept.
 */
export type Retention = { 
/**
 * At most so many that didn't fail.
 */
runs: number, 
/**
 * At most so many days after their end.
 */
days: number, 
/**
 * The same for failed ones.
 */
failedDays: number, };

/**
 * Who wrote a message.
 */
export type Role = "system" | "user" | "assistant";

/**
 * A run.
 */
export type Run = { 
/**
 * Its id.
 */
id: RunId, 
/**
 * The pipeline's id.
 */
pipelineId: string, 
/**
 * The pipeline's name when the run began.
 */
pipelineName: string, 
/**
 * Which definition it is pinned to, 64 hexadecimal digits.
 */
definitionHash: string, 
/**
 * What began it.
 */
origin: RunOrigin, 
/**
 * How it stands.
 */
status: RunStatus, 
/**
 * What it waits for.
 */
waitReason?: WaitReason, 
/**
 * Why it is paused, as a sentence.
 */
reason?: string, 
/**
 * The kind of failure.
 */
errorCode?: ErrorCode, 
/**
 * The sentence that says what failed and what to do.
 */
errorMessage?: string, 
/**
 * The journal's newest entry; gap-free from 1.
 */
seq: number, 
/**
 * What its calls cost so far, in nano-USD, as far as prices are known.
 */
costNanoUsd: number, 
/**
 * Tokens of its calls, in and out.
 */
tokens: number, 
/**
 * When it was accepted.
 */
createdAt: Timestamp, 
/**
 * When its first step began.
 */
startedAt?: Timestamp, 
/**
 * When it ended.
 */
finishedAt?: Timestamp, };

/**
 * A person's answer.
 */
export type RunAnswerParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * The waiting step's scope.
 */
scope: string, 
/**
 * The node.
 */
node: string, 
/**
 * One of the answers that the step gives to choose from.
 */
answer: string, 
/**
 * What the form was filled in with.
 */
values?: Record<string, unknown>, 
/**
 * Made by the client, so that an answer that is sent twice counts once.
 */
signalId: string, 
/**
 * What the waiting step's `about` said, where it has one: the answer is bound to exactly what was shown.
 */
about?: string, };

/**
 * Changes that were applied, or would be.
 */
export type RunApplied = { 
/**
 * Where.
 */
folder: string, 
/**
 * The commit that they were made for, which is checked out there; absent where the run doesn't say.
 */
base?: string, 
/**
 * The files concerned.
 */
files: Array<string>, 
/**
 * Whether they had been applied before.
 */
already: boolean, };

/**
 * Which changes of which step are applied where.
 */
export type RunApplyParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * The step's scope.
 */
scope: string, 
/**
 * The node.
 */
node: string, 
/**
 * Its data port, which holds a diff.
 */
port: string, 
/**
 * The input of the run that names the folder.
 */
input: string, 
/**
 * Whether it is only looked at what would be done.
 */
check: boolean, };

/**
 * What somebody found out about such an attempt.
 */
export type RunDecideParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * The step's scope.
 */
scope: string, 
/**
 * The node.
 */
node: string, 
/**
 * What became of it.
 */
decision: RunDecision, 
/**
 * Its results by port, of `done`.
 */
values?: Record<string, unknown>, };

/**
 * What became of an attempt whose end isn't known.
 */
export type RunDecision = "done" | "retry" | "fail";

/**
 * An image.
 */
export type RunFile = { 
/**
 * "image/png", …: by its bytes, whatever it is called.
 */
mime: string, 
/**
 * Its bytes in Base64; at most 8 MiB of them.
 */
data: string, };

/**
 * A run of a pipeline.
 */
export type RunId = string;

/**
 * Which run.
 */
export type RunIdParams = { 
/**
 * Its id.
 */
id: RunId, };

/**
 * An item of a map, or an iteration of a loop.
 */
export type RunItem = { 
/**
 * From 0.
 */
index: number, 
/**
 * How its inside stands.
 */
status: StepStatus, 
/**
 * What its calls cost, in nano-USD.
 */
costNanoUsd: number, };

/**
 * The items or iterations of which container.
 */
export type RunItemsParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * The container's own scope.
 */
scope: string, 
/**
 * The container.
 */
node: string, 
/**
 * Where the page before ended.
 */
cursor?: string, };

/**
 * Which entries of a run's journal, oldest first.
 */
export type RunJournalParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * Those after this `seq`.
 */
after?: number, 
/**
 * 1 to 1,000; 200 unless told.
 */
limit?: number, };

/**
 * Which runs, newest first.
 */
export type RunListParams = { 
/**
 * Of this pipeline only.
 */
pipelineId?: string, 
/**
 * That stand so only.
 */
status?: RunStatus, 
/**
 * Where the page before ended.
 */
cursor?: string, 
/**
 * 1 to 200; 50 unless told.
 */
limit?: number, };

/**
 * What began a run.
 */
export type RunOrigin = { "type": "manual" } | { "type": "command" } | { "type": "api" } | { "type": "chat", 
/**
 * The answer that what it gives is written into.
 */
messageId?: MessageId, } | { "type": "trigger", 
/**
 * Its id in the definition.
 */
id: string, } | { "type": "step", 
/**
 * That run.
 */
runId: RunId, } | { "type": "rerun", 
/**
 * That run.
 */
runId: RunId, } | { "type": "test" } | { "type": "failure", 
/**
 * That run.
 */
runId: RunId, };

/**
 * From where a run is begun anew.
 */
export type RunRerunParams = { 
/**
 * The run that was.
 */
id: RunId, 
/**
 * The node that is run again, with all that comes after it.
 */
from: string, 
/**
 * Inputs that are different now.
 */
inputs?: Record<string, unknown>, 
/**
 * "node.port" to a value that stands in for what that run had.
 */
edited?: Record<string, unknown>, 
/**
 * Whether the pipeline's newest definition is taken, not that run's.
 */
latest?: boolean, };

/**
 * What to run: a pipeline by its id, or a definition that isn't kept.
 */
export type RunStartParams = { 
/**
 * The pipeline.
 */
pipelineId?: string, 
/**
 * The definition.
 */
definition: unknown, 
/**
 * Values by name.
 */
inputs: Record<string, unknown>, 
/**
 * The same key within seven days gives the same run.
 */
idempotencyKey?: string, 
/**
 * Ends after this node.
 */
until?: string, 
/**
 * A test of this node alone: nothing before it is run. What it names is pinned, or what the newest run made; where it is
 * neither, or the node is inside another, the test is refused.
 */
only?: string, 
/**
 * Outputs by node and port that stand in for running the node; the file's own unless told.
 */
pins: Record<string, Record<string, unknown>>, 
/**
 * What begins it; a person unless told.
 */
origin?: RunOrigin, 
/**
 * What a definition that isn't kept may do.
 */
allow?: Array<PipelineCapability>, };

/**
 * How a run stands.
 */
export type RunStatus = "queued" | "running" | "waiting" | "paused" | "succeeded" | "failed" | "cancelled";

/**
 * Which step of which run.
 */
export type RunStepParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * Its scope.
 */
scope: string, 
/**
 * The node.
 */
node: string, };

/**
 * The steps of which scope of a run.
 */
export type RunStepsParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * "each:3": an item's or iteration's inside; empty for the top.
 */
scope: string, 
/**
 * Where the page before ended.
 */
cursor?: string, };

/**
 * Which value of which step.
 */
export type RunValueParams = { 
/**
 * The run.
 */
id: RunId, 
/**
 * The step's scope.
 */
scope: string, 
/**
 * The node.
 */
node: string, 
/**
 * Its data port.
 */
port: string, };

/**
 * A run with its steps.
 */
export type RunView = { 
/**
 * The run.
 */
run: Run, 
/**
 * What it is pinned to.
 */
definition: unknown, 
/**
 * Its steps at the top, and the newest inside of containers that are under way: at most 500.
 */
steps: Array<StepRun>, 
/**
 * What it was given.
 */
inputs: Record<string, unknown>, 
/**
 * What it gave back, once it ended well.
 */
outputs?: { [key in string]: ValuePreview }, 
/**
 * What it waits for.
 */
waiting: Array<WaitingStep>, 
/**
 * What may have happened outside of Web+, of one that was cancelled or failed; nothing undoes it. Oldest first, at most 200.
 */
effects?: Array<OutsideEffect>, };

/**
 * The runs of a pipeline, or of a file, that are over.
 */
export type RunsKept = { 
/**
 * The pipeline.
 */
pipelineId: string, 
/**
 * What a person calls it.
 */
name: string, 
/**
 * Whether it is in the library, so that the rule can be changed; else it was removed, or only a file was run.
 */
known: boolean, 
/**
 * How long they are kept.
 */
retention: Retention, 
/**
 * How many there are.
 */
runs: number, 
/**
 * How many of them failed.
 */
failed: number, 
/**
 * When the oldest of them ended.
 */
oldest?: Timestamp, 
/**
 * What they take, in bytes: their rows, and large values, of which each is counted once.
 */
bytes: number, 
/**
 * How many of them are older than they are kept.
 */
expired: number, 
/**
 * What goes with these, in bytes; a large value that another run holds stays.
 */
frees: number, };

/**
 * Whose runs, and by which rule they are looked at.
 */
export type RunsKeptParams = { 
/**
 * Of this pipeline only.
 */
pipelineId?: string, 
/**
 * What would go if they were kept so, in place of how they are.
 */
retention?: Retention, };

/**
 * What was removed.
 */
export type RunsRemoved = { 
/**
 * How many runs.
 */
removed: number, };

/**
 * A secret that was entered; what it is stays where it is kept.
 */
export type SecretEntry = { 
/**
 * As pipelines call it.
 */
name: string, 
/**
 * What it is for: a server by its origin.
 */
place: SecretPlace, 
/**
 * Where it is kept.
 */
keep: KeepKey, 
/**
 * Whether it can be used now. One for the session is gone once Web+ ended; a vault may be closed.
 */
present: boolean, 
/**
 * When it was entered.
 */
setAt: Timestamp, 
/**
 * Pipelines that name it, by id.
 */
pipelines: Array<string>, };

/**
 * Which secret.
 */
export type SecretParams = { 
/**
 * As pipelines call it.
 */
name: string, 
/**
 * What it is for.
 */
place: SecretPlace, };

/**
 * What a secret is for; it goes nowhere else.
 */
export type SecretPlace = { "type": "server", 
/**
 * Such as "https://api.github.com".
 */
address: string, } | { "type": "commands" } | { "type": "signing" };

/**
 * A secret, as typed.
 */
export type SecretSetParams = { 
/**
 * As pipelines call it.
 */
name: string, 
/**
 * What it is for.
 */
place: SecretPlace, 
/**
 * The secret itself.
 */
value: TypedKey, 
/**
 * Where to keep it.
 */
keep?: KeepKey, };

/**
 * How it stands.
 */
export type SelfTest = { 
/**
 * Its job, while it runs and for a while after.
 */
job?: Job, 
/**
 * What the last one found.
 */
report?: SelfTestReport, };

/**
 * A promise and whether it was kept.
 */
export type SelfTestCheck = { 
/**
 * A short name: same_end, once, at_least_once, gap_free, ledger, integrity, references.
 */
id: string, 
/**
 * The promise, as a sentence.
 */
title: string, 
/**
 * Whether it was kept.
 */
passed: boolean, 
/**
 * What was found, as a sentence.
 */
detail: string, };

/**
 * What a self-test found.
 */
export type SelfTestReport = { 
/**
 * Whether every check passed.
 */
passed: boolean, 
/**
 * How often the process was ended in the middle.
 */
kills: number, 
/**
 * Each promise, held against what happened.
 */
checks: Array<SelfTestCheck>, 
/**
 * When it began.
 */
startedAt: Timestamp, 
/**
 * When it ended.
 */
finishedAt: Timestamp, };

/**
 * A message as it was sent to a model.
 */
export type SentMessage = { 
/**
 * "system", "user" or "assistant".
 */
role: string, 
/**
 * Its words; of very long ones the beginning and how much more there was.
 */
content: string, };

/**
 * All settings, with what holds where nothing was set.
 */
export type Settings = { 
/**
 * The model of new conversations.
 */
defaultModel?: ModelRef, 
/**
 * Whether closing the window leaves Web+ in the tray, where there is one.
 */
closeToTray: boolean, 
/**
 * Where starter models are downloaded from; empty for the built-in hub.
 */
hubUrl: string, 
/**
 * A list of starter models (JSON) in place of the built-in one; empty for none.
 */
starterList: string, 
/**
 * Where a newer list of models to choose from is fetched, when that is asked for; empty for nowhere.
 */
catalogueUrl: string, 
/**
 * How long a local model may take to its first token, in seconds: 10 to 3600.
 */
firstTokenTimeout: number, 
/**
 * The most kilobytes a second that our own downloads take: 32 and up; no limit when absent. Ollama knows none.
 */
downloadLimit?: number, };

/**
 * What to change; absent fields stay.
 */
export type SettingsUpdateParams = { 
/**
 * See `Settings`; null for none.
 */
defaultModel?: ModelRef | null, 
/**
 * See `Settings`.
 */
closeToTray?: boolean, 
/**
 * See `Settings`.
 */
hubUrl?: string, 
/**
 * See `Settings`.
 */
starterList?: string, 
/**
 * See `Settings`.
 */
catalogueUrl?: string, 
/**
 * See `Settings`.
 */
firstTokenTimeout?: number, 
/**
 * See `Settings`; null for none.
 */
downloadLimit?: number | null, };

/**
 * A model, and how it is loaded.
 */
export type ShelvedModel = { 
/**
 * What the person chose for it; absent where nothing was.
 */
loadSettings?: LoadSettings, 
/**
 * "provider/name".
 */
id: ModelRef, 
/**
 * What the person sees.
 */
name: string, 
/**
 * Where it is.
 */
state: ModelState, 
/**
 * What it can do.
 */
capabilities: Array<Capability>, 
/**
 * The parameters that it supports.
 */
parameters: Array<ParameterSpec>, 
/**
 * The largest context, in tokens, where known.
 */
contextWindow?: number, 
/**
 * The most tokens in one answer, where known.
 */
maxOutput?: number, 
/**
 * Bytes on disk of a local one.
 */
size?: number, 
/**
 * "Q4_K_M" and the like.
 */
quantization?: string, 
/**
 * "llama", "qwen3" and the like.
 */
family?: string, 
/**
 * "135M" and the like.
 */
parameterSize?: string, 
/**
 * The estimate of memory, in bytes, when loaded with `default_context`.
 */
memoryEstimate?: number, 
/**
 * The context that a local one is loaded with unless told otherwise, in tokens.
 */
defaultContext?: number, 
/**
 * Whether it is only good for trying things out; such a one is never preselected beside another.
 */
testSize: boolean, };

/**
 * What freeing freed.
 */
export type SpaceFreed = { 
/**
 * Bytes.
 */
freed: number, };

/**
 * How fast a model was at one time. What its engine didn't tell is absent.
 */
export type SpeedSample = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * The engine and its version.
 */
engineVersion: string, 
/**
 * Tokens of the prompt read in a second.
 */
promptPerSecond?: number, 
/**
 * Tokens written in a second.
 */
generationPerSecond?: number, 
/**
 * From sending to the first token, in milliseconds, with the model in memory.
 */
firstTokenMs?: number, 
/**
 * What loading took, in milliseconds.
 */
loadMs?: number, 
/**
 * A sentence, where this version writes more than 15 % slower than the one measured before it.
 */
notice?: string, };

/**
 * A model to begin with, as it is offered.
 */
export type Starter = { 
/**
 * Whether it is the one that suits this computer.
 */
proposed: boolean, 
/**
 * What the person sees.
 */
name: string, 
/**
 * "owner/name" at the hub.
 */
repository: string, 
/**
 * The file in it.
 */
file: string, 
/**
 * The branch, tag or commit.
 */
revision: string, 
/**
 * Its licence.
 */
licence: string, 
/**
 * How many parameters, in words.
 */
parameters: string, 
/**
 * How large the file is, in words.
 */
size: string, 
/**
 * The memory of a machine that it suits, in MiB.
 */
minimumMemoryMib: number, 
/**
 * What it is good for, in a sentence.
 */
about: string, };

/**
 * What the status bar and the first start need.
 */
export type Status = { 
/**
 * The application's version.
 */
version: string, 
/**
 * The embedded engine.
 */
engine: EngineState, 
/**
 * Bytes of this computer's memory.
 */
memoryTotal: number, 
/**
 * Bytes of it that are free for a model.
 */
memoryAvailable: number, 
/**
 * What was wrong with the database at this or an earlier start, and what was done, until `system/dismiss`: a sentence a line.
 */
databaseNotice?: string, 
/**
 * Whether nothing can be saved.
 */
readOnly: boolean, };

/**
 * A step of a run: (run, scope, node).
 */
export type StepRun = { 
/**
 * Inside which containers: "each:3/fix:0" is item 3 of `each`, iteration 0 of `fix`; empty at the top.
 */
scope: string, 
/**
 * The node's id.
 */
node: string, 
/**
 * How it stands.
 */
status: StepStatus, 
/**
 * Attempts begun, those that were interrupted apart.
 */
tries: number, 
/**
 * The way it left by: `ok`, `error`, a branch.
 */
port?: string, 
/**
 * Of a container: items or iterations begun.
 */
opened?: number, 
/**
 * Of a map: items in all.
 */
count?: number, 
/**
 * When it goes on, of one that waits for a time.
 */
dueAt?: Timestamp, 
/**
 * The kind of failure.
 */
errorCode?: ErrorCode, 
/**
 * What failed and what to do.
 */
errorMessage?: string, 
/**
 * What its calls cost, in nano-USD; 0 for a reused one.
 */
costNanoUsd: number, 
/**
 * Tokens of its calls, in and out.
 */
tokens: number, 
/**
 * When its first attempt began.
 */
startedAt?: Timestamp, 
/**
 * When it ended.
 */
finishedAt?: Timestamp, };

/**
 * How a step of a run stands.
 */
export type StepStatus = "pending" | "ready" | "running" | "waiting" | "retry_wait" | "succeeded" | "failed" | "skipped" | "cancelled" | "ambiguous" | "reused";

/**
 * A step of a run with all that is known of it.
 */
export type StepView = { 
/**
 * The step.
 */
step: StepRun, 
/**
 * Its attempts, oldest first.
 */
attempts: Array<Attempt>, 
/**
 * What the newest attempt was given, as it was sent.
 */
input?: unknown, 
/**
 * Its results by port.
 */
outputs: { [key in string]: ValuePreview }, 
/**
 * Its model calls, oldest first.
 */
calls: Array<Call>, 
/**
 * What has come so far, of one that streams.
 */
text?: string, 
/**
 * What it was made with less safety for than its settings ask, a sentence each: a program that isn't confined, say.
 */
cautions?: Array<string>, 
/**
 * What a model was asked last, word for word, where that is more than what the step was given.
 */
sent?: Array<SentMessage>, 
/**
 * What an agent used, in the order in which it did.
 */
uses?: Array<ToolUse>, };

/**
 * Who asked for a call.
 */
export type Surface = "chat" | "gateway" | "pipeline" | "eval";

/**
 * How a table's column is aligned.
 */
export type TableAlignment = "none" | "left" | "center" | "right";

/**
 * A named branch of a conversation: a pointer to its newest message.
 */
export type Thread = { 
/**
 * Its id.
 */
id: ThreadId, 
/**
 * The conversation it belongs to.
 */
conversationId: ConversationId, 
/**
 * "main" for the first.
 */
name: string, 
/**
 * Its newest message; absent while the thread is empty.
 */
headId?: MessageId, };

/**
 * A named branch of a conversation.
 */
export type ThreadId = string;

/**
 * Whose threads.
 */
export type ThreadListParams = { 
/**
 * The conversation.
 */
conversationId: ConversationId, };

/**
 * Milliseconds since 1970-01-01 UTC.
 */
export type Timestamp = number;

/**
 * Tokens of one call, normalised once: every vendor's way of counting ends in this one. The kinds don't overlap except
 * where said.
 */
export type TokenUsage = { 
/**
 * Prompt tokens that were neither read from nor written to a cache.
 */
input: number, 
/**
 * Prompt tokens read from the provider's cache.
 */
cacheRead: number, 
/**
 * Prompt tokens written to the provider's cache.
 */
cacheWrite: number, 
/**
 * Tokens of the answer, reasoning included.
 */
output: number, 
/**
 * The part of `output` that was reasoning.
 */
reasoning: number, 
/**
 * Whether these are our estimate, because the provider's own count never came.
 */
estimated: boolean, };

/**
 * What an agent used once. Its details are those of a step of that scope and node.
 */
export type ToolUse = { 
/**
 * The tool, as a step inside of the agent.
 */
step: StepRun, 
/**
 * What the model gave it: the beginning of its JSON.
 */
args?: string, };

/**
 * What is told to webhooks, and to the triggers that wait for an event.
 */
export type Topic = "run.queued" | "run.started" | "run.waiting" | "run.paused" | "run.resumed" | "run.succeeded" | "run.failed" | "run.cancelled" | "run.decision_needed" | "human.requested" | "human.answered" | "human.expired" | "step.started" | "step.retrying" | "step.succeeded" | "step.failed" | "budget.threshold" | "budget.exceeded" | "app.recovered" | "webhook.endpoint_disabled" | "conversation.changed" | "conversation.removed" | "message.changed" | "job.changed" | "model.changed";

/**
 * Whether a trigger begins runs.
 */
export type TriggerEnableParams = { 
/**
 * The pipeline.
 */
pipelineId: string, 
/**
 * The trigger's id in its definition.
 */
id: string, 
/**
 * Whether it does.
 */
enabled: boolean, };

/**
 * Which trigger.
 */
export type TriggerIdParams = { 
/**
 * The pipeline.
 */
pipelineId: string, 
/**
 * The trigger's id in its definition.
 */
id: string, };

/**
 * Triggers of which pipeline.
 */
export type TriggerListParams = { 
/**
 * Of this one only.
 */
pipelineId?: string, };

/**
 * A trigger.
 */
export type TriggerView = { 
/**
 * The pipeline.
 */
pipelineId: string, 
/**
 * Its id in the definition.
 */
id: string, 
/**
 * schedule, watch, event, webhook, api, chat.
 */
kind: string, 
/**
 * Whether it begins runs.
 */
enabled: boolean, 
/**
 * When it does next, of a schedule.
 */
nextAt?: Timestamp, 
/**
 * What went wrong last.
 */
lastError?: string, 
/**
 * What is to be known of how it works just now: why a watched folder is only looked at once a minute, say.
 */
note?: string, 
/**
 * What it does, as a sentence.
 */
description: string, 
/**
 * Where it is reached on this computer, of a webhook.
 */
path?: string, 
/**
 * What a sender signs with, told once: when it was made.
 */
secret?: string, };

/**
 * What an answer waits for.
 */
export type TurnProgress = { "type": "waiting" } | { "type": "loading", 
/**
 * How far.
 */
progress: number, } | { "type": "prefill", 
/**
 * Tokens done.
 */
done: number, 
/**
 * Tokens in all.
 */
total: number, } | { "type": "retrying", 
/**
 * From now, in milliseconds.
 */
afterMs: number, 
/**
 * Which try comes next, from 2.
 */
attempt: number, 
/**
 * Why.
 */
reason: string, } | { "type": "notice", 
/**
 * The sentence.
 */
text: string, };

/**
 * A key as it was typed: read once from the wire, never written.
 */
export type TypedKey = string;

/**
 * The beginning of a value.
 */
export type ValuePreview = { 
/**
 * Its port's type: text, json, number, …
 */
type: string, 
/**
 * Bytes of the whole, as JSON.
 */
size: number, 
/**
 * The value, or the beginning of its text where it is truncated.
 */
preview: unknown, 
/**
 * Whether there is more.
 */
truncated: boolean, };

/**
 * A value.
 */
export type ValueView = { 
/**
 * It.
 */
value: unknown, };

/**
 * A passphrase, for the vault that is there or for a new one.
 */
export type VaultOpenParams = { 
/**
 * As typed; spaces around it don't count, as in a file that holds it.
 */
passphrase: TypedKey, };

/**
 * A vendor of the catalogue.
 */
export type Vendor = { 
/**
 * Its slug.
 */
slug: string, 
/**
 * What the person sees.
 */
name: string, 
/**
 * Which protocol it speaks.
 */
kind: ProviderKind, 
/**
 * Where it is.
 */
baseUrl: string, 
/**
 * Where a person gets a key.
 */
keyUrl?: string, 
/**
 * Whether it needs a key.
 */
needsKey: boolean, };

/**
 * What a waiting run waits for.
 */
export type WaitReason = "timer" | "human" | "decision" | "run";

/**
 * What a run waits for.
 */
export type WaitingStep = { 
/**
 * The step's scope.
 */
scope: string, 
/**
 * The node.
 */
node: string, 
/**
 * For whom or what.
 */
kind: WaitReason, 
/**
 * A JSON Schema of what is asked, of a person.
 */
form?: unknown, 
/**
 * What can be answered, of a person.
 */
answers?: Array<string>, 
/**
 * What is asked, as a sentence.
 */
question?: string, 
/**
 * Exactly what an agent wants to do, to be shown as it is and not as Markdown.
 */
exact?: string, 
/**
 * What the answer to that is bound to: sent back with it.
 */
about?: string, 
/**
 * When it goes on without an answer.
 */
dueAt?: Timestamp, 
/**
 * The other run.
 */
runId?: RunId, };

/**
 * Who is told of events.
 */
export type Webhook = { 
/**
 * Its id.
 */
id: WebhookId, 
/**
 * Where it is reached.
 */
url: string, 
/**
 * What it is told; everything but what is about single steps where it is empty.
 */
topics: Array<string>, 
/**
 * Only of runs of this pipeline.
 */
pipelineId?: string, 
/**
 * Whether it is told at all.
 */
enabled: boolean, 
/**
 * Whether its address may be one of this computer or of a private network.
 */
allowLocal: boolean, 
/**
 * What went wrong last, or why it was switched off by itself.
 */
lastError?: string, 
/**
 * When it was added.
 */
createdAt: Timestamp, 
/**
 * What a receiver checks signatures with, told once: when it was made.
 */
secret?: string, };

/**
 * Which deliveries.
 */
export type WebhookDeliveriesParams = { 
/**
 * The webhook.
 */
id: WebhookId, 
/**
 * Only those that stand so.
 */
state?: DeliveryState, 
/**
 * Where the page begins.
 */
cursor?: string, };

/**
 * An event on its way to a receiver.
 */
export type WebhookDelivery = { 
/**
 * The event: the header `webhook-id` of each try.
 */
eventId: EventRowId, 
/**
 * "run.failed", say.
 */
topic: string, 
/**
 * The run that it tells of.
 */
runId?: RunId, 
/**
 * Its place in that run's journal.
 */
runSeq?: number, 
/**
 * How it stands.
 */
state: DeliveryState, 
/**
 * How often it was tried.
 */
tries: number, 
/**
 * When it is tried next, of one that waits.
 */
nextAt?: Timestamp, 
/**
 * The status that was answered last.
 */
lastStatus?: number, 
/**
 * What went wrong last, as a sentence.
 */
lastError?: string, 
/**
 * When the event happened.
 */
createdAt: Timestamp, 
/**
 * When it was delivered or given up.
 */
endedAt?: Timestamp, };

/**
 * Who is told of events by request.
 */
export type WebhookId = string;

/**
 * Which webhook.
 */
export type WebhookIdParams = { 
/**
 * Its id.
 */
id: WebhookId, };

/**
 * Which delivery is made again.
 */
export type WebhookReplayParams = { 
/**
 * The webhook.
 */
id: WebhookId, 
/**
 * The event.
 */
eventId: EventRowId, };

/**
 * A receiver as it is to be.
 */
export type WebhookSaveParams = { 
/**
 * Which is changed; a new one without it.
 */
id?: WebhookId, 
/**
 * Where it is reached: https://, or this computer.
 */
url: string, 
/**
 * What it is told, such as "run.failed" or "run.*"; everything but what is about single steps where there are none.
 */
topics?: Array<string>, 
/**
 * Only of runs of this pipeline.
 */
pipelineId?: string, 
/**
 * Whether it is told at all; yes unless said.
 */
enabled?: boolean, 
/**
 * Whether its address may be one of this computer or of a private network; no unless said.
 */
allowLocal?: boolean, 
/**
 * What is signed with: "whsec_" and Base64. Without one a new receiver gets one, and an old one keeps its own.
 */
secret?: TypedKey, 
/**
 * Where to keep the secret.
 */
keep?: KeepKey, };

/** Every method with its parameters and its result. */
export interface Methods {
  "call/list": { params: CallListParams; result: Page<Call> };
  "call/sum": { params: CallSumParams; result: CallSum };
  "code/highlight": { params: CodeHighlightParams; result: HighlightedCode };
  "context/measure": { params: ContextMeasureParams; result: ContextMeasure };
  "conversation/create": { params: ConversationCreateParams; result: Conversation };
  "conversation/delete": { params: ConversationIdParams; result: Nothing };
  "conversation/draft": { params: ConversationDraftParams; result: Nothing };
  "conversation/get": { params: ConversationIdParams; result: ConversationView };
  "conversation/list": { params: ConversationListParams; result: Page<Conversation> };
  "conversation/restore": { params: ConversationIdParams; result: Conversation };
  "conversation/update": { params: ConversationUpdateParams; result: Conversation };
  "engine/state": { params: Nothing; result: EngineState };
  "hub/files": { params: HubFilesParams; result: Array<HubFile> };
  "hub/search": { params: HubSearchParams; result: Array<HubRepository> };
  "job/cancel": { params: JobIdParams; result: Nothing };
  "job/list": { params: Nothing; result: Array<Job> };
  "job/pause": { params: JobIdParams; result: Nothing };
  "job/resume": { params: JobIdParams; result: Job };
  "markup/render": { params: MarkupRenderParams; result: FormattedText };
  "message/continue": { params: MessageIdParams; result: MessageSent };
  "message/edit": { params: MessageEditParams; result: MessageSent };
  "message/get": { params: MessageIdParams; result: MessageView };
  "message/list": { params: MessageListParams; result: MessagePage };
  "message/regenerate": { params: MessageRegenerateParams; result: MessageSent };
  "message/run": { params: MessageRunParams; result: MessageSent };
  "message/select": { params: MessageIdParams; result: MessagePage };
  "message/send": { params: MessageSendParams; result: MessageSent };
  "message/stop": { params: MessageIdParams; result: Nothing };
  "model/benchmark": { params: ModelIdParams; result: Job };
  "model/catalogue": { params: Nothing; result: Catalogue };
  "model/catalogue-refresh": { params: Nothing; result: Catalogue };
  "model/copy": { params: ModelNameParams; result: Model };
  "model/create": { params: ModelCreateParams; result: Job };
  "model/discover": { params: Nothing; result: Array<FoundFile> };
  "model/download": { params: ModelDownloadParams; result: Job };
  "model/estimate": { params: ModelEstimateParams; result: ModelEstimate };
  "model/evictions": { params: ModelEvictionsParams; result: ModelEvictions };
  "model/free-space": { params: Nothing; result: SpaceFreed };
  "model/import": { params: ModelImportParams; result: Model };
  "model/list": { params: ModelListParams; result: ModelList };
  "model/load-settings": { params: ModelLoadSettingsParams; result: ShelvedModel };
  "model/move-folder": { params: ModelMoveFolderParams; result: Job };
  "model/pull": { params: ModelPullParams; result: Job };
  "model/remove": { params: ModelIdParams; result: ModelsRemoved };
  "model/remove-many": { params: ModelIdsParams; result: ModelsRemoved };
  "model/rename": { params: ModelNameParams; result: Model };
  "model/repair": { params: ModelIdParams; result: Job };
  "model/show": { params: ModelIdParams; result: ModelDetails };
  "model/space": { params: Nothing; result: ModelSpace };
  "model/speed": { params: ModelIdParams; result: Array<SpeedSample> };
  "model/start": { params: ModelStartParams; result: Model };
  "model/starters": { params: Nothing; result: Array<Starter> };
  "model/stop": { params: ModelIdParams; result: Nothing };
  "model/updates": { params: Nothing; result: Array<ModelUpdate> };
  "ollama/configure": { params: OllamaSettings; result: OllamaConfigured };
  "ollama/log": { params: OllamaLogParams; result: OllamaLog };
  "ollama/look": { params: Nothing; result: Nothing };
  "ollama/restart": { params: Nothing; result: Nothing };
  "ollama/settings": { params: Nothing; result: OllamaSettings };
  "ollama/start": { params: Nothing; result: Nothing };
  "ollama/state": { params: Nothing; result: OllamaState };
  "ollama/stop": { params: Nothing; result: Nothing };
  "ollama/trust": { params: Nothing; result: Nothing };
  "ollama/variables": { params: Nothing; result: Array<OllamaVariable> };
  "pipeline/allow": { params: PipelineAllowParams; result: PipelineView };
  "pipeline/create": { params: PipelineCreateParams; result: PipelineView };
  "pipeline/delete": { params: PipelineIdParams; result: Nothing };
  "pipeline/estimate": { params: PipelineEstimateParams; result: PipelineEstimate };
  "pipeline/evaluate": { params: PipelineEvaluateParams; result: ValueView };
  "pipeline/export": { params: PipelineExportParams; result: PipelineFile };
  "pipeline/files": { params: Nothing; result: Array<PipelineFolder> };
  "pipeline/get": { params: PipelineIdParams; result: PipelineView };
  "pipeline/kinds": { params: Nothing; result: Array<PipelineKind> };
  "pipeline/list": { params: Nothing; result: Array<PipelineSummary> };
  "pipeline/restore": { params: PipelineIdParams; result: PipelineView };
  "pipeline/retention": { params: PipelineRetentionParams; result: Retention };
  "pipeline/save": { params: PipelineSaveParams; result: PipelineView };
  "pipeline/schema": { params: Nothing; result: ValueView };
  "pipeline/templates": { params: Nothing; result: Array<PipelineTemplate> };
  "pipeline/test": { params: PipelineDefinitionParams; result: PipelineTestReport };
  "pipeline/validate": { params: PipelineDefinitionParams; result: PipelineCheck };
  "pipeline/version": { params: PipelineVersionParams; result: PipelineFile };
  "pipeline/versions": { params: PipelineIdParams; result: Array<PipelineVersion> };
  "pipeline/watch": { params: PipelineWatchParams; result: Array<PipelineFolder> };
  "preset/delete": { params: PresetIdParams; result: Nothing };
  "preset/list": { params: Nothing; result: Array<Preset> };
  "preset/save": { params: PresetSaveParams; result: Preset };
  "provider/add": { params: ProviderAddParams; result: Provider };
  "provider/key-places": { params: Nothing; result: KeyPlaces };
  "provider/list": { params: Nothing; result: Array<Provider> };
  "provider/remove": { params: ProviderIdParams; result: Nothing };
  "provider/set-key": { params: ProviderSetKeyParams; result: Provider };
  "provider/test": { params: ProviderIdParams; result: ProviderTest };
  "provider/update": { params: ProviderUpdateParams; result: Provider };
  "provider/vendors": { params: Nothing; result: Array<Vendor> };
  "run/answer": { params: RunAnswerParams; result: Run };
  "run/apply": { params: RunApplyParams; result: RunApplied };
  "run/cancel": { params: RunIdParams; result: Run };
  "run/decide": { params: RunDecideParams; result: Run };
  "run/delete": { params: RunIdParams; result: Nothing };
  "run/file": { params: RunValueParams; result: RunFile };
  "run/get": { params: RunIdParams; result: RunView };
  "run/items": { params: RunItemsParams; result: Page<RunItem> };
  "run/journal": { params: RunJournalParams; result: Page<JournalEntry> };
  "run/kept": { params: RunsKeptParams; result: AllRunsKept };
  "run/list": { params: RunListParams; result: Page<Run> };
  "run/pause": { params: RunIdParams; result: Run };
  "run/rerun": { params: RunRerunParams; result: Run };
  "run/resume": { params: RunIdParams; result: Run };
  "run/start": { params: RunStartParams; result: Run };
  "run/step": { params: RunStepParams; result: StepView };
  "run/steps": { params: RunStepsParams; result: Page<StepRun> };
  "run/tidy": { params: Nothing; result: RunsRemoved };
  "run/value": { params: RunValueParams; result: ValueView };
  "secret/delete": { params: SecretParams; result: Nothing };
  "secret/list": { params: Nothing; result: Array<SecretEntry> };
  "secret/set": { params: SecretSetParams; result: Nothing };
  "selftest/start": { params: Nothing; result: Job };
  "selftest/state": { params: Nothing; result: SelfTest };
  "settings/get": { params: Nothing; result: Settings };
  "settings/update": { params: SettingsUpdateParams; result: Settings };
  "system/bundle": { params: Nothing; result: Bundle };
  "system/dismiss": { params: Nothing; result: Nothing };
  "system/doctor": { params: Nothing; result: Doctor };
  "system/hardware": { params: Nothing; result: Machine };
  "system/status": { params: Nothing; result: Status };
  "thread/list": { params: ThreadListParams; result: Array<Thread> };
  "trigger/enable": { params: TriggerEnableParams; result: TriggerView };
  "trigger/fire": { params: TriggerIdParams; result: Run };
  "trigger/list": { params: TriggerListParams; result: Array<TriggerView> };
  "vault/open": { params: VaultOpenParams; result: Nothing };
  "webhook/deliveries": { params: WebhookDeliveriesParams; result: Page<WebhookDelivery> };
  "webhook/list": { params: Nothing; result: Array<Webhook> };
  "webhook/remove": { params: WebhookIdParams; result: Nothing };
  "webhook/replay": { params: WebhookReplayParams; result: WebhookDelivery };
  "webhook/save": { params: WebhookSaveParams; result: Webhook };
}
