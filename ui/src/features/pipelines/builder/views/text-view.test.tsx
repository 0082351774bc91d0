import { fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { act } from 'react';

import { createClient } from '@/api/client';
import type { PipelineView } from '@/api/generated';

import type { Definition } from '../../shared/definition';
import { changed, withNode } from '../model/edits';
import { createEditor } from '../model/editor';
import { EditorContext } from '../model/use-editor';
import TextView from './text-view';

const definition: Definition = {
  format: 'webplus.pipeline/1',
  id: 'p',
  nodes: [{ id: 'say', kind: 'template', config: { template: 'Hello' } }],
};

function open() {
  const client = createClient({
    call: () => Promise.resolve({ faults: [], requires: {} }),
    subscribe: () => () => undefined,
  });
  const view = { id: 'p', name: 'P', definition, faults: [], requires: {}, revision: 'r' } as unknown as PipelineView;
  const storage = { get: () => null, set: () => undefined };
  const editor = createEditor({ client, storage, view, kinds: new Map() })!;
  render(
    <EditorContext value={editor}>
      <TextView at="say" />
    </EditorContext>,
  );
  const area = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'The definition as JSON' });
  const type = (text: string) => fireEvent.change(area, { target: { value: text } });
  const label = (text: string) =>
    act(() => editor.edit('Rename', (now) => withNode(now, 'say', (node) => changed(node, { label: text }))));
  return { editor, area, type, label };
}

test('what is drawn is in the text, and what is typed is drawn', () => {
  const { editor, area, type, label } = open();
  label('Greet');
  expect((JSON.parse(area.value) as Definition).nodes[0]?.label).toBe('Greet');
  type(area.value.replace('Greet', 'Say hello'));
  expect(editor.store.get().definition.nodes[0]?.label).toBe('Say hello');
});

test('a text that can’t be read yet is kept while the canvas changes, and says which of both counts', async () => {
  const { editor, area, type, label } = open();
  const before = area.value;
  type(`${before}{`);
  expect(screen.getByRole('alert').textContent).toContain('The canvas stays as it was until then.');
  label('Greet');
  expect(area.value).toBe(`${before}{`);
  expect(screen.getByRole('alert').textContent).toContain('The canvas was changed meanwhile');
  await userEvent.setup().click(screen.getByRole('button', { name: 'Show what is drawn' }));
  expect((JSON.parse(area.value) as Definition).nodes[0]?.label).toBe('Greet');
  expect(screen.queryByRole('alert')).toBeNull();
  expect(editor.store.get().definition.nodes[0]?.label).toBe('Greet');
});
