/** Who answers, and the way to choose another. */
import { ChevronsUpDown } from 'lucide-react';

import { Button } from '@/components/button';
import { Popover } from '@/components/popover';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot } from '@/components/status-dot';
import { later } from '@/lib/later';

import { shortModelName } from '../model-name';
import type { Models } from '../state/models';

const Finder = later(() => import('./model-finder'));

export interface ModelPickerProps {
  models: Models;
  chosen: string | undefined;
  onChoose: (model: string) => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What is chosen for, where it isn't the next message. */
  title?: string;
}

export function ModelPicker({ models, chosen, onChoose, open, onOpenChange, title = 'Model' }: ModelPickerProps) {
  const model = models.all.find((candidate) => candidate.id === chosen);
  const name = model?.name ?? (chosen === undefined ? 'Choose a model' : shortModelName(chosen));
  const missing = chosen !== undefined && !model && !models.pending;
  return (
    <Popover
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      hideTitle
      side="top"
      className="w-100 p-0!"
      trigger={
        <Button variant="ghost" aria-label={`Model: ${name}`} className="min-w-0 shrink! text-muted-foreground">
          {missing && <StatusDot tone="warning" label="This model isn’t here at the moment" />}
          {model?.state.type === 'loaded' && <StatusDot tone="success" label="Loaded" />}
          <span className="min-w-0 truncate">{name}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0" />
        </Button>
      }
    >
      <Finder
        meanwhile={<SkeletonRows rows={4} label="Loading the models" />}
        models={models}
        chosen={chosen}
        title={title}
        onChoose={(id) => {
          onOpenChange(false);
          onChoose(id);
        }}
      />
    </Popover>
  );
}
