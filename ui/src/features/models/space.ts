import type { ModelFolder } from '@/api/generated';

export interface Space {
  /** Bytes, each. */
  models: number;
  unreferenced: number;
  partials: number;
  /** What the button frees. */
  reclaimable: number;
  /** Undefined where no system tells. */
  free: number | undefined;
}

/** All folders together. They may lie on one disk, so what is free isn't added up: the scarcest counts. */
export function spaceOf(folders: readonly ModelFolder[]): Space {
  const sum = (of: (folder: ModelFolder) => number) => folders.reduce((total, folder) => total + of(folder), 0);
  const unreferenced = sum((folder) => folder.unreferenced);
  const frees = folders.flatMap(({ free }) => free ?? []);
  const partials = sum((folder) => folder.partials);
  return {
    models: sum((folder) => folder.models),
    unreferenced,
    partials,
    reclaimable: unreferenced + partials,
    free: frees.length === 0 ? undefined : Math.min(...frees),
  };
}
