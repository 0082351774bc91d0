/** What a receiver is told, and how a delivery stands, in words. Pure. */
import type { DeliveryState, Webhook, WebhookDelivery } from '@/api/generated';
import type { Tone } from '@/components/status-dot';

export const deliveryStates: Record<DeliveryState, { tone: Tone; words: string }> = {
  waiting: { tone: 'info', words: 'On its way' },
  delivered: { tone: 'success', words: 'Delivered' },
  failed: { tone: 'danger', words: 'Given up' },
};

/** What is known about a delivery beside its state. */
export function deliveryFacts({ tries, lastStatus }: WebhookDelivery): string {
  return [
    tries === 0 ? 'not tried yet' : tries === 1 ? '1 try' : `${tries} tries`,
    lastStatus === undefined ? '' : `answered ${lastStatus}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

export interface WebhookForm {
  url: string;
  /** Everything where it is empty. */
  topics: readonly string[];
  /** Of one pipeline only; "all" else. */
  pipeline: string;
  allowLocal: boolean;
}

export const formOf = (webhook: Webhook | undefined): WebhookForm => ({
  url: webhook?.url ?? '',
  topics: webhook?.topics ?? ['run.succeeded', 'run.failed'],
  pipeline: webhook?.pipelineId ?? 'all',
  allowLocal: webhook?.allowLocal ?? false,
});

/** Null where it can be saved. The application refuses more; its sentence is shown then. */
export function urlProblem({ url, allowLocal }: WebhookForm): string | null {
  let parsed: URL;
  try {
    parsed = new URL(url.trim());
  } catch {
    return 'A web address, such as https://example.net/hook.';
  }
  if (parsed.protocol === 'https:') return null;
  if (parsed.protocol !== 'http:') return 'It begins with https://.';
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (!here) return 'Other computers are told with encryption only: it begins with https://.';
  return allowLocal ? null : 'It is on this computer. Allow that below.';
}
