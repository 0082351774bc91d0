/** The model calls of a step: which model, how much, how fast, for how much. */
import type { Call } from '@/api/generated';
import { formatCount, formatDuration, formatMoney, formatSpeed } from '@/lib/format';

export function Calls({ calls }: { calls: readonly Call[] }) {
  return (
    <div
      role="region"
      aria-label="Model calls"
      tabIndex={0}
      className="focus-inset overflow-x-auto rounded-control border border-border"
    >
      <table className="tabular w-full border-collapse text-caption">
        <thead className="bg-panel text-left">
          <tr>
            {['Model', 'In', 'Out', 'First', 'Speed', 'Cost'].map((head) => (
              <th
                key={head}
                scope="col"
                className="border-b px-2 py-1.5 font-medium whitespace-nowrap first:text-left not-first:text-right"
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr
              key={call.id}
              className="border-b last:border-0 [&>td]:px-2 [&>td]:py-1.5 [&>td]:whitespace-nowrap [&>td]:not-first:text-right"
            >
              <td title={call.model} className="max-w-40 truncate">
                {modelName(call.model)}
                {call.outcome === 'reserved' && <span className="text-muted-foreground"> under way</span>}
                {call.outcome !== 'succeeded' && call.outcome !== 'reserved' && (
                  <span className="text-danger"> {call.outcome.replaceAll('_', ' ')}</span>
                )}
              </td>
              <td>{formatCount(call.usage.input + call.usage.cacheRead + call.usage.cacheWrite)}</td>
              <td>
                {call.usage.estimated && '≈ '}
                {formatCount(call.usage.output)}
              </td>
              <td>{call.firstTokenMs === undefined ? '' : formatDuration(call.firstTokenMs)}</td>
              <td>{call.tokensPerSecond === undefined ? '' : formatSpeed(call.tokensPerSecond)}</td>
              <td>{formatMoney(call.costNanoUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const modelName = (model: string): string => model.slice(model.indexOf('/') + 1);
