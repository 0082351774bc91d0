/** Which secrets the pipeline may use, and whether each was entered. What they are is entered in the settings. */
import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';

import { useCall } from '@/api/query';
import { Badge } from '@/components/badge';
import { IconButton } from '@/components/icon-button';

import { placeWords } from '../../secrets/places';

export function SecretNames({ names, onRemove }: { names: readonly string[]; onRemove: (name: string) => void }) {
  const entered = useCall('secret/list', {});
  return (
    <ul className="flex flex-col gap-1">
      {names.map((name) => {
        const known = (entered.data ?? []).filter((secret) => secret.name === name);
        return (
          <li key={name} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-dense">
            <span className="font-mono font-medium">{name}</span>
            <span className="min-w-32 flex-1 text-muted-foreground">
              {known.map(({ place }) => placeWords(place)).join('; ')}
              {entered.data && known.length === 0 && <Badge tone="warning">Not entered yet</Badge>}
            </span>
            <Link
              to="/settings/$section"
              params={{ section: 'secrets' }}
              className="text-accent underline underline-offset-2"
            >
              {known.length === 0 ? 'Enter it' : 'Change it'}
            </Link>
            <IconButton label={`Delete secret ${name}`} icon={Trash2} onClick={() => onRemove(name)} />
          </li>
        );
      })}
    </ul>
  );
}
