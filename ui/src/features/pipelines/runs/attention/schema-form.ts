/** A form out of a JSON Schema: the fields that people can fill in as such, and JSON for the rest. Web+ checks what is sent; this helps before. */
import { isRecord } from '../../shared/definition';

export type FieldKind = 'line' | 'text' | 'number' | 'integer' | 'bool' | 'choice' | 'lines' | 'json';

export interface FormField {
  name: string;
  label: string;
  help: string;
  kind: FieldKind;
  required: boolean;
  /** Of a `choice`. */
  choices: readonly unknown[];
  schema: Record<string, unknown>;
}

/** As it stands in the form: what was typed, or a tick. */
export type Typed = Record<string, string | boolean>;

export interface Form {
  title: string;
  help: string;
  fields: readonly FormField[];
}

export function formOf(schema: unknown): Form {
  const root = isRecord(schema) ? schema : {};
  const properties = isRecord(root.properties) ? root.properties : {};
  const required = Array.isArray(root.required) ? root.required : [];
  return {
    title: textOf(root.title),
    help: textOf(root.description),
    fields: Object.entries(properties).map(([name, property]) => {
      const one = isRecord(property) ? property : {};
      return {
        name,
        label: textOf(one.title) || sentence(name),
        help: textOf(one.description),
        kind: kindOf(one),
        required: required.includes(name),
        choices: Array.isArray(one.enum) ? one.enum : [],
        schema: one,
      };
    }),
  };
}

function kindOf(schema: Record<string, unknown>): FieldKind {
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return 'choice';
  switch (schema.type) {
    case 'string':
      return schema.format === 'textarea' || schema.format === 'markdown' || Number(schema.maxLength ?? 0) > 200
        ? 'text'
        : 'line';
    case 'number':
    case 'integer':
      return schema.type;
    case 'boolean':
      return 'bool';
    case 'array':
      return isRecord(schema.items) && schema.items.type === 'string' && schema.items.enum === undefined
        ? 'lines'
        : 'json';
    default:
      return 'json';
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function sentence(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** What stands in a fresh form. */
export function startOf(form: Form): Typed {
  return Object.fromEntries(form.fields.map((field) => [field.name, typedOf(field, field.schema.default)]));
}

function typedOf({ kind }: FormField, value: unknown): string | boolean {
  if (kind === 'bool') return value === true;
  if (value === undefined || value === null) return '';
  if (kind === 'json' || kind === 'choice') return JSON.stringify(value);
  if (kind === 'lines') return Array.isArray(value) ? value.join('\n') : '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is wrong with a field as it stands, as a sentence; null where nothing is. */
export function faultOf(field: FormField, typed: string | boolean | undefined): string | null {
  if (typeof typed === 'boolean') return null;
  const text = typed ?? '';
  const { schema } = field;
  if (text.trim() === '') return field.required ? 'This is needed.' : null;
  switch (field.kind) {
    case 'number':
    case 'integer': {
      const number = Number(text);
      if (!Number.isFinite(number)) return 'Write a number.';
      if (field.kind === 'integer' && !Number.isInteger(number)) return 'Write a whole number.';
      if (typeof schema.minimum === 'number' && number < schema.minimum) return `At least ${schema.minimum}.`;
      if (typeof schema.maximum === 'number' && number > schema.maximum) return `At most ${schema.maximum}.`;
      return null;
    }
    case 'line':
    case 'text': {
      const length = [...text].length;
      if (typeof schema.minLength === 'number' && length < schema.minLength)
        return `At least ${schema.minLength} characters.`;
      if (typeof schema.maxLength === 'number' && length > schema.maxLength)
        return `At most ${schema.maxLength} characters.`;
      return null;
    }
    case 'json':
      try {
        JSON.parse(text);
        return null;
      } catch {
        return 'This isn’t JSON yet. Texts stand in quotes, lists in [ ], objects in { }.';
      }
    default:
      return null;
  }
}

/** What is sent: what was left empty isn't in it. */
export function valuesOf(form: Form, typed: Typed): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of form.fields) {
    const now = typed[field.name];
    if (typeof now === 'boolean') values[field.name] = now;
    else if (now !== undefined && now.trim() !== '') values[field.name] = valueOf(field, now);
  }
  return values;
}

function valueOf(field: FormField, text: string): unknown {
  switch (field.kind) {
    case 'number':
    case 'integer':
      return Number(text);
    case 'json':
    case 'choice':
      return JSON.parse(text) as unknown;
    case 'lines':
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
    default:
      return text;
  }
}

export const isWhole = (form: Form, typed: Typed): boolean =>
  form.fields.every((field) => faultOf(field, typed[field.name]) === null);
