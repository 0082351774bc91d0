/** A model by its id, or a template for one: typed, with those that are here below. */
import type { ReactNode } from 'react';

import { useCall } from '@/api/query';

import { SuggestField } from './suggest-field';

export interface ModelFieldProps {
  label: string;
  description: ReactNode;
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}

export function ModelField(props: ModelFieldProps) {
  const list = useCall('model/list', {});
  return (
    <SuggestField
      {...props}
      items={(list.data?.models ?? []).map(({ id }) => id)}
      placeholder="provider/name"
      none={
        list.isPending
          ? 'Loading the models'
          : 'No model here is called so. A template such as {{ vars.model }} works too.'
      }
    />
  );
}
