import { Copy, Download, Pin, Play, Plus, Search, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { Button } from '@/components/button';
import { Checkbox } from '@/components/checkbox';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { Kbd } from '@/components/kbd';
import { Segmented } from '@/components/segmented';
import { Select } from '@/components/select';
import { Slider } from '@/components/slider';
import { Switch } from '@/components/switch';
import { Textarea } from '@/components/textarea';

import { Group, Line } from './group';

const models = [
  { value: 'smollm2', label: 'SmolLM2 135M', note: 'local' },
  { value: 'gemma', label: 'Gemma 3 270M', note: 'local' },
  { value: 'gpt', label: 'gpt-5-mini', note: 'openai' },
  { value: 'none', label: 'Not here', disabled: true },
] as const;

export function Controls() {
  const [text, setText] = useState('');
  const [prompt, setPrompt] = useState(
    'You answer briefly, in the language of the question.\nYou say so when you don’t know.',
  );
  const [model, setModel] = useState<(typeof models)[number]['value'] | null>('smollm2');
  const [on, setOn] = useState(true);
  const [off, setOff] = useState(false);
  const [temperature, setTemperature] = useState(0.7);
  const [view, setView] = useState<'list' | 'table'>('list');
  return (
    <>
      <Group title="Buttons">
        <Line>
          <Button variant="primary" icon={Play}>
            Load model
          </Button>
          <Button icon={Download}>Download</Button>
          <Button variant="ghost">Cancel</Button>
          <Button variant="danger" icon={Trash2}>
            Delete 3 models, free 12.4 GB
          </Button>
        </Line>
        <Line>
          <Button variant="primary" size="medium">
            Run pipeline
          </Button>
          <Button size="medium">Choose a file</Button>
          <Button busy>Testing the key</Button>
          <Button variant="primary" disabled>
            Send
          </Button>
          <Button disabled>Unload</Button>
        </Line>
        <Line>
          <IconButton label="New chat" icon={Plus} shortcut="Mod+N" />
          <IconButton label="Copy" icon={Copy} variant="secondary" />
          <IconButton label="Pin" icon={Pin} pressed />
          <IconButton label="Delete" icon={Trash2} disabled />
          <IconButton label="Copying" icon={Copy} busy />
          <Kbd shortcut="Mod+Shift+F" />
          <Kbd shortcut="Alt+ArrowUp" />
          <Segmented
            aria-label="View"
            value={view}
            onChange={setView}
            options={[
              { value: 'list', label: 'List' },
              { value: 'table', label: 'Table' },
            ]}
          />
        </Line>
      </Group>
      <div className="grid gap-6 md:grid-cols-2">
        <Group title="Fields">
          <Field label="Name" description="As it stands in the list.">
            <Input value={text} onChange={setText} placeholder="Trip to Lisbon" />
          </Field>
          <Field label="API key" error="OpenAI refused this key. Copy it again, whole.">
            <Input defaultValue="sk-proj-4f2a" />
          </Field>
          <Field label="Search" hideLabel>
            <Input icon={Search} placeholder="Search models" />
          </Field>
          <Field label="System prompt">
            <Textarea value={prompt} onChange={setPrompt} minRows={2} />
          </Field>
          <Field label="Address" disabled>
            <Input defaultValue="http://127.0.0.1:11434" />
          </Field>
        </Group>
        <Group title="Choices">
          <Field label="Model">
            <Select options={models} value={model} onChange={setModel} />
          </Field>
          <Field label="Fallback model">
            <Select options={models} value={null} onChange={setModel} placeholder="None" />
          </Field>
          <Field label="Keep the model loaded" description="It stays in memory between answers." inline>
            <Switch checked={on} onChange={setOn} />
          </Field>
          <Field label="Share usage" inline>
            <Switch checked={off} onChange={setOff} />
          </Field>
          <Line>
            <Checkbox checked={on} onChange={setOn}>
              Tools
            </Checkbox>
            <Checkbox checked={off} onChange={setOff}>
              Vision
            </Checkbox>
            <Checkbox checked={false} indeterminate onChange={setOff}>
              Some
            </Checkbox>
            <Checkbox checked={false} disabled onChange={setOff}>
              Unavailable
            </Checkbox>
          </Line>
          <div>
            <p className="text-dense font-medium">Temperature</p>
            <Slider label="Temperature" min={0} max={2} step={0.1} value={temperature} onChange={setTemperature} />
          </div>
          <Slider label="Top-p" min={0} max={1} step={0.05} value={0.95} onChange={setTemperature} disabled />
        </Group>
      </div>
    </>
  );
}
