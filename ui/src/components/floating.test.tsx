import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { Button } from './button';
import { ContextMenu } from './menu';
import { Popover } from './popover';
import { Tooltip, TooltipProvider } from './tooltip';

it('a tooltip comes with the focus, says what it says now, and goes with Escape', async () => {
  const page = (words: string) => (
    <TooltipProvider>
      <Tooltip content={words}>
        <button type="button">x</button>
      </Tooltip>
    </TooltipProvider>
  );
  const { rerender } = render(page('Copy'));
  await userEvent.tab();
  expect(await screen.findByText('Copy')).toBeTruthy();
  rerender(page('Copied'));
  expect(screen.getByText('Copied')).toBeTruthy();
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByText('Copied')).toBeNull();
});

it('a tooltip waits for who points, and the pointer may go to it', async () => {
  render(
    <TooltipProvider>
      <Tooltip content="Words">
        <button type="button">x</button>
      </Tooltip>
    </TooltipProvider>,
  );
  const button = screen.getByRole('button');
  await userEvent.hover(button);
  expect(screen.queryByText('Words')).toBeNull();
  const tip = await screen.findByText('Words', {}, { timeout: 2000 });
  await userEvent.hover(tip);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(screen.getByText('Words')).toBeTruthy();
  await userEvent.unhover(tip);
  await waitFor(() => expect(screen.queryByText('Words')).toBeNull());
});

it('a right click opens the menu of what was clicked', async () => {
  const rename = vi.fn();
  render(
    <ContextMenu entries={[{ label: 'Rename', onSelect: rename }]}>
      <div>row</div>
    </ContextMenu>,
  );
  fireEvent.contextMenu(screen.getByText('row'), { clientX: 10, clientY: 10 });
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Rename' }));
  expect(rename).toHaveBeenCalledOnce();
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
});

it('a popover is opened and closed by its button', async () => {
  render(
    <Popover trigger={<Button>Choose</Button>} title="Model">
      <input aria-label="Find" />
    </Popover>,
  );
  const button = screen.getByRole('button', { name: 'Choose' });
  await userEvent.click(button);
  await screen.findByRole('dialog', { name: 'Model' });
  expect(button.getAttribute('aria-expanded')).toBe('true');
  await userEvent.click(button);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});
