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

export function fill(inputs: Record<string, InputSpec>, typed: Typed): Filled {
  const filled: Filled = { values: {}, problems: {} };
  for (const [name, input] of Object.entries(inputs)) {
    const text = typed[name] ?? '';
    const control = controlOf(input);
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
