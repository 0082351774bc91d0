/** The kinds of triggers: what each is called, how a new one begins, and what its texts may name. Pure. */
import { CalendarClock, FolderSearch, MessageSquare, Plug, Radio, Webhook, type LucideIcon } from 'lucide-react';

import type { TriggerSpec } from '../../shared/definition';

export interface TriggerKind {
  kind: string;
  title: string;
  /** What it is, for whoever chooses one. */
  note: string;
  icon: LucideIcon;
  start: Record<string, unknown>;
  /** What `event` has for the inputs of a run. */
  event: readonly string[];
}

export const triggerKinds: readonly TriggerKind[] = [
  {
    kind: 'schedule',
    title: 'By the clock',
    note: 'Every morning, every quarter of an hour, once a month',
    icon: CalendarClock,
    start: { cron: '0 7 * * 1-5', tz: 'local', missed: 'once', on_overlap: 'queue' },
    event: ['at'],
  },
  {
    kind: 'watch',
    title: 'When a file changes',
    note: 'A file in a folder is new or has changed',
    icon: FolderSearch,
    start: { glob: '*.md', debounce: '2s' },
    event: ['path', 'name', 'folder', 'content'],
  },
  {
    kind: 'event',
    title: 'When something happens in Web+',
    note: 'A run failed, say, whichever pipeline’s it was',
    icon: Radio,
    start: { topic: 'run.failed' },
    event: ['type', 'id', 'at', 'run', 'detail'],
  },
  {
    kind: 'webhook',
    title: 'By a webhook',
    note: 'Another program sends a signed request',
    icon: Webhook,
    start: { verify: 'standard-webhooks' },
    event: ['type', 'id', 'at', 'body', 'json'],
  },
  {
    kind: 'api',
    title: 'From the API',
    note: 'Another program begins runs with a key',
    icon: Plug,
    start: {},
    event: [],
  },
  {
    kind: 'chat',
    title: 'From chat',
    note: 'You begin it in a conversation',
    icon: MessageSquare,
    start: {},
    event: [],
  },
];

export const kindOf = (kind: string): TriggerKind | undefined => triggerKinds.find((one) => one.kind === kind);

export const overlapWords: readonly { value: string; label: string }[] = [
  { value: 'queue', label: 'Wait until it has ended' },
  { value: 'skip', label: 'Don’t begin' },
  { value: 'cancel_previous', label: 'Cancel it and begin' },
  { value: 'allow', label: 'Run beside it' },
];

/** A trigger without what is empty, so that the file stays as short as it was. */
export function withField(trigger: TriggerSpec, changes: Record<string, unknown>): TriggerSpec {
  const next = { ...trigger, ...changes };
  for (const [key, value] of Object.entries(next)) if (value === '' || value === undefined) delete next[key];
  return next;
}

export const textOf = (trigger: TriggerSpec, key: string, otherwise = ''): string => {
  const value = trigger[key];
  return typeof value === 'string' ? value : otherwise;
};

/** Inputs that a run needs and the trigger doesn't give, by name: then it can't begin one. */
export function ungiven(
  trigger: TriggerSpec,
  inputs: Record<string, { required?: boolean; default?: unknown }>,
): readonly string[] {
  if (trigger.kind === 'api' || trigger.kind === 'chat') return [];
  const given = typeof trigger.inputs === 'object' && trigger.inputs !== null ? trigger.inputs : {};
  return Object.entries(inputs)
    .filter(([name, input]) => input.required === true && input.default === undefined && !(name in given))
    .map(([name]) => name);
}
