/** Numbers as people read them. The units are decimal, as disks and providers state them. */

const language = 'en';
const counts = new Intl.NumberFormat(language);
const nanoPerUsd = 1_000_000_000;

/** "412", "12,345". */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** "1 model", "3 models". */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** "812 B", "98.4 MB", "12.4 GB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.95 would be written as 1000.0.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** "412 tokens"; the exact number, because people compare it. */
export function formatTokens(tokens: number): string {
  return formatPlural(tokens, 'token');
}

/** "412", "8.2k", "128k", "1M": for windows and meters, where the magnitude is what matters. */
export function formatTokensShort(tokens: number): string {
  if (tokens < 1000) return String(Math.round(tokens));
  const [value, unit] = tokens < 999_500 ? [tokens / 1000, 'k'] : [tokens / 1_000_000, 'M'];
  return `${value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0)}${unit}`;
}

/** "38 tok/s", "4.2 tok/s". */
export function formatSpeed(tokensPerSecond: number): string {
  return `${tokensPerSecond >= 9.95 ? Math.round(tokensPerSecond) : tokensPerSecond.toFixed(1)} tok/s`;
}

/** "8 ms", "0.24 s", "4.1 s", "3 min 20 s", "1 h 5 min", "2 d 3 h". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 995) return `${(milliseconds / 1000).toFixed(2)} s`;
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** "43 %"; never "100 %" before it is done. */
export function formatPercent(fraction: number): string {
  const percent = Math.max(0, fraction) * 100;
  return `${percent < 100 ? Math.floor(percent) : Math.round(percent)} %`;
}

/** Money is counted in billionths of a dollar; what nobody knows stays "unknown", never "$0". */
export function formatMoney(nanoUsd: number | null | undefined): string {
  if (nanoUsd === null || nanoUsd === undefined) return 'unknown';
  const usd = Math.abs(nanoUsd) / nanoPerUsd;
  const sign = nanoUsd < 0 ? '−' : '';
  if (usd === 0) return '$0.00';
  if (usd < 0.0001) return `${sign}<$0.0001`;
  if (usd < 0.995) return `${sign}$${trimmed(usd, usd < 0.01 ? 4 : 3)}`;
  return `${sign}$${new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(usd)}`;
}

function trimmed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return text.endsWith('0') && digits > 2 ? trimmed(value, digits - 1) : text;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** "just now", "3 min ago", "5 h ago", "yesterday", "12 Nov", "12 Nov 2025"; ahead: "in a moment", "in 3 min". */
export function formatRelative(at: number, now: number): string {
  const past = now - at;
  const distance = Math.abs(past);
  // What is a little ahead has happened by a clock that is a little ahead.
  if (distance < 45 * second) return past > -5 * second ? 'just now' : 'in a moment';
  const say = (text: string) => (past > 0 ? `${text} ago` : `in ${text}`);
  if (distance < 59.5 * minute) return say(`${Math.max(1, Math.round(distance / minute))} min`);
  const days = daysBetween(at, now);
  if (days === 0 || distance < 6 * hour) return say(`${Math.max(1, Math.round(distance / hour))} h`);
  if (days === 1) return 'yesterday';
  if (days === -1) return 'tomorrow';
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** "Mon 23 Nov 2026, 14:05:09": what stands behind a relative time. */
export function formatExact(at: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
    .format(at)
    .replace(/^(\w{3}),/, '$1');
}

function daysBetween(at: number, now: number): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(at)) / (24 * hour));
}
