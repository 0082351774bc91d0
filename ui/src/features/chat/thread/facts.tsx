import type { MessageView } from '@/api/generated';
import { formatDuration, formatMoney, formatSpeed, formatTokens } from '@/lib/format';

import { shortModelName } from '../model-name';

/** What the answer cost and how fast it was, in one line. What runs here costs nothing, and nothing is said of it. */
export function Facts({ view }: { view: MessageView }) {
  const facts = factsOf(view);
  return (
    <p className="tabular min-w-0 px-2 text-caption text-muted-foreground">
      {facts.map((fact, index) => (
        <span key={fact}>
          {index > 0 && ' · '}
          {fact}
        </span>
      ))}
    </p>
  );
}

export function factsOf({ model, call, status, finishReason }: MessageView): string[] {
  const facts = model === undefined ? [] : [shortModelName(model)];
  // Of an answer that never began there is nothing to tell.
  if (call && status !== 'failed') {
    const { usage } = call;
    if (usage.output > 0) facts.push(`${usage.estimated ? '≈ ' : ''}${formatTokens(usage.output)}`);
    if (call.tokensPerSecond !== undefined) facts.push(formatSpeed(call.tokensPerSecond));
    if (call.firstTokenMs !== undefined) facts.push(`${formatDuration(call.firstTokenMs)} to first`);
    const { costNanoUsd } = call;
    if (costNanoUsd === undefined && usage.output > 0) facts.push('price unknown');
    else if (costNanoUsd !== undefined && costNanoUsd > 0) facts.push(formatMoney(costNanoUsd));
  }
  if (finishReason === 'refusal') facts.push('the model refused');
  return facts;
}
