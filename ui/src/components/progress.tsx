import { Progress as BaseProgress } from '@base-ui/react/progress';
import { X } from 'lucide-react';

import { formatBytes, formatDuration, formatPercent } from '@/lib/format';

import { IconButton } from './icon-button';

export interface ProgressProps {
  /** What: "Downloading smollm2". */
  label: string;
  /** 0 to 1; null while nobody knows. */
  value: number | null;
  /** How far in its own words, where bytes don't say it: "12 of 40 messages". */
  amount?: string;
  completedBytes?: number;
  totalBytes?: number;
  bytesPerSecond?: number;
  /** Milliseconds. */
  timeLeft?: number;
  /** Every long job can be stopped. */
  onStop?: () => void;
  stopLabel?: string;
}

/** A long job: what, how far, how fast, how long still, stop. */
export function Progress({
  label,
  value,
  amount,
  completedBytes,
  totalBytes,
  bytesPerSecond,
  timeLeft,
  onStop,
  stopLabel = 'Stop',
}: ProgressProps) {
  const bytes =
    completedBytes === undefined
      ? undefined
      : totalBytes === undefined
        ? formatBytes(completedBytes)
        : `${formatBytes(completedBytes)} of ${formatBytes(totalBytes)}`;
  const facts = [
    value === null ? undefined : formatPercent(value),
    amount ?? bytes,
    bytesPerSecond === undefined ? undefined : `${formatBytes(bytesPerSecond)}/s`,
    timeLeft === undefined ? undefined : `${formatDuration(timeLeft)} left`,
  ].filter((fact) => fact !== undefined);
  return (
    <div className="flex w-full min-w-0 items-center gap-2">
      <BaseProgress.Root
        value={value === null ? null : value * 100}
        getAriaValueText={() => facts.join(', ')}
        className="flex min-w-0 flex-1 flex-col gap-1"
      >
        <div className="flex flex-wrap justify-between gap-x-3">
          <BaseProgress.Label className="max-w-full truncate text-dense font-medium">{label}</BaseProgress.Label>
          <span className="tabular text-caption leading-4.5 text-muted-foreground">{facts.join(' · ')}</span>
        </div>
        <BaseProgress.Track className="h-1 overflow-hidden rounded-pill bg-muted">
          <BaseProgress.Indicator
            className={
              value === null
                ? 'slides h-full w-1/3 rounded-pill bg-primary'
                : 'h-full rounded-pill bg-primary transition-[width]'
            }
          />
        </BaseProgress.Track>
      </BaseProgress.Root>
      {onStop && <IconButton label={stopLabel} icon={X} onClick={onStop} />}
    </div>
  );
}
