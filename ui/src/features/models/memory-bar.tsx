import { formatBytes, formatPercent } from '@/lib/format';

export interface MemoryBarProps {
  /** What it stands for: "Memory held by Qwen". */
  label: string;
  /** Bytes. */
  held: number;
  /** Bytes of `held` on a GPU. */
  gpu: number | undefined;
  total: number;
}

/** How much of the memory something holds, and which part of that is on a GPU. */
export function MemoryBar({ label, held, gpu = 0, total }: MemoryBarProps) {
  const onGpu = Math.min(held, gpu);
  const part = (bytes: number) => ({ width: `${Math.max(bytes > 0 ? 2 : 0, Math.min(1, bytes / total) * 100)}%` });
  return (
    <span
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(Math.min(1, held / total) * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={gpuWords(held, gpu)}
      title={gpuWords(held, gpu)}
      className="hidden h-1.5 w-28 gap-px overflow-hidden rounded-pill bg-muted sm:flex"
    >
      {onGpu > 0 && <span className="block h-full bg-chart-1" style={part(onGpu)} />}
      {held > onGpu && <span className="block h-full bg-success" style={part(held - onGpu)} />}
    </span>
  );
}

/** "On the GPU", "64 % on the GPU", "On the CPU"; nothing where nobody tells. */
export function gpuWords(held: number, gpu: number | undefined): string | undefined {
  if (gpu === undefined || held === 0) return undefined;
  if (gpu === 0) return 'On the CPU';
  return gpu >= held ? 'On the GPU' : `${formatPercent(gpu / held)} on the GPU, ${formatBytes(held - gpu)} in memory`;
}
