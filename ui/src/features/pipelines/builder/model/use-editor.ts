import { createContext, use, useSyncExternalStore } from 'react';

import type { NodeSpec } from '../../shared/definition';
import { graphOf } from '../../shared/graph';
import type { Editor, EditorState } from './editor';

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = use(EditorContext);
  if (!editor) throw new Error('useEditor outside of EditorContext');
  return editor;
}

/** A part of the editor's state. `select` gives the same thing for the same state: a part of it, or a plain value. */
export function useEditorState<T>(select: (state: EditorState) => T): T {
  const editor = useEditor();
  return useSyncExternalStore(editor.store.subscribe, () => select(editor.store.get()));
}

export const useDefinition = () => useEditorState((state) => state.definition);

export function useNode(id: string): NodeSpec | undefined {
  return useEditorState((state) => graphOf(state.definition).nodes.get(id));
}
