/** A text that may be anything, with what is known below it while it is typed. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import type { ReactNode } from 'react';

import { Field } from '@/components/field';
import { inputClass } from '@/components/input';
import { itemClass, popupClass } from '@/components/popup-class';
import { classNames } from '@/lib/class-names';

export interface SuggestFieldProps {
  label: string;
  /** The label is there for assistive technology only. */
  hideLabel?: boolean;
  description?: ReactNode;
  value: string;
  error?: string | null;
  items: readonly string[];
  placeholder?: string;
  /** What is said where none of them is called so. */
  none: string;
  onChange: (value: string) => void;
}

export function SuggestField({
  label,
  hideLabel,
  description,
  value,
  error,
  items,
  placeholder,
  none,
  onChange,
}: SuggestFieldProps) {
  return (
    <Field label={label} hideLabel={hideLabel} description={description} error={error ?? null}>
      <Autocomplete.Root items={items} value={value} onValueChange={onChange} openOnInputClick>
        <Autocomplete.Input
          placeholder={placeholder}
          spellCheck={false}
          className={classNames(inputClass, 'h-9 w-full px-2.5 font-mono text-dense!')}
        />
        <Autocomplete.Portal>
          <Autocomplete.Positioner sideOffset={4} className="z-40 outline-none">
            <Autocomplete.Popup className={classNames(popupClass, 'max-h-72 w-(--anchor-width) overflow-y-auto')}>
              <Autocomplete.Empty className="px-2 py-1 text-dense text-muted-foreground empty:hidden">
                {none}
              </Autocomplete.Empty>
              <Autocomplete.List>
                {(id: string) => (
                  <Autocomplete.Item key={id} value={id} className={itemClass}>
                    <span className="truncate">{id}</span>
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
    </Field>
  );
}
