/** What runs take that don't exist: `gallery.html?at=/settings/runs&kept=none`. */
import type { Retention, RunsKept, RunsKeptParams } from '@/api/generated';

const day = 86_400_000;
const usual: Retention = { runs: 1000, days: 90, failedDays: 180 };

const all: RunsKept[] = [
  {
    pipelineId: 'code-factory',
    name: 'Code Factory',
    known: true,
    retention: usual,
    runs: 1214,
    failed: 87,
    oldest: Date.now() - 112 * day,
    bytes: 412_700_000,
    expired: 214,
    frees: 61_300_000,
  },
  {
    pipelineId: 'release-notes',
    name: 'Release notes of everything that was merged since the last tag',
    known: true,
    retention: { runs: 20, days: 365, failedDays: 30 },
    runs: 18,
    failed: 0,
    oldest: Date.now() - 9 * day,
    bytes: 2_400_000,
    expired: 0,
    frees: 0,
  },
  {
    pipelineId: 'translate',
    name: 'Translate',
    known: true,
    retention: usual,
    runs: 0,
    failed: 0,
    bytes: 0,
    expired: 0,
    frees: 0,
  },
];

/** The answer to a question about what is kept; undefined for every other. */
export function answerKept(method: string, params: unknown, wanted: URLSearchParams): unknown {
  const { pipelineId, retention } = (params ?? {}) as RunsKeptParams;
  if (method === 'run/tidy') return { removed: 214 };
  if (method !== 'run/kept') return undefined;
  const kept = wanted.get('kept');
  if (kept === 'none') return { waits: false, pipelines: [] };
  const pipelines = all
    .filter((one) => pipelineId === undefined || one.pipelineId === pipelineId)
    .map((one) => {
      const expired = Math.max(kept === 'tidy' ? 0 : one.expired, one.runs - (retention?.runs ?? one.runs));
      return { ...one, expired, frees: one.runs === 0 ? 0 : Math.round((one.bytes * expired) / one.runs) };
    });
  return { waits: kept === 'waits', pipelines };
}
