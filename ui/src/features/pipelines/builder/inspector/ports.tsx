/** What comes in by name, what goes out with its type, and what is pinned. */
import { Plus, X } from 'lucide-react';
import { useState } from 'react';

import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';

import type { KindInfo } from '../../shared/api';
import { isPort, isRecord, type NodeSpec, type Source } from '../../shared/definition';
import { portsOf } from '../../shared/graph';
import { colourToken, portColour } from '../../shared/types';
import { changed, freshId, setInput, withNode } from '../model/edits';
import { useDefinition, useEditor } from '../model/use-editor';
import { JsonField } from './json-field';
import { LiveValue } from './live-value';

export function Inputs({ node }: { node: NodeSpec }) {
  const editor = useEditor();
  const inputs = Object.entries(node.in ?? {});
  const set = (name: string, source: Source | undefined) =>
    editor.edit(
      'Change an input',
      (definition) => setInput(definition, node.id, name, source),
      `${node.id}.in.${name}`,
    );
  return (
    <Disclosure title="Inputs" note={inputs.length === 0 ? 'none' : inputs.length} defaultOpen={inputs.length > 0}>
      <div className="flex flex-col gap-2">
        <p className="text-caption text-muted-foreground">
          Its texts name them as in.NAME. Draw a line from a port to add one.
        </p>
        {inputs.map(([name, source]) => (
          <div key={name} className="flex flex-col gap-1">
            <div className="flex items-center gap-1">
              <span className="w-2/5 shrink-0 truncate font-mono text-dense" title={name}>
                {name}
              </span>
              <Input
                aria-label={`Where ${name} comes from`}
                value={sourceText(source)}
                onChange={(text) => set(name, sourceOf(text))}
                className="font-mono text-dense!"
              />
              <IconButton label={`Remove ${name}`} icon={X} onClick={() => set(name, undefined)} />
            </div>
            <LiveValue node={node.id} text={sourceText(source)} template={false} />
          </div>
        ))}
        <Button
          variant="ghost"
          icon={Plus}
          className="self-start"
          onClick={() => set(freshId(new Set(Object.keys(node.in ?? {})), 'value'), { expr: '' })}
        >
          Add an input
        </Button>
      </div>
    </Disclosure>
  );
}

/** "nodes.plan.json" is a port, "inputs.task" an input, all else an expression. */
export function sourceOf(text: string): Source {
  const port = /^nodes\.([a-z][a-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(text);
  if (port) return { node: port[1]!, port: port[2]! };
  const input = /^inputs\.([a-z][a-z0-9_]*)$/.exec(text)?.[1];
  if (input !== undefined) return { input };
  const carry = /^carry\.([a-z][a-z0-9_]*)$/.exec(text)?.[1];
  return carry === undefined ? { expr: text } : { carry };
}

export function sourceText(source: Source): string {
  if (!isRecord(source)) return '';
  if (isPort(source)) return `nodes.${source.node}.${source.port}`;
  if ('input' in source) return `inputs.${source.input}`;
  if ('carry' in source) return `carry.${source.carry}`;
  return 'expr' in source ? source.expr : JSON.stringify(source.value);
}

export function Ports({ node, kind }: { node: NodeSpec; kind: KindInfo | undefined }) {
  const editor = useEditor();
  const ports = portsOf(node, kind);
  const [name, setName] = useState('');
  const set = (port: string, type: string | undefined) =>
    editor.edit(
      'Change a port',
      (definition) =>
        withNode(definition, node.id, (old) => {
          const out = changed<Record<string, string>>(old.out ?? {}, { [port]: type });
          return changed(old, { out: Object.keys(out).length > 0 ? out : undefined });
        }),
      `${node.id}.out.${port}`,
    );
  return (
    <Disclosure title="Results" note={ports.length === 0 ? 'none' : ports.length}>
      <ul className="flex flex-col gap-1.5">
        {ports.map(({ name: port, type }) => {
          const own = node.out?.[port];
          const help = kind?.ports.find((one) => one.name === port)?.help;
          return (
            <li key={port}>
              <div className="flex items-center gap-2">
                <span
                  aria-hidden
                  className="size-2.5 shrink-0 rounded-pill"
                  style={{ background: colourToken[portColour(type)] }}
                />
                <span className="w-1/3 shrink-0 truncate font-mono text-dense" title={port}>
                  {port}
                </span>
                <Input
                  aria-label={`Type of ${port}`}
                  value={own ?? type}
                  onChange={(next) => set(port, next === '' ? undefined : next)}
                  className="font-mono text-dense!"
                />
                {own !== undefined && (
                  <IconButton label={`Its usual type for ${port}`} icon={X} onClick={() => set(port, undefined)} />
                )}
              </div>
              {help !== undefined && <p className="pl-4.5 text-caption text-muted-foreground">{help}</p>}
            </li>
          );
        })}
      </ul>
      {kind?.openPorts === true && (
        <form
          className="mt-2 flex gap-1"
          onSubmit={(event) => {
            event.preventDefault();
            if (/^[a-z][a-z0-9_]*$/.test(name)) set(name, 'text');
            setName('');
          }}
        >
          <Input
            aria-label="Name of a new result"
            placeholder="new_result"
            value={name}
            onChange={setName}
            className="font-mono text-dense!"
          />
          <Button type="submit" variant="ghost" icon={Plus} disabled={name === ''}>
            Add
          </Button>
        </form>
      )}
    </Disclosure>
  );
}

export function Pinned({ node }: { node: NodeSpec }) {
  const editor = useEditor();
  const pins = useDefinition().pins?.[node.id];
  return (
    <Disclosure title="Pinned result" note={pins ? 'pinned' : 'none'}>
      <JsonField
        label="Values by port"
        description={'When a single step is tested, these stand in for this step’s own result: {"text": "…"}.'}
        value={pins}
        minRows={3}
        onChange={(value) =>
          editor.edit(
            'Pin a result',
            (definition) => {
              const next = changed<Record<string, Record<string, unknown>>>(definition.pins ?? {}, {
                [node.id]: isRecord(value) ? value : undefined,
              });
              return changed(definition, { pins: Object.keys(next).length > 0 ? next : undefined });
            },
            `pins.${node.id}`,
          )
        }
      />
    </Disclosure>
  );
}
