import { useState } from 'react';

import { useCall } from '@/api/query';
import { Select } from '@/components/select';
import { Slider } from '@/components/slider';

import { NotSaved, Row } from './parts';
import { useSettings } from './use-settings';

/** No model is called so. */
const none = '';

export function Chat() {
  const { settings, change, error } = useSettings();
  const list = useCall('model/list', {});
  const models = (list.data?.models ?? []).filter(({ capabilities }) =>
    capabilities.some((capability) => capability === 'chat' || capability === 'completion'),
  );
  const chosen = settings?.defaultModel;
  const options = models.map(({ id, name, testSize }) => ({
    value: id,
    label: name,
    note: testSize ? 'test size' : id.split('/')[0],
  }));
  if (chosen !== undefined && !models.some(({ id }) => id === chosen)) {
    options.unshift({ value: chosen, label: chosen, note: 'not there' });
  }
  if (chosen !== undefined) options.unshift({ value: none, label: 'The one used last', note: 'nothing chosen' });
  return (
    <>
      <Row title="Model of new chats" note="Each chat can still use another one.">
        <Select
          aria-label="Model of new chats"
          options={options}
          value={chosen ?? null}
          placeholder={models.length === 0 ? 'No models yet' : 'The one used last'}
          disabled={options.length === 0}
          onChange={(id) => change({ defaultModel: id === none ? null : id })}
          className="max-w-72"
        />
      </Row>
      {settings && (
        <Patience
          seconds={settings.firstTokenTimeout}
          onChange={(firstTokenTimeout) => change({ firstTokenTimeout })}
        />
      )}
      {error && <NotSaved message={error.message} />}
    </>
  );
}

/** Saved when the hand rests, not at each step of the slider. */
function Patience({ seconds, onChange }: { seconds: number; onChange: (seconds: number) => void }) {
  const [held, setHeld] = useState<number | null>(null);
  const save = () => {
    if (held !== null && held !== seconds) onChange(held);
    setHeld(null);
  };
  return (
    <Row
      title="Patience with a local model"
      note="Seconds until the first word. A large model on a slow computer reads a long conversation for minutes."
    >
      <div
        className="w-full max-w-72"
        onPointerUp={save}
        onBlur={save}
        onKeyUp={(event) => (event.key === 'Enter' || event.key.startsWith('Arrow')) && save()}
      >
        <Slider
          label="Seconds to the first word"
          value={held ?? seconds}
          onChange={setHeld}
          min={10}
          max={3600}
          step={10}
        />
      </div>
    </Row>
  );
}
