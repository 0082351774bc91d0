import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';

import { createClient } from '@/api/client';
import { ApiError } from '@/api/error';
import type { KeepKey } from '@/api/generated';
import { createQueryClient } from '@/api/query';
import type { Transport } from '@/api/transport';
import { KeepField } from '@/features/providers';
import { createBrowserHost } from '@/host/browser';

import { Providers } from './providers';

function start(places: object, open: (params: unknown) => Promise<unknown>) {
  const call: Transport['call'] = async (method, params) => (method === 'vault/open' ? open(params) : places);
  const transport: Transport = {
    call,
    subscribe(_onEnvelope, onState) {
      onState({ type: 'open' });
      return () => undefined;
    },
  };
  const submit = vi.fn();
  function Form() {
    const [keep, setKeep] = useState<KeepKey | null>(null);
    return (
      <form onSubmit={submit}>
        <KeepField value={keep} onChange={setKeep} />
      </form>
    );
  }
  render(
    <Providers host={createBrowserHost()} client={createClient(transport)} queries={createQueryClient()}>
      <Form />
    </Providers>,
  );
  return submit;
}

it('makes a vault with a passphrase that was typed twice, without sending the form around it', async () => {
  const open = vi.fn(async () => ({}));
  const submit = start({ vault: false, vaultMade: false, keychainProblem: 'No keychain answers.' }, open);
  await userEvent.click(await screen.findByRole('radio', { name: 'In a vault under a passphrase' }));
  await userEvent.type(screen.getByLabelText('Choose a passphrase'), 'correct horse');
  await userEvent.type(screen.getByLabelText('The same passphrase again'), 'correct house');
  await userEvent.click(screen.getByRole('button', { name: 'Make the vault' }));
  await screen.findByText('The two are not the same.');
  expect(open).not.toHaveBeenCalled();
  await userEvent.clear(screen.getByLabelText('The same passphrase again'));
  await userEvent.type(screen.getByLabelText('The same passphrase again'), 'correct horse{Enter}');
  await waitFor(() => expect(open).toHaveBeenCalledWith({ passphrase: 'correct horse' }));
  expect(submit).not.toHaveBeenCalled();
});

it('forgets a passphrase that opened nothing, and says why', async () => {
  const open = vi.fn(async () => {
    throw new ApiError({ code: 'keychain_locked', message: 'This passphrase doesn’t open the vault.' });
  });
  start({ vault: false, vaultMade: true, keychainProblem: 'No keychain answers.' }, open);
  await userEvent.click(await screen.findByRole('radio', { name: 'In the vault' }));
  const field = screen.getByLabelText<HTMLInputElement>('Passphrase of the vault');
  expect(field.type).toBe('password');
  await userEvent.type(field, 'wrong{Enter}');
  await screen.findByText('This passphrase doesn’t open the vault.');
  expect(field.value).toBe('');
});
