/** The chat that begins with the next message. */
import { Link, useNavigate } from '@tanstack/react-router';
import { Boxes } from 'lucide-react';
import { useEffect, useState } from 'react';

import { useCall, useClient } from '@/api/query';
import { buttonClass } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { useHost } from '@/host/host';
import { useStore } from '@/lib/store';

import { Composer } from './composer/composer';
import { ModelPicker } from './composer/model-picker';
import { useDraft } from './composer/use-draft';
import { forgetFreshChat, freshChat, freshDraft, lastModel } from './state/fresh';
import { preferredModel, useModels } from './state/models';
import { asRun } from './state/run-command';
import { transcriptsOf } from './state/transcripts';

const examples = [
  { title: 'Explain a thing', prompt: 'Explain how a heat pump works, in five short sentences.' },
  {
    title: 'Write for me',
    prompt: 'Write a friendly note to a neighbour about the noise last night. Three sentences.',
  },
  { title: 'Help with code', prompt: 'Write a Python function that groups a list of words by their first letter.' },
] as const;

/** Who would answer a new chat. */
export function useFreshModel() {
  const models = useModels();
  const settings = useCall('settings/get', {});
  const { model } = useStore(freshChat);
  const chosen = preferredModel(models.all, [model, settings.data?.defaultModel, lastModel.get()]);
  return { models, chosen };
}

export function NewChat() {
  const client = useClient();
  const host = useHost();
  const navigate = useNavigate();
  const { models, chosen } = useFreshModel();
  const [picking, setPicking] = useState(false);
  const [draft, setDraft] = useState({ text: freshDraft.get(), round: 0 });
  const keepDraft = useDraft(freshDraft.set);
  const none = !models.pending && models.error === null && models.all.length === 0;

  useEffect(() => host.setTitle(null), [host]);

  const send = async (text: string) => {
    const { systemPrompt, parameters } = freshChat.get();
    const run = asRun(text);
    const sent =
      run === null
        ? await client.call('message/send', {
            text,
            ...(chosen === undefined ? {} : { model: chosen }),
            ...(systemPrompt === '' ? {} : { systemPrompt }),
            parameters: parameters,
          })
        : await client.call('message/run', { text: run });
    transcriptsOf(client).begun(sent);
    forgetFreshChat();
    await navigate({ to: '/chat/$conversationId', params: { conversationId: sent.conversation.id } });
  };

  return (
    <div className="@container flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto">
        {none ? (
          <NoModel problems={models.problems.length} />
        ) : (
          <Welcome onExample={(text) => setDraft(({ round }) => ({ text, round: round + 1 }))} />
        )}
      </div>
      {models.error && (
        <div className="mx-auto w-full max-w-reading px-6 pb-2">
          <Failure title="The model list didn’t load" error={models.error} onRetry={models.retry} />
        </div>
      )}
      <Composer
        key={draft.round}
        initial={draft.text}
        onDraft={keepDraft}
        onSend={send}
        running={false}
        onStop={() => undefined}
        blocked={chosen === undefined ? 'Choose a model first.' : null}
        picker={
          <ModelPicker
            models={models}
            chosen={chosen}
            onChoose={(model) => {
              lastModel.set(model);
              freshChat.set({ ...freshChat.get(), model });
            }}
            open={picking}
            onOpenChange={setPicking}
          />
        }
      />
    </div>
  );
}

function Welcome({ onExample }: { onExample: (text: string) => void }) {
  return (
    <div className="mx-auto flex min-h-full w-full max-w-reading flex-col justify-end gap-5 px-4 py-6 @2xl:px-6">
      <div className="flex flex-col gap-1">
        <h2 className="text-title">What shall we begin with?</h2>
        <p className="text-base text-pretty text-muted-foreground">
          Ask anything below. Nothing leaves this computer unless you choose a cloud model for it.
        </p>
      </div>
      <ul className="grid gap-2 @2xl:grid-cols-3">
        {examples.map(({ title, prompt }) => (
          <li key={title} className="flex">
            <button
              type="button"
              onClick={() => onExample(prompt)}
              className="flex w-full flex-col gap-1 rounded-panel border border-border p-3.5 text-left transition-colors hover:bg-panel"
            >
              <span className="text-dense font-medium">{title}</span>
              <span className="text-dense text-pretty text-muted-foreground">{prompt}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function NoModel({ problems }: { problems: number }) {
  return (
    <EmptyState
      icon={Boxes}
      title="No model to talk to yet"
      action={
        <Link to="/models" className={buttonClass('primary', 'medium')}>
          Open Models
        </Link>
      }
    >
      {problems > 0
        ? 'Your providers can’t be asked at the moment. Models shows why, and how to add one that runs on this computer.'
        : 'Add one that runs on this computer, or connect a provider. What you write below stays until then.'}
    </EmptyState>
  );
}
