/**
 * One step, tried alone: what comes before it is pinned, or what the last run made; nothing before it is run. Its result stands
 * where it was asked for.
 */
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';

import { toApiError, type ApiError } from '@/api/error';
import { useCall, useClient } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Spinner } from '@/components/spinner';
import { formatDuration, formatMoney, formatTokens } from '@/lib/format';

import { dataInto, graphOf } from '../../shared/graph';
import { changed } from '../model/edits';
import { useEditor } from '../model/use-editor';

export function TestStep({
  step,
  inputs,
  onClose,
}: {
  step: string;
  inputs: Record<string, unknown>;
  onClose: () => void;
}) {
  const client = useClient();
  const editor = useEditor();
  const [asked] = useState(() => {
    const { definition } = editor.store.get();
    return { definition, pins: definition.pins ?? {}, only: step, inputs };
  });
  const [run, setRun] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    let gone = false;
    client.call('run/start', asked).then(
      ({ id }) => !gone && setRun(id),
      (thrown: unknown) => !gone && setError(toApiError(thrown)),
    );
    return () => {
      gone = true;
    };
  }, [client, asked]);
  const node = graphOf(asked.definition).nodes.get(step);
  const unpinned = node
    ? [...new Set(dataInto(node).map((one) => one.node))].filter((id) => asked.pins[id] === undefined)
    : [];
  return (
    <section aria-label="Test" className="flex flex-col gap-2 rounded-control border border-border bg-background p-3">
      <div className="flex items-center justify-between">
        <h3 className="text-dense font-medium">Test</h3>
        <IconButton label="Close the test" icon={X} onClick={onClose} />
      </div>
      {unpinned.length > 0 && !error && (
        <p className="text-caption text-muted-foreground">
          It takes what the last run made of {unpinned.join(', ')}. Nothing before this step is run; pin a result to try
          it with another.
        </p>
      )}
      {error ? (
        <Failure title="The test didn’t begin, and nothing was run" error={error} />
      ) : run === null ? (
        <Busy />
      ) : (
        <Outcome run={run} step={step} />
      )}
    </section>
  );
}

function Busy() {
  return (
    <p role="status" className="flex items-center gap-2 text-dense text-muted-foreground">
      <Spinner /> Running this step
    </p>
  );
}

function Outcome({ run, step }: { run: string; step: string }) {
  const client = useClient();
  const editor = useEditor();
  const view = useCall('run/get', { id: run });
  const over = view.data && ['succeeded', 'failed', 'cancelled'].includes(view.data.run.status);
  const result = useCall('run/step', { id: run, scope: '', node: step }, { enabled: over === true });
  if (view.error) return <Failure title="The test can’t be followed" error={view.error} />;
  if (!over) {
    return (
      <div className="flex items-center justify-between">
        <Busy />
        <Button variant="ghost" onClick={() => void client.call('run/cancel', { id: run }).catch(() => undefined)}>
          Stop
        </Button>
      </div>
    );
  }
  const { run: ended } = view.data;
  const took = (ended.finishedAt ?? ended.createdAt) - (ended.startedAt ?? ended.createdAt);
  const outputs = Object.entries(result.data?.outputs ?? {});
  const failed = result.data?.step.errorMessage ?? ended.errorMessage;
  return (
    <div className="flex flex-col gap-2" role="status">
      {failed === undefined ? (
        <p className="tabular text-caption text-success">
          Done in {formatDuration(took)} · {formatTokens(ended.tokens)} · {formatMoney(ended.costNanoUsd)}
        </p>
      ) : (
        <p className="text-dense text-danger">{failed}</p>
      )}
      {outputs.map(([port, { preview, type }]) => (
        <div key={port}>
          <p className="text-caption text-muted-foreground">
            {port} <span className="font-mono">{type}</span>
          </p>
          <pre className="max-h-48 overflow-auto rounded-small bg-muted p-2 font-mono text-caption break-words whitespace-pre-wrap">
            {typeof preview === 'string' ? preview : JSON.stringify(preview, null, 2)}
          </pre>
        </div>
      ))}
      {outputs.length > 0 && (
        <Button
          variant="ghost"
          className="self-start"
          onClick={() =>
            editor.edit('Pin a result', (definition) =>
              changed(definition, {
                pins: {
                  ...definition.pins,
                  [step]: Object.fromEntries(outputs.map(([port, { preview }]) => [port, preview])),
                },
              }),
            )
          }
        >
          Pin this result
        </Button>
      )}
    </div>
  );
}
