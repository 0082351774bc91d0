import { ChevronsUpDown, Search } from 'lucide-react';
import type { RefObject } from 'react';

import type { Model } from '@/api/generated';
import { Input } from '@/components/input';
import { Menu } from '@/components/menu';
import { Press } from '@/components/press';
import { selectClass } from '@/components/select-class';
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
      <Menu
        trigger={
          <Press className={classNames(selectClass, 'w-44')}>
            <span className="sr-only">Where: </span>
            <span className="truncate">{wheres.find(({ value }) => value === filter.where)?.label}</span>
            <ChevronsUpDown aria-hidden className="ml-auto size-3.5 text-muted-foreground" />
          </Press>
        }
        entries={() =>
          wheres.map(({ value, label }) => ({
            label,
            note: formatCount(models.filter((model) => isAt(model, value, kindOf)).length),
            checked: filter.where === value,
            onSelect: () => onChange({ ...filter, where: value }),
          }))
        }
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
