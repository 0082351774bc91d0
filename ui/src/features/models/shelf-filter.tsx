import { Search } from 'lucide-react';
import type { RefObject } from 'react';

import type { Model } from '@/api/generated';
import { Input } from '@/components/input';
import { Select } from '@/components/select';
import { classNames } from '@/lib/class-names';
import { formatCount } from '@/lib/format';

import { isAt, isOnly, type Filter, type KindOf, type Only, type Where } from './facts';

const wheres: readonly { value: Where; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'local', label: 'On this computer' },
  { value: 'ollama', label: 'Ollama' },
  { value: 'embedded', label: 'Built-in' },
  { value: 'cloud', label: 'Cloud' },
];
const onlies: readonly { value: Only; label: string }[] = [
  { value: 'loaded', label: 'Loaded' },
  { value: 'damaged', label: 'Damaged' },
];

export interface ShelfFilterProps {
  models: readonly Model[];
  kindOf: KindOf;
  filter: Filter;
  onChange: (filter: Filter) => void;
  find: RefObject<HTMLInputElement | null>;
}

export function ShelfFilter({ models, kindOf, filter, onChange, find }: ShelfFilterProps) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-border px-4 py-2">
      <div className="min-w-40 flex-1">
        <Input
          ref={find}
          icon={Search}
          aria-label="Find a model"
          placeholder="Find a model"
          value={filter.text}
          onChange={(text) => onChange({ ...filter, text })}
          onKeyDown={(event) => event.key === 'Escape' && onChange({ ...filter, text: '' })}
        />
      </div>
      <Select
        aria-label="Where"
        options={wheres.map((option) => ({
          ...option,
          note: formatCount(models.filter((model) => isAt(model, option.value, kindOf)).length),
        }))}
        value={filter.where}
        onChange={(where) => onChange({ ...filter, where })}
        className="w-44"
      />
      {onlies.map(({ value, label }) => {
        const count = models.filter((model) => isOnly(model, value)).length;
        const on = filter.only === value;
        if (count === 0 && !on) return null;
        return (
          <button
            key={value}
            type="button"
            aria-pressed={on}
            onClick={() => onChange({ ...filter, only: on ? null : value })}
            className={classNames(
              'tabular inline-flex h-8 items-center gap-1.5 rounded-pill border px-3 text-dense font-medium transition-colors',
              on
                ? 'border-transparent bg-accent-surface text-accent'
                : 'border-border text-muted-foreground hover:bg-hover hover:text-foreground',
            )}
          >
            {label} <span className="font-normal">{formatCount(count)}</span>
          </button>
        );
      })}
    </div>
  );
}
