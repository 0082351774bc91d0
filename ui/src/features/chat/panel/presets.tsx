/** Saved sets of model, system prompt and parameters. */
import { Save, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { useCall, useMutate } from '@/api/query';
import { Button } from '@/components/button';
import { Failure } from '@/components/error-state';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { Popover } from '@/components/popover';
import { Select } from '@/components/select';
import { showToast } from '@/components/toast';

import { shortModelName } from '../model-name';
import type { TurnSettings } from './settings-panel';

export function Presets({ settings, onApply }: { settings: TurnSettings; onApply: (settings: TurnSettings) => void }) {
  const presets = useCall('preset/list', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const save = useMutate('preset/save');
  const remove = useMutate('preset/delete', {
    onFailed: (error) => showToast({ title: 'The preset wasn’t deleted', description: error.message, tone: 'danger' }),
  });
  const list = presets.data ?? [];
  const current = list.find((preset) => preset.id === chosen);

  const apply = (id: string) => {
    const preset = list.find((candidate) => candidate.id === id);
    if (!preset) return;
    setChosen(id);
    const { model, systemPrompt, parameters } = preset;
    onApply({ ...(model === undefined ? {} : { model }), systemPrompt, parameters });
  };
  const discard = () => {
    if (!current) return;
    const { id: _id, ...content } = current;
    setChosen(null);
    remove.mutate(
      { id: current.id },
      {
        onSuccess: () => {
          void presets.refetch();
          showToast({
            title: `Deleted the preset “${current.name}”`,
            action: {
              label: 'Undo',
              onSelect: () => save.mutate(content, { onSuccess: () => void presets.refetch() }),
            },
          });
        },
      },
    );
  };

  return (
    <section aria-label="Presets" className="flex flex-col gap-1.5">
      <h3 className="text-dense font-medium">Preset</h3>
      {presets.error && (
        <Failure title="The presets didn’t load" error={presets.error} onRetry={() => void presets.refetch()} />
      )}
      <div className="flex items-center gap-1">
        <Select
          aria-label="Preset"
          placeholder={list.length === 0 ? 'None saved yet' : 'Choose a preset'}
          disabled={list.length === 0}
          options={list.map(({ id, name, model }) => ({
            value: id,
            label: name,
            ...(model === undefined ? {} : { note: shortModelName(model) }),
          }))}
          value={chosen}
          onChange={apply}
          className="min-w-0! flex-1"
        />
        <SavePreset
          initial={current?.name ?? ''}
          busy={save.isPending}
          onSave={(name, done) => {
            const same = list.find((preset) => preset.name === name);
            const { model, systemPrompt, parameters } = settings;
            save.mutate(
              {
                ...(same ? { id: same.id } : {}),
                name,
                ...(model === undefined ? {} : { model }),
                systemPrompt,
                parameters: parameters,
              },
              {
                onSuccess: (preset) => {
                  void presets.refetch();
                  setChosen(preset.id);
                  done();
                },
              },
            );
          }}
          error={save.error?.message ?? null}
        />
        <IconButton label="Delete the preset" icon={Trash2} disabled={!current} onClick={discard} />
      </div>
    </section>
  );
}

interface SavePresetProps {
  initial: string;
  busy: boolean;
  error: string | null;
  onSave: (name: string, done: () => void) => void;
}

function SavePreset({ initial, busy, error, onSave }: SavePresetProps) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setName(initial);
      }}
      title="Save as a preset"
      align="end"
      trigger={<IconButton label="Save as a preset" icon={Save} />}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') onSave(name.trim(), () => setOpen(false));
        }}
      >
        <p className="text-dense text-muted-foreground">
          Keeps the model, the system prompt and the parameters. A name that exists is replaced.
        </p>
        <Input aria-label="Name" placeholder="Name" maxLength={100} value={name} onChange={setName} autoFocus />
        {error !== null && (
          <p role="alert" className="text-caption text-danger">
            {error}
          </p>
        )}
        <Button type="submit" variant="primary" busy={busy} disabled={name.trim() === ''} className="self-end">
          Save
        </Button>
      </form>
    </Popover>
  );
}
