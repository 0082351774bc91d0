/** A model by its id, or a template for one: typed, with those that are here below. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import type { ReactNode } from 'react';

import { useCall } from '@/api/query';
import { Field } from '@/components/field';
import { inputClass } from '@/components/input';
import { itemClass, popupClass } from '@/components/popup-class';
import { classNames } from '@/lib/class-names';

export interface ModelFieldProps {
  label: string;
  description: ReactNode;
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}

export function ModelField({ label, description, value, error, onChange }: ModelFieldProps) {
  const list = useCall('model/list', {});
  const ids = (list.data?.models ?? []).map(({ id }) => id);
  return (
    <Field label={label} description={description} error={error}>
      <Autocomplete.Root items={ids} value={value} onValueChange={onChange} openOnInputClick>
        <Autocomplete.Input
          placeholder="provider/name"
          spellCheck={false}
          className={classNames(inputClass, 'h-9 w-full px-2.5 font-mono text-dense!')}
        />
        <Autocomplete.Portal>
          <Autocomplete.Positioner sideOffset={4} className="z-40 outline-none">
            <Autocomplete.Popup className={classNames(popupClass, 'max-h-72 w-(--anchor-width) overflow-y-auto')}>
              <Autocomplete.Empty className="px-2 py-1 text-dense text-muted-foreground empty:hidden">
                {list.isPending
                  ? 'Loading the models'
                  : 'No model here is called so. A template such as {{ vars.model }} works too.'}
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
