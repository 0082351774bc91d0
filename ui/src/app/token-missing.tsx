import { KeyRound } from 'lucide-react';
import { useState, type FormEvent } from 'react';

import { tokenInAddress, type TokenStore } from '@/api/token';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { Input } from '@/components/input';

/** The browser's page without a valid key: how to get its address again. */
export default function TokenMissing({ token }: { token: TokenStore | null }) {
  const [address, setAddress] = useState('');
  const [error, setError] = useState<string | null>(null);
  const open = (event: FormEvent) => {
    event.preventDefault();
    const found = tokenInAddress(address.trim());
    if (found === null) setError('This address has no “#token=” part. Copy the whole line.');
    else token?.set(found);
  };
  return (
    <main className="mx-auto flex h-full max-w-110 flex-col justify-center gap-4 p-6">
      <span className="flex size-10 items-center justify-center rounded-panel border border-border bg-panel text-muted-foreground">
        <KeyRound aria-hidden className="size-5" />
      </span>
      <div className="flex flex-col gap-2">
        <h1 className="text-title">This page needs its key</h1>
        <p className="text-base text-muted-foreground">
          Web+ lets in only who opens the address that it wrote when it started. The key stands behind the # and is kept
          in this tab alone. Look in the terminal where{' '}
          <code className="font-mono text-dense text-foreground">webplus serve</code> runs; if it is gone, start it
          again and it writes a new address.
        </p>
      </div>
      <form onSubmit={open} className="flex flex-col gap-3">
        <Field label="Address" error={error}>
          <Input
            value={address}
            onChange={(next) => {
              setAddress(next);
              setError(null);
            }}
            placeholder={`${window.location.origin}/#token=…`}
            autoFocus
          />
        </Field>
        <Button type="submit" variant="primary" size="medium" disabled={address.trim() === ''} className="self-start">
          Open Web+
        </Button>
      </form>
    </main>
  );
}
