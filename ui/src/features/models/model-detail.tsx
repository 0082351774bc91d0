import { MessageSquarePlus, Trash2, X } from 'lucide-react';
import type { ReactNode } from 'react';

import type { EngineState, Model, ParameterSpec } from '@/api/generated';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Header } from '@/components/header';
import { IconButton } from '@/components/icon-button';
import { ScrollArea } from '@/components/scroll-area';
import { useActions } from '@/lib/actions';
import { formatBytes, formatCount, formatTokens } from '@/lib/format';

import { capabilityWord, fitOf, isLocal, type Memory } from './facts';
import { LoadControl } from './load-control';
import { FitCell, StateCell } from './state-cell';
import { useModelVerbs } from './use-model-verbs';
import { isBuiltIn } from './use-shelf';

export interface ModelDetailProps {
  model: Model;
  providerName: string;
  memory: Memory | undefined;
  engine: EngineState | undefined;
  onClose: () => void;
  onRemove: () => void;
}

export function ModelDetail({ model, providerName, memory, engine, onClose, onRemove }: ModelDetailProps) {
  const verbs = useModelVerbs(model);
  const { state } = model;
  useActions([
    { id: 'models.details.close', title: 'Close the details', section: 'Models', shortcut: 'Escape', run: onClose },
  ]);
  return (
    <div className="flex h-full flex-col">
      <Header title={model.name} level={2}>
        <IconButton label="Close details" icon={X} onClick={onClose} />
      </Header>
      <ScrollArea className="flex flex-1 flex-col gap-5 p-4">
        {model.testSize && (
          <p className="rounded-control border border-info-border bg-info-surface px-3 py-2 text-dense">
            Test size: good for seeing that everything works. Its answers are often wrong.
          </p>
        )}
        {state.type === 'damaged' && (
          <ErrorState
            title="This model can’t be used"
            action={
              isBuiltIn(model.id) && (
                <Button icon={Trash2} onClick={onRemove}>
                  Remove model
                </Button>
              )
            }
          >
            {state.reason}
          </ErrorState>
        )}
        {isLocal(model) && state.type !== 'damaged' && (
          <LoadControl key={model.id} model={model} verbs={verbs} engine={engine} memory={memory} />
        )}
        {verbs.canChat && state.type !== 'damaged' && (
          <div className="flex flex-wrap gap-2">
            <Button
              icon={MessageSquarePlus}
              busy={verbs.chat.isPending}
              onClick={() => verbs.chat.mutate({ model: model.id })}
            >
              New chat with it
            </Button>
            {!verbs.isDefault && (
              <Button
                variant="ghost"
                busy={verbs.choose.isPending}
                onClick={() => verbs.choose.mutate({ defaultModel: model.id })}
              >
                Use for new chats
              </Button>
            )}
          </div>
        )}
        <Section title="Can do">
          <div className="flex flex-wrap gap-1.5">
            {model.capabilities.map((capability) => (
              <Badge key={capability}>{capabilityWord(capability)}</Badge>
            ))}
          </div>
        </Section>
        <Section title="Facts">
          <dl className="tabular">
            <Fact name="Provider">{providerName}</Fact>
            <Fact name="State">
              <StateCell model={model} engine={engine} />
            </Fact>
            <Fact name="Family">{model.family}</Fact>
            <Fact name="Parameters">{model.parameterSize}</Fact>
            <Fact name="Quantisation">{model.quantization}</Fact>
            <Fact name="Size on disk">{model.size === undefined ? undefined : formatBytes(model.size)}</Fact>
            <Fact name="Largest context">
              {model.contextWindow === undefined ? undefined : formatTokens(model.contextWindow)}
            </Fact>
            <Fact name="Longest answer">
              {model.maxOutput === undefined ? undefined : formatTokens(model.maxOutput)}
            </Fact>
            {isLocal(model) && state.type !== 'damaged' && (
              <Fact name="On this computer">
                <FitCell fit={fitOf(model, memory)} />
              </Fact>
            )}
            <Fact name="Name for the API">
              <code className="font-mono text-caption break-all select-all">{model.id}</code>
            </Fact>
          </dl>
        </Section>
        {model.parameters.length > 0 && (
          <Section title="Parameters">
            <dl className="tabular">
              {model.parameters.map((spec) => (
                <Fact key={spec.name} name={parameterWords[spec.name]}>
                  {rangeWords(spec)}
                </Fact>
              ))}
            </dl>
          </Section>
        )}
        {isBuiltIn(model.id) && (
          <Button variant="ghost" icon={Trash2} onClick={onRemove} className="self-start text-danger!">
            Remove model
          </Button>
        )}
      </ScrollArea>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="text-caption font-medium text-muted-foreground">{title}</h3>
      {children}
    </section>
  );
}

/** Nothing is shown where nothing is known. */
function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === undefined) return null;
  return (
    <div className="flex min-h-8 items-center justify-between gap-4 border-b border-border py-1 text-dense last:border-0">
      <dt className="shrink-0 text-muted-foreground">{name}</dt>
      <dd className="min-w-0 text-right">{children}</dd>
    </div>
  );
}

const parameterWords: Record<ParameterSpec['name'], string> = {
  temperature: 'Temperature',
  topP: 'Top P',
  topK: 'Top K',
  maxTokens: 'Longest answer',
  contextSize: 'Context size',
  seed: 'Seed',
  stop: 'Stop sequences',
  reasoningEffort: 'Reasoning effort',
  jsonSchema: 'JSON schema',
};

function rangeWords({ name, min, max, default: usual }: ParameterSpec): string {
  const range =
    name === 'stop' && max !== undefined
      ? `up to ${max}`
      : min !== undefined && max !== undefined
        ? `${formatCount(min)} to ${formatCount(max)}`
        : min !== undefined && min > 0
          ? `from ${formatCount(min)}`
          : max !== undefined
            ? `up to ${formatCount(max)}`
            : 'supported';
  return usual === undefined ? range : `${range}, usually ${formatCount(usual)}`;
}
