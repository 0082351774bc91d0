/** The form that a run is begun with, from the pipeline's inputs. Pure. */
import type { InputSpec } from '../../shared/definition';
import { baseType } from '../../shared/types';

export type Control = 'line' | 'text' | 'number' | 'bool' | 'list' | 'path' | 'json';

export function controlOf({ type }: InputSpec): Control {
  const base = baseType(type);
  if (base === 'list') return /^list<(text|markdown|file|dir)>$/.test(type) ? 'list' : 'json';
  const controls: Record<string, Control> = {
    text: 'text',
    markdown: 'text',
    number: 'number',
    bool: 'bool',
    file: 'path',
    dir: 'path',
    image: 'path',
    audio: 'path',
    diff: 'text',
  };
  return controls[base] ?? 'json';
}

/** What the system's dialog is asked for, of an input that is a place on the disk. */
export const placeOf = ({ type }: InputSpec): 'file' | 'folder' => (baseType(type) === 'dir' ? 'folder' : 'file');

/** A file or folder that was chosen: the page knows its name, the application where it lies. It can be used once. */
export interface Picked {
  handle: string;
  name: string;
}

/** What must be given comes first; a definition keeps no order of its own. */
export function inOrder(inputs: Record<string, InputSpec>): [string, InputSpec][] {
  const all = Object.entries(inputs);
  const must = ([, input]: [string, InputSpec]) => input.required === true;
  return [...all.filter(must), ...all.filter((one) => !must(one))];
}

/** What was typed, by input. A yes-or-no is "true" or "". */
export type Typed = Record<string, string>;

export function startOf(inputs: Record<string, InputSpec>): Typed {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, textOf(input)]));
}

function textOf(input: InputSpec): string {
  const { default: value } = input;
  if (value === undefined || value === null) return '';
  if (controlOf(input) === 'list' && Array.isArray(value)) return value.join('\n');
  if (value === false) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export interface Filled {
  values: Record<string, unknown>;
  /** By input: what is wrong with it. */
  problems: Record<string, string>;
}

export function fill(
  inputs: Record<string, InputSpec>,
  typed: Typed,
  picked: Readonly<Record<string, Picked>> = {},
): Filled {
  const filled: Filled = { values: {}, problems: {} };
  for (const [name, input] of Object.entries(inputs)) {
    const text = typed[name] ?? '';
    const control = controlOf(input);
    const chosen = picked[name];
    if (chosen && control === 'path') {
      filled.values[name] = { handle: chosen.handle };
      continue;
    }
    if (control === 'bool') {
      filled.values[name] = text === 'true';
      continue;
    }
    if (text.trim() === '') {
      if (input.required === true) filled.problems[name] = 'This is needed to begin.';
      continue;
    }
    if (control === 'number') {
      const number = Number(text.trim());
      if (Number.isFinite(number)) filled.values[name] = number;
      else filled.problems[name] = 'Write a number, such as 0.8.';
    } else if (control === 'list') filled.values[name] = text.split('\n').filter((line) => line.trim() !== '');
    else if (control === 'json') {
      try {
        filled.values[name] = JSON.parse(text) as unknown;
      } catch {
        filled.problems[name] = 'This isn’t JSON. Text stands in double quotes.';
      }
    } else filled.values[name] = control === 'path' ? text.trim() : text;
  }
  return filled;
}

/** The same for an estimate, which must not use a choice up: its name stands for it. */
export const forEstimate = (
  values: Record<string, unknown>,
  picked: Readonly<Record<string, Picked>>,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, picked[name]?.name ?? value]));
