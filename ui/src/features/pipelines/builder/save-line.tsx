/** Whether what is drawn is kept, in two words; and what to do where it isn't. */
import { useState } from 'react';

import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { useStore, type Store } from '@/lib/store';

import type { SaveState } from './model/saving';
import { useEditor, useEditorState } from './model/use-editor';
import { Conflict } from './conflict';

const words: Record<SaveState['type'], string> = {
  saved: 'Saved',
  changed: 'Saving soon',
  saving: 'Saving',
  failed: 'Not saved',
  conflict: 'Not saved',
};

export function useSaveState(): SaveState {
  return useStore(useEditor().saver.state as Store<SaveState>);
}

export function SaveLine() {
  const { type } = useSaveState();
  return (
    <span role="status" className={type === 'failed' || type === 'conflict' ? 'text-danger' : undefined}>
      {words[type]}
    </span>
  );
}

export function SaveBanner() {
  const editor = useEditor();
  const state = useSaveState();
  const view = useEditorState((now) => now.view);
  const [read, setRead] = useState(false);
  if (state.type === 'conflict') return <Conflict theirs={state.theirs} revision={state.revision} />;
  if (state.type === 'failed') {
    return (
      <Banner
        tone="danger"
        className="m-2"
        action={<Button onClick={() => void editor.saver.flush().catch(() => undefined)}>Save again</Button>}
      >
        What you drew isn’t saved yet; this window holds it. {state.error.message}
      </Banner>
    );
  }
  if (view.fileProblem !== undefined) {
    return (
      <Banner tone="warning" className="m-2">
        {view.fileProblem.message}
      </Banner>
    );
  }
  if (editor.restored && !read) {
    return (
      <Banner tone="info" className="m-2" action={<Button onClick={() => setRead(true)}>Good</Button>}>
        What wasn’t saved when this was closed last is back. Undo shows what was saved.
      </Banner>
    );
  }
  return null;
}
