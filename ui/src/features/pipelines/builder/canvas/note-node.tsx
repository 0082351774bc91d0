/** Words on the canvas, for who reads the pipeline later. */
import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';

import { classNames } from '@/lib/class-names';

import { useEditor } from '../model/use-editor';
import type { NoteFlowNode } from './flow';
import { setNote } from '../model/notes';

export const NoteNode = memo(function NoteNode({ data: { note }, selected }: NodeProps<NoteFlowNode>) {
  const editor = useEditor();
  return (
    <div
      style={{ width: note.w ?? 220, minHeight: note.h ?? 80 }}
      className={classNames(
        'rounded-control border bg-warning-surface p-2',
        selected ? 'border-accent outline-2 outline-ring' : 'border-warning-border',
      )}
    >
      <textarea
        aria-label="Note"
        value={note.text}
        placeholder="Write a note"
        rows={Math.min(12, Math.max(3, note.text.split('\n').length + Math.floor(note.text.length / 30)))}
        onChange={(event) => {
          const { value } = event.target;
          editor.edit('Write a note', (definition) => setNote(definition, note.id, { text: value }), `note:${note.id}`);
        }}
        className="nodrag nowheel w-full resize-none bg-transparent text-dense text-foreground outline-none"
      />
    </div>
  );
});
