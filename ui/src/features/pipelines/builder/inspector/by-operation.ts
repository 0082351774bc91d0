/** Which fields a step has use for once its operation is chosen: the kinds tell a step's fields, not which operation reads which. */
import type { PipelineField } from '../../shared/api';
import type { NodeSpec } from '../../shared/definition';

const uses: Record<string, Record<string, readonly string[]>> = {
  text: {
    trim: ['text'],
    upper: ['text'],
    lower: ['text'],
    lines: ['text'],
    split: ['text', 'separator'],
    join: ['items', 'separator'],
    replace: ['text', 'pattern', 'with', 'regex'],
    match: ['text', 'pattern'],
    extract_code: ['text', 'language'],
    truncate: ['text', 'limit'],
    chunk: ['text', 'limit'],
  },
  file: {
    read: ['path'],
    write: ['path', 'content'],
    append: ['path', 'content'],
    glob: ['path', 'pattern', 'limit'],
  },
  git: {
    worktree: ['repo', 'base', 'branch'],
    status: ['repo'],
    diff: ['repo', 'base'],
    apply: ['repo', 'patch', 'base', 'check'],
    commit: ['repo', 'message'],
    restore: ['repo', 'base'],
    remove: ['repo'],
  },
};

export interface ShownFields {
  shown: readonly PipelineField[];
  /** Filled in for another operation; they stay in the definition for when it is chosen again. */
  kept: readonly PipelineField[];
}

/** What has a fault is shown whatever the operation, and so is all of an operation that this page has never heard of. */
export function fieldsOf(
  { kind, config = {} }: Pick<NodeSpec, 'kind' | 'config'>,
  fields: readonly PipelineField[],
  isFaulty: (field: PipelineField) => boolean,
): ShownFields {
  const operations = uses[kind];
  const { op } = config;
  if (!operations) return { shown: fields, kept: [] };
  const known = fields.find(({ name }) => name === 'op')?.choices ?? [];
  const used = op === undefined || op === '' ? [] : typeof op === 'string' ? operations[op] : undefined;
  if (!used || (typeof op === 'string' && op !== '' && !known.includes(op))) return { shown: fields, kept: [] };
  const covered = new Set(Object.values(operations).flat());
  // A field that came with a newer Web+ belongs to who knows what.
  const isShown = (field: PipelineField) =>
    !covered.has(field.name) || used.includes(field.name) || (isFaulty(field) && field.name in config);
  return {
    shown: fields.filter(isShown),
    kept: fields.filter((field) => !isShown(field) && config[field.name] !== undefined),
  };
}
