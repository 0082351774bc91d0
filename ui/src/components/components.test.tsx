import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';

import { AlertDialog } from './alert-dialog';
import { Button } from './button';
import { Checkbox } from './checkbox';
import { Dialog } from './dialog';
import { Field } from './field';
import { Input } from './input';
import { Menu } from './menu';
import { Segmented } from './segmented';
import { Select } from './select';
import { Slider } from './slider';
import { SplitPane } from './split-pane';
import { Switch } from './switch';
import { Tabs } from './tabs';
import { showToast, Toasts } from './toast';

it('a busy button keeps the focus and can’t be pressed again', async () => {
  const press = vi.fn();
  const { rerender } = render(<Button onClick={press}>Load model</Button>);
  await userEvent.tab();
  await userEvent.keyboard('{Enter}');
  rerender(
    <Button busy onClick={press}>
      Load model
    </Button>,
  );
  await userEvent.keyboard('{Enter}');
  expect(press).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(screen.getByRole('button'));
});

it('a field names its control and reads its error out', () => {
  render(
    <Field label="API key" description="It begins with sk-." error="OpenAI refused this key.">
      <Input defaultValue="x" />
    </Field>,
  );
  const input = screen.getByRole('textbox', { name: 'API key' });
  expect(input.getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByRole('alert').textContent).toBe('OpenAI refused this key.');
  expect(input.getAttribute('aria-describedby')?.split(' ')).toContain(screen.getByRole('alert').id);
});

it('a switch, a checkbox and a choice of few work by keyboard', async () => {
  function Page() {
    const [on, setOn] = useState(false);
    const [some, setSome] = useState(false);
    const [view, setView] = useState<'list' | 'table'>('list');
    return (
      <>
        <Field label="Keep loaded" inline>
          <Switch checked={on} onChange={setOn} />
        </Field>
        <Checkbox checked={some} onChange={setSome}>
          Tools
        </Checkbox>
        <Segmented
          aria-label="View"
          value={view}
          onChange={setView}
          options={[
            { value: 'list', label: 'List' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </>
    );
  }
  render(<Page />);
  await userEvent.tab();
  await userEvent.keyboard(' ');
  expect(screen.getByRole('switch', { name: 'Keep loaded' }).getAttribute('aria-checked')).toBe('true');
  await userEvent.tab();
  await userEvent.keyboard(' ');
  expect(screen.getByRole('checkbox', { name: 'Tools' }).getAttribute('aria-checked')).toBe('true');
  await userEvent.tab();
  await userEvent.keyboard('{ArrowRight}');
  expect(screen.getByRole('radio', { name: 'Table' }).getAttribute('aria-checked')).toBe('true');
});

it('a select is chosen by arrow keys', async () => {
  const change = vi.fn();
  render(
    <Field label="Model">
      <Select
        options={[
          { value: 'a', label: 'Alpha' },
          { value: 'b', label: 'Beta' },
        ]}
        value="a"
        onChange={change}
      />
    </Field>,
  );
  await userEvent.tab();
  await userEvent.keyboard('{ArrowDown}');
  await screen.findByRole('option', { name: 'Beta' });
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await waitFor(() => expect(change).toHaveBeenCalledWith('b'));
});

it('a slider takes its exact number', async () => {
  const change = vi.fn();
  render(<Slider label="Temperature" min={0} max={2} step={0.1} value={0.7} onChange={change} />);
  expect(screen.getByRole('slider', { name: 'Temperature' })).toBeTruthy();
  const number = screen.getByRole('textbox', { name: 'Temperature, number' });
  await userEvent.clear(number);
  await userEvent.type(number, '1.3{Enter}');
  expect(change).toHaveBeenLastCalledWith(1.3);
});

it('a dialog gives the focus to its first control and back again', async () => {
  function Page() {
    const [open, setOpen] = useState(false);
    return (
      <>
        <Button onClick={() => setOpen(true)}>Connect</Button>
        <Dialog open={open} onClose={() => setOpen(false)} title="Connect OpenAI">
          <Field label="API key">
            <Input />
          </Field>
        </Dialog>
      </>
    );
  }
  render(<Page />);
  await userEvent.click(screen.getByRole('button', { name: 'Connect' }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'API key' })));
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Connect' })));
});

it('what can’t be undone asks with the safe answer focused', async () => {
  const confirm = vi.fn();
  render(
    <AlertDialog
      open
      onClose={() => undefined}
      title="Delete 3 models?"
      description="They leave this disk."
      confirm="Delete 3 models, free 12.4 GB"
      onConfirm={confirm}
    />,
  );
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Keep' })));
  await userEvent.tab();
  await userEvent.keyboard('{Enter}');
  expect(confirm).toHaveBeenCalledOnce();
});

it('a menu opens, moves and chooses by keyboard', async () => {
  const rename = vi.fn();
  render(
    <Menu
      trigger={<Button>More</Button>}
      entries={[{ label: 'Copy', onSelect: () => undefined }, 'separator', { label: 'Rename', onSelect: rename }]}
    />,
  );
  await userEvent.tab();
  await userEvent.keyboard('{ArrowDown}');
  await screen.findByRole('menuitem', { name: 'Rename' });
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await waitFor(() => expect(rename).toHaveBeenCalledOnce());
});

it('tabs move by arrow keys', async () => {
  const change = vi.fn();
  render(
    <Tabs
      aria-label="Model"
      value="a"
      onChange={change}
      tabs={[
        { value: 'a', label: 'Details', content: 'one' },
        { value: 'b', label: 'Speed', content: 'two' },
      ]}
    />,
  );
  await userEvent.tab();
  await userEvent.keyboard('{ArrowRight}{Enter}');
  expect(change).toHaveBeenLastCalledWith('b');
});

it('a toast offers the way back', async () => {
  const undo = vi.fn();
  render(<Toasts />);
  showToast({ title: 'Deleted 1 conversation', action: { label: 'Undo', onSelect: undo } });
  await userEvent.click(await screen.findByRole('button', { name: 'Undo', hidden: true }));
  expect(undo).toHaveBeenCalledOnce();
  await waitFor(() => expect(screen.queryByText('Deleted 1 conversation')).toBeNull());
});

it('the line of a split pane moves by arrow keys within its limits', async () => {
  render(
    <SplitPane name="test-pane" label="Conversations" side="side">
      content
    </SplitPane>,
  );
  const line = screen.getByRole('separator', { name: 'Width of conversations' });
  line.focus();
  await userEvent.keyboard('{ArrowRight}');
  expect(line.getAttribute('aria-valuenow')).toBe('296');
  await userEvent.keyboard('{End}{ArrowRight}');
  expect(line.getAttribute('aria-valuenow')).toBe('420');
});
