/** What can be done with the canvas as a whole, at its top; and what was said last, at its foot. */
import { Panel } from '@xyflow/react';
import { Braces, CircleHelp, LayoutDashboard, Plus, Redo2, Undo2, X } from 'lucide-react';
import { useState } from 'react';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Kbd } from '@/components/kbd';
import { Popover } from '@/components/popover';
import { classNames } from '@/lib/class-names';

import { colourToken, legend } from '../../shared/types';
import { ZoomButtons } from '../../shared/zoom-buttons';
import type { Editor } from '../model/editor';
import { redoLabel, undoLabel } from '../model/history';
import { useEditorState } from '../model/use-editor';
import { toggleTextBeside, useTextBeside } from '../views/beside';
import { arrange } from './commands';
import { shortcuts } from './keys';

export function CanvasBar({ editor, onFit, onAdd }: { editor: Editor; onFit: () => void; onAdd: () => void }) {
  const undo = useEditorState((state) => undoLabel(state.history));
  const redo = useEditorState((state) => redoLabel(state.history));
  const isBeside = useTextBeside();
  return (
    <>
      <Panel
        position="top-left"
        className="m-3! flex items-center gap-1 rounded-control border border-border bg-popover p-0.5"
      >
        <Button variant="ghost" icon={Plus} onClick={onAdd} data-canvas-add aria-keyshortcuts="A">
          Add
        </Button>
        <span aria-hidden className="h-5 w-px bg-border" />
        <IconButton
          label={undo === null ? 'Undo' : `Undo: ${undo}`}
          icon={Undo2}
          shortcut="Mod+Z"
          disabled={undo === null}
          onClick={() => editor.undo()}
        />
        <IconButton
          label={redo === null ? 'Redo' : `Redo: ${redo}`}
          icon={Redo2}
          shortcut="Mod+Shift+Z"
          disabled={redo === null}
          onClick={() => editor.redo()}
        />
        <IconButton
          label="Arrange all steps"
          icon={LayoutDashboard}
          shortcut="Shift+L"
          onClick={() => arrange(editor)}
        />
        <span className="hidden xl:contents">
          <IconButton
            label="Text beside the canvas"
            icon={Braces}
            shortcut="B"
            pressed={isBeside}
            onClick={toggleTextBeside}
          />
        </span>
      </Panel>
      <Panel
        position="bottom-left"
        className="m-3! flex items-center gap-1 rounded-control border border-border bg-popover p-0.5"
      >
        <ZoomButtons onFit={onFit} fitLabel="Show all of it" fitShortcut="F" />
        <Help />
      </Panel>
      <Panel position="top-center" className="pointer-events-none m-3! max-w-full">
        <Notice />
      </Panel>
    </>
  );
}

function Help() {
  return (
    <Popover
      title="Colours and keys"
      side="top"
      trigger={<IconButton label="Colours and keys" icon={CircleHelp} />}
      className="w-84"
    >
      <ul className="mb-3 grid grid-cols-2 gap-x-3 gap-y-1 text-dense">
        {legend.map(({ colour, words }) => (
          <li key={colour} className="flex items-center gap-2">
            <span aria-hidden className="size-2.5 shrink-0 rounded-pill" style={{ background: colourToken[colour] }} />
            {words}
          </li>
        ))}
        <li className="flex items-center gap-2">
          <span aria-hidden className="size-2.5 shrink-0 rounded-small bg-muted-foreground" />
          Who comes after whom
        </li>
      </ul>
      <ul className="flex flex-col gap-1 border-t border-border pt-3 text-dense">
        {shortcuts.map(({ title, shortcut }) => (
          <li key={title} className="flex justify-between gap-3">
            {title}
            <Kbd shortcut={shortcut} />
          </li>
        ))}
      </ul>
    </Popover>
  );
}

/** Also read out. A refusal stays until it is closed or something else is said. */
function Notice() {
  const notice = useEditorState((state) => state.notice);
  const [closed, setClosed] = useState(0);
  const shown = notice !== null && notice.tone === 'danger' && closed !== notice.round;
  return (
    <>
      <p role="status" aria-live="polite" className="sr-only">
        {notice?.text}
      </p>
      {shown && (
        <div
          data-refusal
          className={classNames(
            'pointer-events-auto flex max-w-120 items-center gap-2 rounded-control border border-danger-border bg-popover py-1 pr-1 pl-3 text-dense text-danger shadow-float',
          )}
        >
          <span className="min-w-0 flex-1">{notice.text}</span>
          <IconButton label="Close" icon={X} onClick={() => setClosed(notice.round)} />
        </div>
      )}
    </>
  );
}
