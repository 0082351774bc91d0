/** The canvas by keyboard. Nothing here acts while somebody types. */
import type { AriaLabelConfig } from '@xyflow/react';
import type { ClipboardEvent, KeyboardEvent } from 'react';

import { isApple } from '@/lib/shortcut';

import type { Editor } from '../model/editor';
import { toggleTextBeside } from '../views/beside';
import {
  arrange,
  chosenSteps,
  clipOf,
  duplicate,
  neighbour,
  paste,
  removeChosen,
  switchOff,
  writeNote,
} from './commands';
import type { Flow } from './flow';

export interface Ways {
  onAdd: () => void;
  onConnect: (from: string) => void;
  onTest: (id: string) => void;
  fit: () => void;
}

/** What React Flow says to those who hear the page. */
export const words: Partial<AriaLabelConfig> = {
  'node.a11yDescription.default':
    'Press Enter or Space to choose this step. Then arrow keys move it, C connects it, Delete deletes it, and Control with Enter runs the pipeline.',
  'node.a11yDescription.keyboardDisabled': 'Press Enter or Space to choose this step.',
  'node.a11yDescription.ariaLiveMessage': ({ direction, x, y }) =>
    `Moved ${direction}. It stands at ${Math.round(x)}, ${Math.round(y)}.`,
  'edge.a11yDescription.default': 'Press Enter or Space to choose this line, then Delete to delete it.',
};

export const shortcuts: readonly { title: string; shortcut: string }[] = [
  { title: 'Add a step', shortcut: 'A' },
  { title: 'Connect the chosen step', shortcut: 'C' },
  { title: 'Test the chosen step', shortcut: 'T' },
  { title: 'Switch the chosen steps off or on', shortcut: 'O' },
  { title: 'Write a note', shortcut: 'N' },
  { title: 'Next step', shortcut: ']' },
  { title: 'Step before', shortcut: '[' },
  { title: 'Arrange all steps', shortcut: 'Shift+L' },
  { title: 'Show all of it', shortcut: 'F' },
  { title: 'Text beside the canvas', shortcut: 'B' },
  { title: 'Fill in the chosen step', shortcut: 'E' },
  { title: 'Back from its fields to the step', shortcut: 'Escape' },
  { title: 'Delete what is chosen', shortcut: 'Delete' },
  { title: 'Undo', shortcut: 'Mod+Z' },
  { title: 'Redo', shortcut: 'Mod+Shift+Z' },
  { title: 'Copy the chosen steps', shortcut: 'Mod+C' },
  { title: 'Paste steps', shortcut: 'Mod+V' },
  { title: 'Double the chosen steps', shortcut: 'Mod+D' },
  { title: 'Choose all', shortcut: 'Mod+A' },
];

export function handleKeys(editor: Editor, flow: Flow, ways: Ways) {
  const withMod = (event: KeyboardEvent): (() => void) | undefined => {
    switch (event.key.toLowerCase()) {
      case 'z':
        return event.shiftKey ? () => editor.redo() : () => editor.undo();
      case 'y':
        return () => editor.redo();
      case 'd':
        return () => duplicate(editor, flow);
      case 'a':
        return () => editor.choose({ nodes: [...editor.store.get().scene.steps.keys()] });
      default:
        return undefined;
    }
  };
  const plain = (event: KeyboardEvent): (() => void) | undefined => {
    const [chosen] = chosenSteps(editor);
    switch (event.key) {
      case 'a':
        return ways.onAdd;
      case 'c':
        return () => (chosen === undefined ? editor.say('Choose a step first, then press C.') : ways.onConnect(chosen));
      case 't':
        return chosen === undefined ? undefined : () => ways.onTest(chosen);
      case 'o':
        return () => switchOff(editor);
      case 'n':
        return () => writeNote(editor, flow);
      case 'e':
        return focusInspector;
      case ']':
      case '[':
        return () => {
          const id = neighbour(editor, event.key === ']' ? 1 : -1);
          if (id === undefined) return;
          editor.choose({ nodes: [id] });
          focusStep(id);
        };
      case 'L':
        return () => arrange(editor);
      case 'b':
        return toggleTextBeside;
      case 'f':
        return ways.fit;
      case 'Delete':
      case 'Backspace':
        return () => {
          removeChosen(editor);
          focusCanvas();
        };
      case 'Escape':
        return () => editor.choose({});
      default:
        return undefined;
    }
  };
  return {
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const mod = isApple ? event.metaKey : event.ctrlKey;
      if (event.altKey) return;
      const act = mod ? withMod(event) : plain(event);
      if (!act) return;
      event.preventDefault();
      act();
    },
    onCopy: (event: ClipboardEvent<HTMLElement>) => copy(editor, event, false),
    onCut: (event: ClipboardEvent<HTMLElement>) => copy(editor, event, true),
    onPaste(event: ClipboardEvent<HTMLElement>) {
      if (isTyping(event.target)) return;
      if (paste(editor, flow, event.clipboardData.getData('text/plain'))) event.preventDefault();
    },
  };
}

function copy(editor: Editor, event: ClipboardEvent<HTMLElement>, cut: boolean): void {
  if (isTyping(event.target)) return;
  const clip = clipOf(editor);
  if (!clip) return;
  event.preventDefault();
  event.clipboardData.setData('text/plain', JSON.stringify(clip, null, 2));
  if (cut) removeChosen(editor);
  else editor.say(clip.nodes.length === 1 ? 'Copied a step.' : `Copied ${clip.nodes.length} steps.`);
}

function isTyping(target: EventTarget): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

/** After the next frame, when it has been drawn. */
export function focusStep(id: string): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
    }),
  );
}

export function focusCanvas(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-canvas-add]')?.focus());
}

function focusInspector(): void {
  document.querySelector<HTMLElement>('[data-inspector] :is(input, textarea, button, [tabindex="0"])')?.focus();
}
