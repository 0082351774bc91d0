/** What a pipeline wants to be allowed, in words, with the question. */
import type { PipelineCapability, PipelineRequires } from '@/api/generated';

export const capabilityWords: Record<PipelineCapability, { title: string; means: string }> = {
  commands: { title: 'Run programs', means: 'It can do whatever you can do on this computer.' },
  files: { title: 'Read and write files', means: 'It can change files that you can change.' },
  http: { title: 'Ask servers', means: 'It can send what it knows to the addresses that it names.' },
  secrets: { title: 'Use secrets', means: 'It can send the secrets that it names to the servers that they are for.' },
};

export const missing = (requires: PipelineRequires, allowed: readonly PipelineCapability[]): PipelineCapability[] =>
  requires.capabilities.filter((one) => !allowed.includes(one));

export function CapabilityList({ capabilities }: { capabilities: readonly PipelineCapability[] }) {
  return (
    <ul className="flex flex-col gap-1.5">
      {capabilities.map((one) => (
        <li key={one} className="text-dense">
          <span className="font-medium">{capabilityWords[one].title}.</span> {capabilityWords[one].means}
        </li>
      ))}
    </ul>
  );
}

export function Required({ requires }: { requires: PipelineRequires }) {
  const { models, secrets, capabilities } = requires;
  if (models.length + secrets.length + capabilities.length === 0) {
    return <p className="text-dense text-muted-foreground">It needs no model, no secret and no permission.</p>;
  }
  return (
    <div className="flex flex-col gap-3">
      {models.length > 0 && (
        <section>
          <h3 className="text-dense font-medium">Models</h3>
          <p className="font-mono text-dense break-words">{models.join(', ')}</p>
        </section>
      )}
      {secrets.length > 0 && (
        <section>
          <h3 className="text-dense font-medium">Secrets</h3>
          <p className="font-mono text-dense break-words">{secrets.join(', ')}</p>
        </section>
      )}
      {capabilities.length > 0 && (
        <section>
          <h3 className="mb-1 text-dense font-medium">It wants to</h3>
          <CapabilityList capabilities={capabilities} />
        </section>
      )}
    </div>
  );
}
