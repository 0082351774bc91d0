/** Each try of a step: when, how long, how it ended and why. */
import type { Attempt, EffectClass } from '@/api/generated';
import { Badge } from '@/components/badge';
import { Disclosure } from '@/components/disclosure';
import { Time } from '@/components/time';
import { formatDuration, formatPlural } from '@/lib/format';

import { outcomeLooks } from '../state/words';
import { Log } from './log';

const effects: Record<EffectClass, string> = {
  pure: 'It only computes: trying again changes nothing.',
  idempotent: 'Trying again does no harm: it is sent under the same key.',
  at_most_once: 'It must not happen twice: it is never tried again by itself where nobody knows how it ended.',
};

export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const effect = attempts[0]?.effect;
  return (
    <>
      <ol className="flex flex-col gap-2">
        {attempts.map((attempt, index) => {
          const { words, tone } = outcomeLooks[attempt.outcome];
          return (
            <li key={attempt.number} className="text-dense">
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span className="tabular font-medium">Try {attempt.number}</span>
                <Badge tone={tone}>{words}</Badge>
                <span className="tabular text-caption text-muted-foreground">
                  {attempt.endedAt !== undefined && `${formatDuration(attempt.endedAt - attempt.startedAt)} · `}
                  <Time at={attempt.startedAt} />
                </span>
              </span>
              {attempt.errorMessage !== undefined && <p className="mt-0.5 break-words">{attempt.errorMessage}</p>}
              {/* The newest one's stands above. */}
              {attempt.log !== undefined && index < attempts.length - 1 && (
                <Disclosure title="Its log" note={formatPlural(attempt.log.length, 'line')}>
                  <Log lines={attempt.log} />
                </Disclosure>
              )}
            </li>
          );
        })}
      </ol>
      {effect !== undefined && <p className="mt-2 text-caption text-muted-foreground">{effects[effect]}</p>}
    </>
  );
}
