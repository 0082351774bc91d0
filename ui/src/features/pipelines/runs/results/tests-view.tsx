/** A test report: the sum first, then what failed with what it said, the rest folded. */
import { CircleCheck, CircleMinus, CircleX } from 'lucide-react';

import { Disclosure } from '@/components/disclosure';
import { classNames } from '@/lib/class-names';
import { formatDuration, formatPlural } from '@/lib/format';

import type { TestCase, TestReport } from './test-report';
import { TextView } from './text-view';

const signs = {
  passed: { icon: CircleCheck, ink: 'text-success', words: 'passed' },
  failed: { icon: CircleX, ink: 'text-danger', words: 'failed' },
  skipped: { icon: CircleMinus, ink: 'text-muted-foreground', words: 'skipped' },
};

export function TestsView({ report }: { report: TestReport }) {
  const of = (state: TestCase['state']) => report.cases.filter((one) => one.state === state);
  const { icon: Sign, ink } = signs[report.passed ? 'passed' : 'failed'];
  const { counts } = report;
  return (
    <div className="flex flex-col gap-2">
      <p className="tabular flex items-center gap-2 text-base font-medium">
        <Sign aria-hidden className={classNames('size-4', ink)} />
        {report.passed ? 'All tests passed' : 'Tests failed'}
        {counts && (
          <span className="text-dense font-normal text-muted-foreground">
            {counts.passed} passed, {counts.failed} failed{counts.skipped > 0 && `, ${counts.skipped} skipped`}
          </span>
        )}
      </p>
      {report.summary !== '' && <TextView text={report.summary} mono label="Summary" />}
      <ul className="flex flex-col gap-1.5">
        {of('failed').map((one, index) => (
          <Case key={index} one={one} />
        ))}
      </ul>
      {(['passed', 'skipped'] as const).map((state) => {
        const cases = of(state);
        return (
          cases.length > 0 && (
            <Disclosure key={state} title={`${formatPlural(cases.length, 'test')} ${signs[state].words}`}>
              <ul className="flex flex-col gap-0.5">
                {cases.slice(0, 1_000).map((one, index) => (
                  <Case key={index} one={one} />
                ))}
              </ul>
            </Disclosure>
          )
        );
      })}
      {report.output !== '' && (
        <Disclosure title="What the tests printed">
          <TextView text={report.output} mono label="What the tests printed" />
        </Disclosure>
      )}
    </div>
  );
}

function Case({ one }: { one: TestCase }) {
  const { icon: Sign, ink, words } = signs[one.state];
  return (
    <li>
      <span className="flex items-center gap-2 text-dense">
        <Sign role="img" aria-label={words} className={classNames('size-3.5 shrink-0', ink)} />
        <span className="min-w-0 flex-1 break-words">{one.name}</span>
        {one.tookMs !== null && (
          <span className="tabular text-caption text-muted-foreground">{formatDuration(one.tookMs)}</span>
        )}
      </span>
      {one.message !== '' && (
        <div className="mt-1 pl-5.5">
          <TextView text={one.message} mono label={`What ${one.name} said`} />
        </div>
      )}
    </li>
  );
}
