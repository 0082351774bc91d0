import type { CatalogueEntry, Fit } from '@/api/generated';

const fitting: readonly Fit[] = ['yes', 'partly', 'tight', 'unknown'];

/** Those whose words hold all typed words, with the sizes that fit; one without such a size goes. */
export function chosenEntries(
  entries: readonly CatalogueEntry[],
  text: string,
  onlyFitting: boolean,
): CatalogueEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.flatMap((entry) => {
    const sizes = onlyFitting ? entry.sizes.filter(({ fits }) => fitting.includes(fits)) : entry.sizes;
    const { name, title, description, family, maker, capabilities } = entry;
    const all = [
      name,
      title,
      description,
      family,
      maker,
      ...capabilities,
      ...sizes.flatMap(({ tag, parameters }) => [tag, parameters]),
    ]
      .join(' ')
      .toLowerCase();
    return sizes.length > 0 && words.every((word) => all.includes(word)) ? [{ ...entry, sizes }] : [];
  });
}
