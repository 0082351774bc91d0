/** The table's columns. What matters less goes first where there is less room; the panel of details has it all. */
import type { SortKey } from './facts';

export interface Column {
  title: string;
  sortKey: SortKey;
  /** Its width, and from which width of the place on it is shown. */
  className?: string;
  number?: boolean;
}

export const cells = {
  provider: 'hidden @3xl:table-cell',
  state: 'hidden @md:table-cell',
  size: 'hidden @2xl:table-cell',
  quantization: 'hidden @5xl:table-cell',
  context: 'hidden @5xl:table-cell',
  fits: 'hidden @2xl:table-cell',
  memory: 'hidden @5xl:table-cell',
} as const;

export const columns: readonly Column[] = [
  { title: 'Name', sortKey: 'name' },
  { title: 'Provider', sortKey: 'provider', className: `w-28 ${cells.provider}` },
  { title: 'State', sortKey: 'state', className: `w-34 @4xl:w-52 ${cells.state}` },
  { title: 'Size', sortKey: 'size', className: `w-20 ${cells.size}`, number: true },
  { title: 'Quantisation', sortKey: 'quantization', className: `w-28 ${cells.quantization}` },
  { title: 'Context', sortKey: 'context', className: `w-20 ${cells.context}`, number: true },
  { title: 'Fits', sortKey: 'fits', className: `w-26 ${cells.fits}` },
  { title: 'Memory', sortKey: 'memory', className: `w-24 ${cells.memory}`, number: true },
];
