import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { ApiError } from '@/api/error';
import { TooltipProvider } from '@/components/tooltip';

import { Composer, type ComposerProps } from './composer';

function start(changes: Partial<ComposerProps> = {}) {
  const props = {
    initial: '',
    onDraft: vi.fn(),
    onSend: vi.fn((_text: string) => Promise.resolve()),
    running: false,
    onStop: vi.fn(),
    onEditLast: vi.fn(),
    picker: null,
    ...changes,
  };
  render(
    <TooltipProvider>
      <Composer {...props} />
    </TooltipProvider>,
  );
  return { ...props, field: screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' }) };
}

it('has the focus, sends by Enter and is empty afterwards', async () => {
  const { field, onSend, onDraft } = start();
  expect(document.activeElement).toBe(field);
  await userEvent.keyboard('Hello{Enter}');
  expect(onSend).toHaveBeenCalledExactlyOnceWith('Hello');
  expect(field.value).toBe('');
  expect(onDraft).toHaveBeenLastCalledWith('');
});

it('Shift+Enter makes a line', async () => {
  const { field, onSend } = start();
  await userEvent.keyboard('a{Shift>}{Enter}{/Shift}b');
  expect(field.value).toBe('a\nb');
  expect(onSend).not.toHaveBeenCalled();
});

it('Enter that ends a composition of an input method doesn’t send', () => {
  const { field, onSend } = start({ initial: 'にほん' });
  fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
  fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 });
  expect(onSend).not.toHaveBeenCalled();
});

it('↑ edits the last message from an empty composer only', async () => {
  const { onEditLast } = start();
  await userEvent.keyboard('{ArrowUp}');
  expect(onEditLast).toHaveBeenCalledTimes(1);
  await userEvent.keyboard('x{ArrowUp}');
  expect(onEditLast).toHaveBeenCalledTimes(1);
});

it('what can’t be sent comes back, before what was typed meanwhile', async () => {
  let refuse: (error: ApiError) => void = () => undefined;
  const { field, onDraft } = start({ onSend: () => new Promise((_resolve, reject) => (refuse = reject)) });
  await userEvent.keyboard('first{Enter}');
  await userEvent.keyboard('second');
  refuse(new ApiError({ code: 'disk_full', message: 'The disk is full.' }));
  await waitFor(() => expect(field.value).toBe('first\n\nsecond'));
  expect(screen.getByRole('alert').textContent).toContain('The disk is full.');
  expect(onDraft).toHaveBeenLastCalledWith('first\n\nsecond');
});

it('while an answer runs it offers to stop, and Enter says so and keeps the text', async () => {
  const { field, onSend, onStop } = start({ running: true });
  await userEvent.keyboard('wait{Enter}');
  expect(onSend).not.toHaveBeenCalled();
  expect(field.value).toBe('wait');
  expect(screen.getByRole('status').textContent).toContain('Press Esc');
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  expect(onStop).toHaveBeenCalled();
});

it('nothing is sent while there is no model, and it says why', async () => {
  const { onSend, field } = start({ blocked: 'Choose a model first.' });
  await userEvent.keyboard('hi{Enter}');
  expect(onSend).not.toHaveBeenCalled();
  expect([field.value, screen.getByRole('status').textContent]).toEqual(['hi', 'Choose a model first.']);
});
