/**
 * The common schedules of a person, to and from the five fields of cron. What fits none of them stays text. Pure: when it is due is the
 * application's to say.
 */
export type Often = 'minutes' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'own';

export interface Times {
  often: Often;
  /** Minutes between two runs: 1 to 59. */
  every: number;
  minute: number;
  hour: number;
  /** 0 is Sunday. */
  days: readonly number[];
  /** Of the month: 1 to 31. */
  day: number;
}

export const oftenWords: readonly { value: Often; label: string }[] = [
  { value: 'minutes', label: 'Every few minutes' },
  { value: 'hourly', label: 'Every hour' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekly', label: 'On days of the week' },
  { value: 'monthly', label: 'Once a month' },
  { value: 'own', label: 'As a cron expression' },
];

export const weekdays: readonly { day: number; short: string; name: string }[] = [
  { day: 1, short: 'Mo', name: 'Monday' },
  { day: 2, short: 'Tu', name: 'Tuesday' },
  { day: 3, short: 'We', name: 'Wednesday' },
  { day: 4, short: 'Th', name: 'Thursday' },
  { day: 5, short: 'Fr', name: 'Friday' },
  { day: 6, short: 'Sa', name: 'Saturday' },
  { day: 0, short: 'Su', name: 'Sunday' },
];

const usual: Times = { often: 'daily', every: 15, minute: 0, hour: 7, days: [1, 2, 3, 4, 5], day: 1 };

export function readCron(text: string): Times {
  const own: Times = { ...usual, often: 'own' };
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return own;
  const [minutes, hours, day, month, week] = fields as [string, string, string, string, string];
  if (month !== '*') return own;
  const every = /^\*\/(\d{1,2})$/.exec(minutes);
  if (every && hours === '*' && day === '*' && week === '*') {
    const step = Number(every[1]);
    return step >= 1 && step <= 59 ? { ...usual, often: 'minutes', every: step } : own;
  }
  const minute = within(minutes, 0, 59);
  if (minute === null) return own;
  if (hours === '*') return day === '*' && week === '*' ? { ...usual, often: 'hourly', minute } : own;
  const hour = within(hours, 0, 23);
  if (hour === null) return own;
  if (day === '*' && week === '*') return { ...usual, often: 'daily', minute, hour };
  if (day === '*') {
    const days = readDays(week);
    return days ? { ...usual, often: 'weekly', minute, hour, days } : own;
  }
  const date = within(day, 1, 31);
  return date !== null && week === '*' ? { ...usual, often: 'monthly', minute, hour, day: date } : own;
}

/** Null where it is the person's own text. */
export function writeCron({ often, every, minute, hour, days, day }: Times): string | null {
  switch (often) {
    case 'minutes':
      return `*/${every} * * * *`;
    case 'hourly':
      return `${minute} * * * *`;
    case 'daily':
      return `${minute} ${hour} * * *`;
    case 'weekly':
      return `${minute} ${hour} * * ${writeDays(days)}`;
    case 'monthly':
      return `${minute} ${hour} ${day} * *`;
    case 'own':
      return null;
  }
}

/** "07:05" and back, as the browser's own field for a time has it. */
export const clockOf = ({ hour, minute }: Times): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

export function readClock(text: string): { hour: number; minute: number } | null {
  const parts = /^(\d{1,2}):(\d{2})$/.exec(text);
  const hour = within(parts?.[1] ?? '', 0, 23);
  const minute = within(parts?.[2] ?? '', 0, 59);
  return hour === null || minute === null ? null : { hour, minute };
}

function within(text: string, least: number, most: number): number | null {
  if (!/^\d{1,2}$/.test(text)) return null;
  const number = Number(text);
  return number >= least && number <= most ? number : null;
}

function readDays(text: string): number[] | null {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const range = /^([0-7])(?:-([0-7]))?$/.exec(part);
    if (!range) return null;
    const [from, to] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (to < from) return null;
    for (let day = from; day <= to; day += 1) days.add(day % 7);
  }
  return [...days].sort((a, b) => a - b);
}

/** Three in a row or more as a range, as people write it. */
function writeDays(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  if (sorted.length === 0) return '*';
  const parts: string[] = [];
  for (let at = 0; at < sorted.length;) {
    let end = at;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end += 1;
    if (end - at >= 2) parts.push(`${sorted[at]}-${sorted[end]}`);
    else for (let one = at; one <= end; one += 1) parts.push(String(sorted[one]));
    at = end + 1;
  }
  return parts.join(',');
}
