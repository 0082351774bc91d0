/** In which language a text is written, where that is known: by the step that made it, or because all of it is one fenced block. Pure. */
import type { NodeSpec } from '../../shared/definition';

/** Of what a port of a step holds. */
export function languageOf(node: NodeSpec | undefined, port: string): string | null {
  if (node === undefined || port !== 'text') return null;
  const word = (name: string): string => {
    const value = node.config?.[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const op = word('op');
  if (node.kind === 'json') return 'json';
  if (node.kind === 'text' && op === 'extract_code') {
    const language = word('language').toLowerCase();
    return /^[a-z0-9+#.-]+$/.test(language) ? language : null;
  }
  // "{{ inputs.repo }}/src/main.rs": the ending stands outside of the braces.
  if (node.kind === 'file' && op === 'read') {
    const ending = /\.([a-z0-9]{1,8})$/i.exec(word('path'))?.[1]?.toLowerCase();
    return ending === undefined || ending === 'txt' || ending === 'md' ? null : ending;
  }
  return null;
}

/** A text that is one block of code and nothing else, as models like to answer. */
export function fencedCode(text: string): { language: string; text: string } | null {
  const found = /^\s*(`{3,})([A-Za-z0-9+#.-]*)[^\n`]*\n([\s\S]*?)\n?\1\s*$/.exec(text);
  const [, fence, language, code] = found ?? [];
  if (fence === undefined || code === undefined || code.includes(fence)) return null;
  // Text is text, in a fence or not.
  if (language === undefined || ['', 'text', 'txt', 'markdown', 'md'].includes(language.toLowerCase())) return null;
  return { language: language.toLowerCase(), text: code };
}

/** What a file in that language ends in. */
export function endingOf(language: string): string {
  const known: Record<string, string> = {
    bash: 'sh',
    shell: 'sh',
    javascript: 'js',
    typescript: 'ts',
    python: 'py',
    ruby: 'rb',
    rust: 'rs',
    'c++': 'cpp',
    'c#': 'cs',
    csharp: 'cs',
    kotlin: 'kt',
    haskell: 'hs',
    perl: 'pl',
    yml: 'yaml',
  };
  return known[language] ?? (/^[a-z0-9]{1,8}$/.test(language) ? language : 'txt');
}
