/** What is wrong, below the canvas; a press goes to it. */
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';

import { Button } from '@/components/button';
import { formatPlural } from '@/lib/format';

import type { Fault } from '../../shared/api';
import { graphOf, type Graph } from '../../shared/graph';
import { nodeTitle } from '../../shared/definition';
import { useEditorState } from '../model/use-editor';

export function FaultLine({ onGo }: { onGo: (fault: Fault) => void }) {
  const faults = useEditorState((state) => state.faults);
  const checked = useEditorState((state) => state.checked);
  const graph = useEditorState((state) => graphOf(state.definition));
  const [open, setOpen] = useState(false);
  const errors = faults.filter(({ severity }) => severity === 'error').length;
  const warnings = faults.length - errors;
  if (faults.length === 0) {
    return (
      <div className="flex h-9 shrink-0 items-center gap-2 border-t border-border bg-panel px-3 text-dense text-muted-foreground">
        <CircleCheck aria-hidden className="size-4 text-success" />
        <span role="status">{checked ? 'Nothing is wrong with it' : 'Looking at it'}</span>
      </div>
    );
  }
  return (
    <section aria-label="What is wrong" className="flex max-h-48 shrink-0 flex-col border-t border-border bg-panel">
      <div className="flex h-9 shrink-0 items-center gap-2 px-3 text-dense">
        {errors > 0 ? (
          <CircleAlert aria-hidden className="size-4 text-danger" />
        ) : (
          <TriangleAlert aria-hidden className="size-4 text-warning" />
        )}
        <span role="status" className="truncate">
          {[errors > 0 && formatPlural(errors, 'fault'), warnings > 0 && formatPlural(warnings, 'warning')]
            .filter(Boolean)
            .join(', ')}
          {!open && faults[0] && <span className="text-muted-foreground">: {faults[0].message}</span>}
        </span>
        <Button variant="ghost" className="ml-auto" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide' : 'Show all'}
        </Button>
      </div>
      {open && (
        <ul className="min-h-0 overflow-y-auto px-1 pb-1">
          {faults.map((fault) => (
            <FaultRow key={`${fault.place} ${fault.message}`} fault={fault} graph={graph} onGo={onGo} />
          ))}
        </ul>
      )}
    </section>
  );
}

function FaultRow({ fault, graph, onGo }: { fault: Fault; graph: Graph; onGo: (fault: Fault) => void }) {
  const node = fault.node === undefined ? undefined : graph.nodes.get(fault.node);
  return (
    <li>
      <button
        type="button"
        onClick={() => onGo(fault)}
        className="focus-inset flex w-full items-start gap-2 rounded-control px-2 py-1 text-left text-dense hover:bg-hover"
      >
        {fault.severity === 'error' ? (
          <CircleAlert role="img" aria-label="Fault" className="mt-0.5 size-4 shrink-0 text-danger" />
        ) : (
          <TriangleAlert role="img" aria-label="Warning" className="mt-0.5 size-4 shrink-0 text-warning" />
        )}
        {node && <span className="shrink-0 font-medium">{nodeTitle(node)}</span>}
        <span className="min-w-0">{fault.message}</span>
        <span className="ml-auto hidden shrink-0 font-mono text-caption text-muted-foreground @2xl:inline">
          {fault.place}
        </span>
      </button>
    </li>
  );
}
