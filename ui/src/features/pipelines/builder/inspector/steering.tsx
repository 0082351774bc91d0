/** Retries, time-outs, errors, cache, effect: what most steps leave as it is, folded. */
import { Disclosure } from '@/components/disclosure';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { Switch } from '@/components/switch';

import type { KindInfo } from '../../shared/api';
import { isRecord, type NodeSpec } from '../../shared/definition';
import { changed, withNode } from '../model/edits';
import { useEditor } from '../model/use-editor';
import { JsonField } from './json-field';

const usual = 'usual';

export function Steering({ node, kind }: { node: NodeSpec; kind: KindInfo | undefined }) {
  const editor = useEditor();
  const set = (changes: Partial<Record<keyof NodeSpec, unknown>>) =>
    editor.edit(
      'Change how it runs',
      (definition) => withNode(definition, node.id, (old) => changed(old, changes as Partial<NodeSpec>)),
      `${node.id}:${Object.keys(changes).join()}`,
    );
  const inside = (key: 'retry' | 'timeout', name: string, value: unknown) => {
    const old = node[key];
    const next = changed<Record<string, unknown>>(isRecord(old) ? old : {}, { [name]: value });
    set({ [key]: Object.keys(next).length > 0 ? next : undefined });
  };
  const retry = isRecord(node.retry) ? node.retry : {};
  const timeout =
    typeof node.timeout === 'string' ? { attempt: node.timeout } : isRecord(node.timeout) ? node.timeout : {};
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const onError = isRecord(node.on_error) ? 'default' : typeof node.on_error === 'string' ? node.on_error : 'fail';
  const onAmbiguous = typeof node.on_ambiguous === 'string' ? node.on_ambiguous : 'ask';
  const effect = node.effect ?? kind?.effect;
  const said = [
    node.retry && 'retries',
    node.timeout && 'time-out',
    node.on_error !== undefined && 'on error',
    node.cache === 'content' && 'cache',
    node.effect && 'effect',
  ].filter(Boolean);
  return (
    <Disclosure title="How it runs" note={said.length > 0 ? said.join(', ') : 'as usual'}>
      <div className="flex flex-col gap-3 pr-1">
        <Field label="When it fails" description="After its last try.">
          <Select
            value={onError}
            onChange={(next) =>
              set({ on_error: next === 'fail' ? undefined : next === 'default' ? { default: {} } : next })
            }
            options={[
              { value: 'fail', label: 'The run fails' },
              { value: 'branch', label: 'Go on by “error”' },
              { value: 'default', label: 'Use default values' },
              { value: 'skip', label: 'Skip it' },
            ]}
          />
        </Field>
        {isRecord(node.on_error) && (
          <JsonField
            label="Default values"
            description="A value for each port."
            value={node.on_error.default}
            onChange={(value) => set({ on_error: { default: value ?? {} } })}
          />
        )}
        <div className="grid grid-cols-2 gap-2">
          <Field label="Tries">
            <Input
              inputMode="numeric"
              placeholder="3"
              value={text(retry.max_attempts)}
              onChange={(next) => inside('retry', 'max_attempts', next === '' ? undefined : Number(next) || next)}
            />
          </Field>
          <Field label="First wait">
            <Input
              placeholder="1s"
              value={text(retry.initial)}
              onChange={(next) => inside('retry', 'initial', next || undefined)}
            />
          </Field>
          <Field label="Longest wait">
            <Input
              placeholder="60s"
              value={text(retry.max)}
              onChange={(next) => inside('retry', 'max', next || undefined)}
            />
          </Field>
          <Field label="Time for a try">
            <Input
              placeholder="no limit"
              value={text(timeout.attempt)}
              onChange={(next) => inside('timeout', 'attempt', next || undefined)}
            />
          </Field>
        </div>
        <Field label="Try again if" description="An expression over error and output.">
          <Input
            value={text(retry.retry_if)}
            onChange={(next) => inside('retry', 'retry_if', next || undefined)}
            className="font-mono text-dense!"
          />
        </Field>
        <Field label="Keep its result" description="The same input gives the same answer without running again." inline>
          <Switch
            checked={node.cache === 'content'}
            onChange={(next) => set({ cache: next ? 'content' : undefined })}
          />
        </Field>
        <Field label="What repeating it does">
          <Select
            value={node.effect ?? usual}
            onChange={(next) => set({ effect: next === usual ? undefined : next })}
            options={[
              { value: usual, label: `As its kind: ${effectWords[kind?.effect ?? 'pure']}` },
              { value: 'pure', label: 'Nothing: it computes' },
              { value: 'idempotent', label: 'Nothing that matters' },
              { value: 'at_most_once', label: 'It must not happen twice' },
            ]}
          />
        </Field>
        {effect === 'at_most_once' && (
          <Field label="If nobody knows whether it happened">
            <Select
              value={onAmbiguous}
              onChange={(next) => set({ on_ambiguous: next === 'ask' ? undefined : next })}
              options={[
                { value: 'ask', label: 'Ask me' },
                { value: 'fail', label: 'Fail' },
                { value: 'retry', label: 'Do it again' },
              ]}
            />
          </Field>
        )}
      </div>
    </Disclosure>
  );
}

const effectWords: Record<string, string> = {
  pure: 'nothing',
  idempotent: 'nothing that matters',
  at_most_once: 'must not happen twice',
};
