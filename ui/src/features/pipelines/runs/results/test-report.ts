/** A test report as steps give it: how many of what, and those that failed with what they said. */
import { isRecord } from '../../shared/definition';

export interface TestCase {
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  /** What a failed one said. */
  message: string;
  /** Milliseconds. */
  tookMs: number | null;
}

export interface TestReport {
  passed: boolean;
  summary: string;
  /** By state; null where the report doesn't count. */
  counts: { passed: number; failed: number; skipped: number } | null;
  cases: readonly TestCase[];
  output: string;
}

export function readTestReport(value: unknown): TestReport | null {
  if (!isRecord(value)) return null;
  const listed = [value.tests, value.cases, value.failures].find((list) => Array.isArray(list)) as
    unknown[] | undefined;
  if (typeof value.passed !== 'boolean' && typeof value.failed !== 'number' && listed === undefined) return null;
  const onlyFailures = listed !== undefined && listed === value.failures;
  const cases = (listed ?? []).flatMap((one) => readCase(one, onlyFailures));
  const counts = readCounts(value, cases, onlyFailures);
  return {
    passed: typeof value.passed === 'boolean' ? value.passed : (counts?.failed ?? 0) === 0,
    summary: typeof value.summary === 'string' ? value.summary : '',
    counts,
    cases,
    output: typeof value.output === 'string' ? value.output : '',
  };
}

function readCounts(
  value: Record<string, unknown>,
  cases: readonly TestCase[],
  onlyFailures: boolean,
): TestReport['counts'] {
  const said = (name: string) => (typeof value[name] === 'number' ? value[name] : undefined);
  const count = (state: TestCase['state']) => cases.filter((one) => one.state === state).length;
  const failed = said('failed') ?? count('failed');
  const total = said('total');
  const skipped = said('skipped') ?? said('ignored') ?? count('skipped');
  const passed = said('passed_count') ?? said('passed') ?? (total !== undefined ? total - failed - skipped : undefined);
  if (passed === undefined && (cases.length === 0 || onlyFailures)) {
    return said('failed') === undefined ? null : { passed: 0, failed, skipped };
  }
  return { passed: passed ?? count('passed'), failed, skipped };
}

function readCase(one: unknown, failed: boolean): TestCase[] {
  if (typeof one === 'string') return [{ name: one, state: failed ? 'failed' : 'passed', message: '', tookMs: null }];
  if (!isRecord(one)) return [];
  const text = (...names: string[]) =>
    names.map((name) => one[name]).find((said): said is string => typeof said === 'string');
  const status = (text('state', 'status', 'outcome') ?? '').toLowerCase();
  const state =
    one.skipped === true || /^(skip|ignor|pend)/.test(status)
      ? 'skipped'
      : one.passed === false || failed || /^(fail|error)/.test(status)
        ? 'failed'
        : 'passed';
  const took = [one.duration_ms, one.took_ms, one.durationMs].find((ms): ms is number => typeof ms === 'number');
  return [
    {
      name: text('name', 'test', 'title') ?? 'A test without a name',
      state,
      message: text('message', 'error', 'output') ?? '',
      tookMs: took ?? null,
    },
  ];
}
