import type { ContextMeasure } from '@/api/generated';
import { Tooltip } from '@/components/tooltip';
import { classNames } from '@/lib/class-names';
import { formatCount, formatPercent, formatPlural } from '@/lib/format';

/** A thin line on the composer's top edge: how much of the model's window the next turn would use. */
export function ContextMeter({ measure }: { measure: ContextMeasure | null }) {
  if (measure?.limit === undefined || measure.limit === 0) return null;
  const { used, limit, leftOut } = measure;
  const fraction = Math.min(1, used / limit);
  const numbers = `${formatCount(used)} of ${formatCount(limit)} tokens (${formatPercent(fraction)})`;
  const words =
    leftOut.length > 0
      ? `${numbers}; ${formatPlural(leftOut.length, 'earlier message is', 'earlier messages are')} not sent`
      : numbers;
  return (
    <Tooltip content={<span className="tabular">About {words}</span>}>
      <div
        role="meter"
        tabIndex={0}
        aria-label="The model’s window"
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={words}
        className="focus-inset absolute inset-x-0 top-0 z-10 h-2.5 rounded-t-panel"
      >
        <span
          className={classNames(
            'block h-0.5 origin-left',
            leftOut.length > 0 ? 'bg-warning' : fraction > 0.8 ? 'bg-warning' : 'bg-control',
          )}
          style={{ transform: `scaleX(${fraction})` }}
        />
      </div>
    </Tooltip>
  );
}
