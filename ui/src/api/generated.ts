// Generated from the method table by `cargo xtask bindings`. Do not edit.

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
 * One check.
 */
export type Check = { 
/**
 * Which: "database", "engine", "keychain", "memory", "provider.openai".
 */
id: string, 
/**
 * How it ended.
 */
status: CheckStatus, 
/**
 * What was found.
 */
message: string, 
/**
 * What to do about it.
 */
fix?: string, };

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
 * All checks.
 */
export type Doctor = { 
/**
 * In the order in which they matter.
 */
checks: Array<Check>, };

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
export type ErrorCode = "invalid_input" | "unauthorized" | "forbidden" | "not_found" | "conflict" | "too_large" | "model_not_found" | "provider_auth" | "provider_unreachable" | "provider_bad_reply" | "provider_failed" | "rate_limited" | "context_too_long" | "interrupted" | "timed_out" | "cancelled" | "engine_unavailable" | "engine_failed" | "model_damaged" | "out_of_memory" | "keychain_locked" | "keychain_missing" | "disk_full" | "read_only" | "database_damaged" | "database_newer" | "busy" | "internal";

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
state: EngineState, } | { "type": "job.changed", 
/**
 * As it is now.
 */
job: Job, } | { "type": "settings.changed" } | { "type": "usage.changed" };

/**
 * "EPOCH-SEQ": which start of the application, and which event since. An id of another epoch can't be resumed from.
 */
export type EventId = string;

/**
 * Why a model stopped.
 */
export type FinishReason = "stop" | "length" | "tool_use" | "refusal" | "other";

/**
 * Code in spans.
 */
export type HighlightedCode = { 
/**
 * Spans by line; absent where the language is unknown or the code too long, which is then shown plain.
 */
lines?: Array<Array<CodeSpan>>, };

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
vault: boolean, };

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
 * When it was made.
 */
createdAt: Timestamp, };

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
 * What a model takes with a context.
 */
export type ModelEstimate = { 
/**
 * Tokens.
 */
context: number, 
/**
 * Bytes of memory, reckoned before it is loaded.
 */
memory: number, 
/**
 * Whether it takes more than that: its architecture keeps the context in a way that can't be reckoned.
 */
atLeast: boolean, };

/**
 * Whose memory is reckoned, with which contexts.
 */
export type ModelEstimateParams = { 
/**
 * "embedded/name".
 */
id: ModelRef, 
/**
 * Lengths in tokens: 1 to 32 of them, each at least 1.
 */
contexts: Array<number>, };

/**
 * Which model.
 */
export type ModelIdParams = { 
/**
 * "provider/name".
 */
id: ModelRef, };

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
models: Array<Model>, 
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
 * "provider/name": which model, at which provider.
 */
export type ModelRef = string;

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
force?: boolean, };

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
context: number, } | { "type": "damaged", 
/**
 * What is wrong with it.
 */
reason: string, };

/**
 * No parameters, or nothing to answer.
 */
export type Nothing = Record<symbol, never>;

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
 * Who wrote a message.
 */
export type Role = "system" | "user" | "assistant";

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
 * How long a local model may take to its first token, in seconds: 10 to 3600.
 */
firstTokenTimeout: number, };

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
firstTokenTimeout?: number, };

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
 * What was wrong with the database at the start, and what was done.
 */
databaseNotice?: string, 
/**
 * Whether nothing can be saved.
 */
readOnly: boolean, };

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
  "job/cancel": { params: JobIdParams; result: Nothing };
  "job/list": { params: Nothing; result: Array<Job> };
  "job/pause": { params: JobIdParams; result: Nothing };
  "job/resume": { params: JobIdParams; result: Job };
  "message/continue": { params: MessageIdParams; result: MessageSent };
  "message/edit": { params: MessageEditParams; result: MessageSent };
  "message/get": { params: MessageIdParams; result: MessageView };
  "message/list": { params: MessageListParams; result: MessagePage };
  "message/regenerate": { params: MessageRegenerateParams; result: MessageSent };
  "message/select": { params: MessageIdParams; result: MessagePage };
  "message/send": { params: MessageSendParams; result: MessageSent };
  "message/stop": { params: MessageIdParams; result: Nothing };
  "model/download": { params: ModelDownloadParams; result: Job };
  "model/estimate": { params: ModelEstimateParams; result: Array<ModelEstimate> };
  "model/import": { params: ModelImportParams; result: Model };
  "model/list": { params: ModelListParams; result: ModelList };
  "model/remove": { params: ModelIdParams; result: Nothing };
  "model/start": { params: ModelStartParams; result: Model };
  "model/starters": { params: Nothing; result: Array<Starter> };
  "model/stop": { params: ModelIdParams; result: Nothing };
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
  "settings/get": { params: Nothing; result: Settings };
  "settings/update": { params: SettingsUpdateParams; result: Settings };
  "system/doctor": { params: Nothing; result: Doctor };
  "system/status": { params: Nothing; result: Status };
  "thread/list": { params: ThreadListParams; result: Array<Thread> };
}
