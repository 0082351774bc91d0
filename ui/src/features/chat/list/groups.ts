import type { Conversation } from '@/api/generated';

export type ListRow = { type: 'heading'; title: string } | { type: 'conversation'; conversation: Conversation };

const dayMs = 24 * 60 * 60_000;

/** Conversations, newest first, under the days in which they changed. */
export function grouped(conversations: readonly Conversation[], now: number): ListRow[] {
  const rows: ListRow[] = [];
  let last = '';
  for (const conversation of conversations) {
    const title = headingOf(conversation.updatedAt, now);
    if (title !== last) rows.push({ type: 'heading', title });
    last = title;
    rows.push({ type: 'conversation', conversation });
  }
  return rows;
}

export function headingOf(at: number, now: number): string {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(at)) / dayMs);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days <= 7 ? 'Previous 7 days' : 'Older';
}
