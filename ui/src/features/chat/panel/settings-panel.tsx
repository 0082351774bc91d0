/** What the next turns of a conversation use: system prompt, parameters, presets. A chat that isn't one yet has the same. */
import { X } from 'lucide-react';

import type { Conversation, Parameters as Sampling } from '@/api/generated';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Header } from '@/components/header';
import { IconButton } from '@/components/icon-button';
import { Textarea } from '@/components/textarea';
import { createStore, useStore } from '@/lib/store';
import { toApiError, type ApiError } from '@/api/error';
import { useState } from 'react';

import { useFreshModel } from '../new-chat';
import { freshChat } from '../state/fresh';
import type { Transcript } from '../state/transcript';
import { ParameterFields } from './parameter-fields';
import { Presets } from './presets';
import { useTyped } from './use-typed';

/** What is set, wherever it is kept. */
export interface TurnSettings {
  model?: string;
  systemPrompt: string;
  parameters: Partial<Sampling>;
}

const none = createStore<Conversation | null>(null);

export default function SettingsPanel({ transcript, onClose }: { transcript: Transcript | null; onClose: () => void }) {
  const fresh = useStore(freshChat);
  const { models, chosen } = useFreshModel();
  const conversation = useStore(transcript?.conversation ?? none);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const settings: TurnSettings | null = transcript ? conversation : fresh;
  const model = transcript ? conversation?.model : chosen;

  const change = (changes: Partial<TurnSettings>) => {
    setFailure(null);
    if (!transcript) freshChat.set({ ...freshChat.get(), ...changes });
    else transcript.update(changes as never).catch((thrown: unknown) => setFailure(toApiError(thrown)));
  };

  return (
    <div className="flex h-full min-h-0 flex-col">
      <Header title="Chat settings" level={2}>
        <IconButton label="Close" icon={X} onClick={onClose} className="-mr-2" />
      </Header>
      {settings && (
        <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto p-4">
          {failure && <Failure title="It wasn’t saved" error={failure} />}
          <Presets settings={{ ...settings, ...(model === undefined ? {} : { model }) }} onApply={change} />
          <SystemPrompt value={settings.systemPrompt} onChange={(systemPrompt) => change({ systemPrompt })} />
          <ParameterFields
            specs={models.all.find((candidate) => candidate.id === model)?.parameters ?? null}
            model={model}
            values={settings.parameters}
            onChange={(parameters) => change({ parameters })}
          />
        </div>
      )}
    </div>
  );
}

function SystemPrompt({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, type, keep] = useTyped(value, onChange);
  return (
    <Field label="System prompt" description="Sent before the messages: who the model is, how it should answer.">
      <Textarea
        value={text}
        onChange={type}
        onBlur={keep}
        minRows={4}
        maxRows={16}
        placeholder="You answer in short, plain sentences."
      />
    </Field>
  );
}
