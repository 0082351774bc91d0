import type { ReactNode } from 'react';

import type { ModelsFolder, OllamaState } from '@/api/generated';

import { deviceWords, placeOf } from './words';

/** Where it is, where its models are and whose that folder is, and what it computes with. */
export function OllamaFacts({ state }: { state: Extract<OllamaState, { type: 'ready' }> }) {
  const { address, pid, folder, devices } = state;
  return (
    <dl className="tabular border-t border-border pt-1">
      <Fact name="Address">
        <span className="select-text">{placeOf(address)}</span>
        {pid !== null && <span className="text-muted-foreground"> · process {pid}</span>}
      </Fact>
      {folder && (
        <Fact name="Models folder">
          <span className="font-mono text-caption break-all select-text">{folder.path}</span>
          <span className="block text-caption text-muted-foreground">{folderWords(folder)}</span>
        </Fact>
      )}
      {devices.length > 0 && (
        <Fact name={devices.length === 1 ? 'Computes with' : 'Compute with'}>
          {devices.map((device, index) => (
            <span key={`${device.name}-${index}`} className="block">
              {deviceWords(device)}
            </span>
          ))}
        </Fact>
      )}
    </dl>
  );
}

function folderWords({ owner, readable, writable }: ModelsFolder): string {
  const whose = owner === null ? 'Yours.' : `Belongs to the user ${owner}.`;
  // One that can’t even be found from here, as in a container, is nobody’s that could be named.
  if (!readable)
    return `${owner === null ? '' : `${whose} `}Web+ can’t read it, so changes made elsewhere show up within some seconds.`;
  if (!writable) return `${whose} Web+ can’t write there: for a repair it names the file and the command instead.`;
  return owner === null ? whose : `${whose} Web+ can read and write it.`;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap gap-x-4 border-b border-border py-1.5 text-dense last:border-0 last:pb-0">
      <dt className="w-32 shrink-0 text-muted-foreground">{name}</dt>
      <dd className="min-w-48 flex-1">{children}</dd>
    </div>
  );
}
