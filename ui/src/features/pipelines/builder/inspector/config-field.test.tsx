import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';

import { createClient } from '@/api/client';
import type { PipelineView } from '@/api/generated';
import { ClientContext, createQueryClient } from '@/api/query';

import type { PipelineField } from '../../shared/api';
import type { Definition } from '../../shared/definition';
import { createEditor } from '../model/editor';
import { EditorContext, useNode } from '../model/use-editor';
import { ConfigField } from './config-field';

function Form({ fields }: { fields: readonly PipelineField[] }) {
  const node = useNode('ask');
  return node && fields.map((field) => <ConfigField key={field.name} node={node} field={field} error={null} />);
}

/** A step of these fields in the inspector; answers what is kept of it. */
function open(
  config: Record<string, unknown>,
  fields: readonly Partial<PipelineField>[],
  value: unknown = 'Hello Ann',
) {
  const definition: Definition = {
    format: 'webplus.pipeline/1',
    id: 'p',
    nodes: [{ id: 'ask', kind: 'http', config }],
  };
  const asked: unknown[] = [];
  const client = createClient({
    call: (method: string, params: unknown) => {
      if (method === 'pipeline/evaluate') asked.push(params);
      return Promise.resolve(method === 'pipeline/evaluate' ? { value } : { faults: [], requires: {} });
    },
    subscribe: () => () => undefined,
  });
  const view = { id: 'p', name: 'P', definition, faults: [], requires: {}, revision: 'r' } as unknown as PipelineView;
  const storage = { get: () => null, set: () => undefined };
  const editor = createEditor({ client, storage, view, kinds: new Map() })!;
  render(
    <ClientContext value={client}>
      <QueryClientProvider client={createQueryClient()}>
        <EditorContext value={editor}>
          <Form
            fields={fields.map(
              (field) => ({ required: false, choices: [], help: '', secret: false, ...field }) as PipelineField,
            )}
          />
        </EditorContext>
      </QueryClientProvider>
    </ClientContext>,
  );
  return { config: () => editor.store.get().definition.nodes[0]?.config ?? {}, asked };
}

test('a switch that is on unless told is shown on, and can be switched off and on again', async () => {
  const user = userEvent.setup();
  const { config } = open({}, [
    { name: 'fail_on_status', label: 'Fail on 400 and above', shape: 'bool', default: true },
  ]);
  const control = screen.getByRole('switch', { name: 'Fail on 400 and above' });
  expect(control.getAttribute('aria-checked')).toBe('true');
  await user.click(control);
  expect(control.getAttribute('aria-checked')).toBe('false');
  expect(config()).toEqual({ fail_on_status: false });
  await user.click(control);
  expect(control.getAttribute('aria-checked')).toBe('true');
  expect(config()).toEqual({});
});

test('a switch that is off unless told is written down only while it is on', async () => {
  const user = userEvent.setup();
  const { config } = open({}, [{ name: 'check', label: 'Only check', shape: 'bool', default: false }]);
  await user.click(screen.getByRole('switch', { name: 'Only check' }));
  expect(config()).toEqual({ check: true });
  await user.click(screen.getByRole('switch', { name: 'Only check' }));
  expect(config()).toEqual({});
});

test('a choice shows what it is unless told, and there is a way back from what was chosen', async () => {
  const user = userEvent.setup();
  const { config } = open({}, [
    { name: 'method', label: 'Method', shape: 'choice', choices: ['GET', 'POST'], default: 'GET' },
    { name: 'effort', label: 'Effort', shape: 'choice', choices: ['low', 'high'] },
  ]);
  const choose = async (field: string, option: string) => {
    await user.click(screen.getByRole('combobox', { name: field }));
    await user.click(await screen.findByRole('option', { name: option }));
  };
  expect(screen.getByRole('combobox', { name: 'Method' }).textContent).toContain('GET');
  expect(screen.getByRole('combobox', { name: 'Effort' }).textContent).toContain('As usual');
  await choose('Method', 'POST');
  await choose('Effort', 'high');
  expect(config()).toEqual({ method: 'POST', effort: 'high' });
  await choose('Method', 'GET');
  await choose('Effort', 'As usual');
  expect(config()).toEqual({});
});

test('a number says what it is unless told', () => {
  open({}, [{ name: 'limit', label: 'At most', shape: 'number', default: 1000 }]);
  expect(screen.getByRole('textbox', { name: 'At most' }).getAttribute('placeholder')).toBe('1000');
});

test('what a prompt gives with the values of the last run stands below it; words without braces ask for nothing', async () => {
  const { asked } = open({ prompt: 'Greet {{ inputs.who }}', subject: 'Hello' }, [
    { name: 'prompt', label: 'Prompt', shape: 'long_template' },
    { name: 'subject', label: 'Subject', shape: 'template' },
  ]);
  await screen.findByText('Hello Ann');
  expect(asked).toMatchObject([{ node: 'ask', text: 'Greet {{ inputs.who }}', template: true }]);
});

test('so does what each header, each value and each message gives', async () => {
  const { asked } = open(
    { headers: { a: '{{ vars.a }}' }, json: { b: 'vars.b' }, messages: [{ role: 'user', content: '{{ vars.c }}' }] },
    [
      { name: 'headers', label: 'Headers', shape: 'map' },
      { name: 'json', label: 'Body', shape: 'expressions' },
      { name: 'messages', label: 'Messages', shape: 'messages' },
    ],
  );
  expect(await screen.findAllByText('Hello Ann')).toHaveLength(3);
  expect(asked).toMatchObject([
    { text: '{{ vars.a }}', template: true },
    { text: 'vars.b', template: false },
    { text: '{{ vars.c }}', template: true },
  ]);
});
