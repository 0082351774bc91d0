/**
 * The same definition as text, on a tab or beside the canvas. What parses is drawn at once; what doesn't stays here, as it was typed,
 * also while the canvas is changed: whoever typed it says which of both counts.
 */
import { useEffect, useRef, useState } from 'react';

import { Button } from '@/components/button';
import { ScrollArea } from '@/components/scroll-area';

import { readDefinition } from '../../shared/definition';
import { parseJson } from '../inspector/draft';
import { withPlaces } from '../model/layout';
import { equal } from '../model/saving';
import { useEditor, useEditorState } from '../model/use-editor';
import { lineOf } from './places';

/** `at` is the step that is chosen on the canvas beside it: the text shows where it is written. */
export default function TextView({ at }: { at?: string | undefined }) {
  const editor = useEditor();
  const definition = useEditorState((state) => state.definition);
  const faults = useEditorState((state) => state.faults);
  const area = useRef<HTMLTextAreaElement>(null);
  // `over` is what was drawn when this was typed.
  const [draft, setDraft] = useState<{ text: string; made: unknown; over: unknown } | null>(null);
  const written = JSON.stringify(definition, null, 2);
  const text = draft && (draft.made === undefined || equal(draft.made, definition)) ? draft.text : written;
  const isBehind = draft !== null && draft.made === undefined && !equal(draft.over, definition);
  const parsed = parseJson(text);
  const read = 'problem' in parsed ? parsed : readDefinition(parsed.value);
  const problem =
    'problem' in read
      ? read.problem
      : read.definition.id !== editor.id
        ? 'The id of a pipeline stays as it is. To make another one, export this and import it under a new id.'
        : null;
  const type = (next: string) => {
    const value = parseJson(next);
    const shape = 'problem' in value ? value : readDefinition(value.value);
    if ('problem' in shape || shape.definition.id !== editor.id) {
      return setDraft((now) => ({
        text: next,
        made: undefined,
        over: now && now.made === undefined ? now.over : definition,
      }));
    }
    const placed = withPlaces(shape.definition, editor.kinds);
    editor.edit('Edit the text', (now) => (equal(now, placed) ? now : placed), 'text');
    setDraft({ text: next, made: placed, over: placed });
  };
  const chosen = at === undefined ? -1 : definition.nodes.findIndex(({ id }) => id === at);
  const show = useRef<(place: string) => void>(() => undefined);
  useEffect(() => {
    show.current = (place) => {
      const element = area.current;
      // Not under the hands of somebody who types here.
      if (!element || document.activeElement === element) return;
      element.scrollTop = Math.max(0, lineOf(text, place) * 18 - element.clientHeight / 4);
    };
  });
  useEffect(() => {
    if (chosen >= 0) show.current(`/nodes/${chosen}`);
  }, [chosen]);
  const go = (place: string) => {
    const line = lineOf(text, place);
    const element = area.current;
    if (!element) return;
    const at = text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0);
    element.focus();
    element.setSelectionRange(at, at + (text.split('\n')[line]?.length ?? 0));
    element.scrollTop = Math.max(0, line * 18 - element.clientHeight / 3);
  };
  const lines = text.split('\n').length;
  return (
    <div className="@container flex h-full min-h-0 flex-col">
      <div className="flex min-h-0 flex-1">
        <pre
          aria-hidden
          data-line-numbers
          className="hidden w-12 shrink-0 overflow-hidden border-r border-border bg-panel py-3 pr-2 text-right font-mono text-dense text-muted-foreground select-none @xl:block"
        >
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </pre>
        <textarea
          ref={area}
          aria-label="The definition as JSON"
          aria-invalid={problem !== null}
          aria-describedby="text-faults"
          spellCheck={false}
          wrap="off"
          value={text}
          onChange={(event) => type(event.target.value)}
          onBlur={() => editor.seal()}
          onScroll={(event) => {
            const numbers = event.currentTarget.previousElementSibling;
            if (numbers) numbers.scrollTop = event.currentTarget.scrollTop;
          }}
          className="focus-inset min-h-0 min-w-0 flex-1 resize-none bg-background p-3 font-mono text-dense text-foreground"
        />
      </div>
      <ScrollArea id="text-faults" className="max-h-40 shrink-0 border-t border-border bg-panel px-3 py-2 text-dense">
        {problem !== null && (
          <p role="alert" className="text-danger">
            {problem}{' '}
            {isBehind
              ? 'The canvas was changed meanwhile: once this can be read, it counts instead.'
              : 'The canvas stays as it was until then.'}
          </p>
        )}
        {isBehind && (
          <Button size="small" className="mt-1" onClick={() => setDraft(null)}>
            Show what is drawn
          </Button>
        )}
        {problem === null && faults.length === 0 && <p className="text-muted-foreground">Nothing is wrong with it.</p>}
        {problem === null &&
          faults.map((fault) => (
            <button
              key={fault.place + fault.message}
              type="button"
              onClick={() => go(fault.place)}
              className="focus-inset block min-h-7 w-full rounded-small px-1 py-1 text-left hover:bg-hover"
            >
              <span className={fault.severity === 'error' ? 'text-danger' : 'text-warning'}>
                Line {lineOf(text, fault.place) + 1}
              </span>{' '}
              {fault.message}
            </button>
          ))}
      </ScrollArea>
    </div>
  );
}
