import { Copy, Ellipsis, FilePlus2, MessageSquarePlus, PencilLine, Trash2, Wrench, X } from 'lucide-react';
import { useState } from 'react';

import type { EngineState, ParameterSpec, ProviderKind, ShelvedModel } from '@/api/generated';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Header } from '@/components/header';
import { IconButton } from '@/components/icon-button';
import { Menu, type MenuEntry } from '@/components/menu';
import { Tabs } from '@/components/tabs';
import { useActions } from '@/lib/actions';
import { formatBytes, formatCount, formatTokens } from '@/lib/format';

import { capabilityWord, fitOf, isLocal, isRemovable, type Memory } from '../facts';
import { LoadControl } from '../load-control';
import { FitCell, StateCell } from '../state-cell';
import { useModelVerbs, type ModelVerbs } from '../use-model-verbs';
import { FileTab } from './file-tab';
import { LoadingTab } from './loading-tab';
import { NameDialog } from './name-dialog';
import { Fact, Section } from './parts';
import { SpeedTab } from './speed-tab';
import { TextsTab } from './texts-tab';
import { VariantDialog } from './variant-dialog';

export interface ModelDetailProps {
  model: ShelvedModel;
  kind: ProviderKind | undefined;
  providerName: string;
  memory: Memory | undefined;
  engine: EngineState | undefined;
  onClose: () => void;
  onRemove: () => void;
  /** Another model, by its id. */
  onChoose: (id: string) => void;
}

type Part = 'overview' | 'loading' | 'speed' | 'texts' | 'file';

export default function ModelDetail(props: ModelDetailProps) {
  const { model, kind, onClose, onChoose } = props;
  const [part, setPart] = useState<Part>('overview');
  const [naming, setNaming] = useState<'copy' | 'rename' | null>(null);
  const [varying, setVarying] = useState(false);
  const verbs = useModelVerbs(model);
  useActions([
    { id: 'models.details.close', title: 'Close the details', section: 'Models', shortcut: 'Escape', run: onClose },
  ]);
  const isOllama = kind === 'ollama' && isLocal(model);
  const works = isLocal(model) && model.state.type !== 'damaged' && model.state.type !== 'pulling';
  const entries: MenuEntry[] = [
    { label: 'Make a variant…', icon: FilePlus2, onSelect: () => setVarying(true) },
    { label: 'Copy…', icon: Copy, onSelect: () => setNaming('copy') },
    { label: 'Rename…', icon: PencilLine, onSelect: () => setNaming('rename') },
  ];
  const overview = <Overview {...props} verbs={verbs} />;
  return (
    <div className="flex h-full flex-col">
      {/* In a narrow window the place’s own heading isn’t there. */}
      <h1 className="sr-only @2xl:hidden">Models</h1>
      <Header title={model.name} level={2}>
        {isOllama && works && (
          <Menu align="end" entries={entries} trigger={<IconButton label="More about this model" icon={Ellipsis} />} />
        )}
        <IconButton label="Close details" icon={X} onClick={onClose} />
      </Header>
      {works ? (
        <Tabs
          aria-label={`About ${model.name}`}
          value={part}
          onChange={setPart}
          className="flex-1"
          tabs={[
            { value: 'overview', label: 'About', content: overview },
            {
              value: 'loading',
              label: 'Load',
              content: <LoadingTab model={model} kind={kind} memory={props.memory} />,
            },
            { value: 'speed', label: 'Speed', content: <SpeedTab model={model} /> },
            { value: 'texts', label: 'Prompt', content: <TextsTab id={model.id} /> },
            { value: 'file', label: 'File', content: <FileTab id={model.id} /> },
          ]}
        />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto">{overview}</div>
      )}
      {naming !== null && (
        <NameDialog
          model={model}
          verb={naming}
          onClose={() => setNaming(null)}
          onDone={(next) => {
            setNaming(null);
            onChoose(next.id);
          }}
        />
      )}
      {varying && <VariantDialog model={model} onClose={() => setVarying(false)} />}
    </div>
  );
}

function Overview({
  model,
  kind,
  providerName,
  memory,
  engine,
  onRemove,
  verbs,
}: ModelDetailProps & { verbs: ModelVerbs }) {
  const { state } = model;
  const { repair } = verbs;
  return (
    <div className="flex flex-col gap-5 p-4">
      {model.testSize && (
        <p className="rounded-control border border-info-border bg-info-surface px-3 py-2 text-dense">
          Test size: good for seeing that everything works. Its answers are often wrong.
        </p>
      )}
      {state.type === 'damaged' && (
        <ErrorState
          title="This model can’t be used"
          action={
            <span className="flex flex-wrap gap-2">
              <Button icon={Wrench} busy={repair.isPending} onClick={() => repair.mutate({ id: model.id })}>
                Repair
              </Button>
              <Button icon={Trash2} onClick={onRemove}>
                Remove model
              </Button>
            </span>
          }
        >
          {state.reason}
          {repair.error && <span className="mt-1 block">It wasn’t repaired. {repair.error.message}</span>}
          {repair.isSuccess && <span className="mt-1 block">The repair is among the downloads.</span>}
        </ErrorState>
      )}
      {state.type === 'not_answering' && (
        <ErrorState title="This model doesn’t answer">
          {state.message} Unload it; it can be loaded again afterwards.
        </ErrorState>
      )}
      {isLocal(model) && state.type !== 'damaged' && state.type !== 'pulling' && (
        <LoadControl key={model.id} model={model} kind={kind} verbs={verbs} engine={engine} memory={memory} />
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
          <Fact name="Longest answer">{model.maxOutput === undefined ? undefined : formatTokens(model.maxOutput)}</Fact>
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
      {isRemovable(model) && state.type !== 'damaged' && (
        <Button variant="ghost" icon={Trash2} onClick={onRemove} className="self-start text-danger!">
          Remove model
        </Button>
      )}
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
