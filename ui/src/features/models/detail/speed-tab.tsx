/** How fast it is here: measured, kept per version of the engine, and noticed where a version makes it slower. */
import { Gauge } from 'lucide-react';

import type { Model, SpeedSample } from '@/api/generated';
import { useCall, useMutate } from '@/api/query';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';
import { Time } from '@/components/time';
import { formatDuration, formatPlural, formatSpeed } from '@/lib/format';

import { openWorks } from '../facts';
import { DownloadRow } from '../incoming';
import { sparkline } from '../speed';
import { Fact, Section } from './parts';

export function SpeedTab({ model }: { model: Model }) {
  const speed = useCall('model/speed', { id: model.id });
  const jobs = useCall('job/list', {});
  const measure = useMutate('model/benchmark');
  const running = openWorks(jobs.data ?? []).find(
    ({ kind, payload }) => kind === 'model.benchmark' && (payload as { model?: unknown } | null)?.model === model.id,
  );
  const samples = [...(speed.data ?? [])].sort((one, other) => one.at - other.at);
  const last = samples.at(-1);
  return (
    <div className="flex flex-col gap-4 p-4">
      {last?.notice !== undefined && <Banner tone="warning">{last.notice}</Banner>}
      {speed.isPending ? (
        <SkeletonRows label="Loading what was measured" rows={4} />
      ) : speed.error ? (
        <Failure title="What was measured didn’t load" error={speed.error} onRetry={() => void speed.refetch()} />
      ) : last ? (
        <Measured samples={samples} last={last} />
      ) : (
        <p className="text-dense text-pretty text-muted-foreground">
          Its speed on this computer hasn’t been measured. That takes about a minute: it is loaded, reads a text of a
          known length and writes one.
        </p>
      )}
      {running ? (
        <DownloadRow job={running} />
      ) : (
        <Button
          icon={Gauge}
          variant={last ? 'secondary' : 'primary'}
          className="self-start"
          busy={measure.isPending}
          onClick={() => measure.mutate({ id: model.id })}
        >
          {last ? 'Measure again' : 'Measure its speed'}
        </Button>
      )}
      {measure.error && (
        <p role="alert" className="text-caption text-danger">
          It wasn’t measured. {measure.error.message}
        </p>
      )}
    </div>
  );
}

const width = 240;
const height = 40;

function Measured({ samples, last }: { samples: readonly SpeedSample[]; last: SpeedSample }) {
  const speeds = samples.flatMap(({ generationPerSecond }) => generationPerSecond ?? []).slice(-30);
  return (
    <>
      <dl className="tabular">
        <Fact name="Writes">{said(last.generationPerSecond, formatSpeed)}</Fact>
        <Fact name="Reads">{said(last.promptPerSecond, formatSpeed)}</Fact>
        <Fact name="First word after">{said(last.firstTokenMs, formatDuration)}</Fact>
        <Fact name="Loads in">{said(last.loadMs, formatDuration)}</Fact>
        <Fact name="Engine">{last.engineVersion}</Fact>
        <Fact name="Measured">
          <Time at={last.at} />
        </Fact>
      </dl>
      {speeds.length > 1 && (
        <Section title={`Writing, ${formatPlural(samples.length, 'time')} measured`}>
          <svg
            role="img"
            aria-label={`Tokens a second, oldest first: ${speeds.map((speed) => speed.toFixed(1)).join(', ')}`}
            viewBox={`0 -3 ${width} ${height + 6}`}
            preserveAspectRatio="none"
            className="h-12 w-full text-chart-1"
          >
            <line x1="0" x2={width} y1={height} y2={height} stroke="var(--border)" vectorEffect="non-scaling-stroke" />
            <path
              d={sparkline(speeds, width, height)}
              fill="none"
              stroke="currentColor"
              strokeWidth="2"
              strokeLinejoin="round"
              vectorEffect="non-scaling-stroke"
            />
          </svg>
          <table className="tabular w-full text-caption">
            <caption className="sr-only">What was measured, newest first</caption>
            <thead className="text-muted-foreground">
              <tr>
                <th scope="col" className="py-1 text-left font-medium">
                  When
                </th>
                <th scope="col" className="py-1 text-left font-medium">
                  Engine
                </th>
                <th scope="col" className="py-1 text-right font-medium">
                  Writes
                </th>
              </tr>
            </thead>
            <tbody>
              {[...samples]
                .reverse()
                .slice(0, 8)
                .map(({ at, engineVersion, generationPerSecond }) => (
                  <tr key={at}>
                    <td className="border-t border-border py-1">
                      <Time at={at} />
                    </td>
                    <td className="border-t border-border py-1">{engineVersion}</td>
                    <td className="border-t border-border py-1 text-right">
                      {said(generationPerSecond, formatSpeed) ?? '–'}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </Section>
      )}
    </>
  );
}

/** Nothing where nothing was measured. */
const said = (value: number | undefined, format: (value: number) => string): string | undefined =>
  value === undefined ? undefined : format(value);
