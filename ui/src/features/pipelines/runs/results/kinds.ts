/** Which ways a value can be shown in, the best first. By its type where the definition says one, else by what it looks like. */
import { isRecord } from '../../shared/definition';
import { baseType } from '../../shared/types';
import { isDiff } from './diff';
import { fencedCode } from './language';
import { readTable } from './table';
import { readTestReport } from './test-report';

export type Way =
  | 'text'
  | 'markdown'
  | 'code'
  | 'json'
  | 'table'
  | 'diff'
  | 'tests'
  | 'image'
  | 'audio'
  | 'file'
  | 'messages'
  | 'scalar';

export const wayWords: Record<Way, string> = {
  text: 'Text',
  markdown: 'Formatted',
  code: 'Code',
  json: 'Tree',
  table: 'Table',
  diff: 'Changes',
  tests: 'Tests',
  image: 'Image',
  audio: 'Sound',
  file: 'File',
  messages: 'Messages',
  scalar: 'Value',
};

/** Whether a result is changes of files: by its type, or by what it looks like. */
export function holdsChanges({ type, preview }: { type: string; preview: unknown }): boolean {
  return typeof preview === 'string' && preview.trim() !== '' && (baseType(type) === 'diff' || isDiff(preview));
}

/** `language` is that of a text, where the step that made it says. */
export function waysFor(type: string, value: unknown, language: string | null = null): Way[] {
  const ways: Way[] = [];
  const add = (...more: Way[]) => ways.push(...more.filter((way) => !ways.includes(way) && can(way, value)));
  if (typeof value === 'string' && !isDiff(value) && (language !== null || fencedCode(value) !== null)) {
    add(...(fencedCode(value) === null ? (['code', 'text'] as const) : (['code', 'markdown', 'text'] as const)));
  }
  switch (baseType(type)) {
    case 'markdown':
      add('markdown', 'text');
      break;
    case 'diff':
      add('diff', 'text');
      break;
    case 'test_report':
      add('tests');
      break;
    case 'table':
      add('table');
      break;
    case 'image':
      add('image', 'file');
      break;
    case 'audio':
      add('audio', 'file');
      break;
    case 'file':
    case 'dir':
      add('image', 'file');
      break;
    case 'messages':
      add('messages');
      break;
    case 'text':
    case 'stream':
      if (typeof value === 'string') add(...guessText(value));
      break;
    case 'json':
      add(...(isTextual(value) ? [] : (['json', 'table'] as const)));
      break;
    case 'list':
      add('table', 'json');
      break;
    default:
      add(...guess(value));
  }
  add(...guess(value));
  return ways.length > 0 ? ways : ['json'];
}

function guess(value: unknown): Way[] {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return ['scalar'];
  if (typeof value === 'string') return guessText(value);
  return readTable(value) !== null ? ['json', 'table'] : ['json'];
}

function guessText(text: string): Way[] {
  if (isDiff(text)) return ['diff', 'text'];
  // Marks that nobody writes by accident.
  const formatted = /^(#{1,6} |```|\s*[-*] |\s*\d+\. |\|.+\|)|\*\*\S/m.test(text);
  if (formatted) return ['markdown', 'text'];
  // A few words have no other form.
  return text.length < 200 && !text.includes('\n') ? ['text'] : ['text', 'markdown'];
}

const isTextual = (value: unknown): boolean => typeof value === 'string';

function can(way: Way, value: unknown): boolean {
  switch (way) {
    case 'text':
    case 'markdown':
    case 'code':
      return typeof value === 'string';
    case 'diff':
      return typeof value === 'string' && isDiff(value);
    case 'table':
      return readTable(value) !== null;
    case 'tests':
      return readTestReport(value) !== null;
    case 'image':
      return mediaUrl(value, 'image') !== null || isImagePath(value);
    case 'audio':
      return mediaUrl(value, 'audio') !== null;
    case 'file':
      return filePath(value) !== null;
    case 'messages':
      return (
        Array.isArray(value) && value.length > 0 && value.every((one) => isRecord(one) && typeof one.role === 'string')
      );
    case 'scalar':
      return value === null || typeof value !== 'object';
    case 'json':
      return true;
  }
}

/** Its `data:` address where the value holds the bytes themselves; nothing is ever fetched from anywhere else. */
export function mediaUrl(value: unknown, kind: 'image' | 'audio'): string | null {
  const found =
    typeof value === 'string' ? value : isRecord(value) ? (value.data_url ?? value.dataUrl ?? value.url) : null;
  if (typeof found === 'string') {
    // Drawings can hold scripts and addresses of their own; as an image none of them runs, and the policy refuses the rest.
    return new RegExp(`^(data:${kind}/[a-z0-9.+-]+[;,]|blob:)`, 'i').test(found) ? found : null;
  }
  if (isRecord(value) && typeof value.data === 'string' && typeof (value.mime ?? value.media_type) === 'string') {
    const mime = String(value.mime ?? value.media_type);
    if (mime.startsWith(`${kind}/`)) return `data:${mime};base64,${value.data}`;
  }
  return null;
}

/** Whether it names a file that is an image by its ending. What it holds is looked at where it is read. */
export function isImagePath(value: unknown): boolean {
  return /\.(png|jpe?g|gif|webp|avif|bmp|svg)$/i.test(filePath(value) ?? '');
}

export function filePath(value: unknown): string | null {
  if (typeof value === 'string') return value !== '' && !value.includes('\n') && value.length < 4_096 ? value : null;
  return isRecord(value) && typeof value.path === 'string' ? value.path : null;
}
