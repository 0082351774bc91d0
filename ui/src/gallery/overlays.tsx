import { Archive, MoreHorizontal, Pencil, Pin, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { AlertDialog } from '@/components/alert-dialog';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { ContextMenu, Menu, type MenuEntry } from '@/components/menu';
import { Popover } from '@/components/popover';
import { Slider } from '@/components/slider';
import { showToast } from '@/components/toast';

import { Group, Line } from './group';

export function Overlays() {
  const [dialog, setDialog] = useState(false);
  const [alert, setAlert] = useState(false);
  const [pinned, setPinned] = useState(true);
  const [temperature, setTemperature] = useState(0.7);
  const entries: MenuEntry[] = [
    { label: 'Rename', icon: Pencil, shortcut: 'F2', onSelect: () => undefined },
    { label: 'Pinned', icon: Pin, checked: pinned, onSelect: () => setPinned((was) => !was) },
    {
      label: 'Move to',
      entries: [
        { label: 'Work', onSelect: () => undefined },
        { label: 'Travel', onSelect: () => undefined },
      ],
    },
    { label: 'Archive', icon: Archive, disabled: true, onSelect: () => undefined },
    'separator',
    { label: 'Delete', icon: Trash2, danger: true, shortcut: 'Delete', onSelect: () => undefined },
  ];
  return (
    <Group title="What floats">
      <Line>
        <Button onClick={() => setDialog(true)}>Open dialog</Button>
        <Button variant="danger" onClick={() => setAlert(true)}>
          Delete for good
        </Button>
        <Popover trigger={<Button icon={SlidersHorizontal}>Parameters</Button>} title="Parameters">
          <Slider label="Temperature" min={0} max={2} step={0.1} value={temperature} onChange={setTemperature} />
        </Popover>
        <Menu trigger={<IconButton label="More" icon={MoreHorizontal} variant="secondary" />} entries={entries} />
        <Button
          onClick={() =>
            showToast({
              title: 'Downloaded smollm2 (98.4 MB)',
              tone: 'success',
              action: { label: 'Show', onSelect: () => undefined },
            })
          }
        >
          Show toast
        </Button>
        <ContextMenu entries={entries}>
          <div className="flex h-8 items-center rounded-control border border-dashed border-control px-3 text-dense text-muted-foreground">
            Right-click here
          </div>
        </ContextMenu>
      </Line>
      <Dialog
        open={dialog}
        onClose={() => setDialog(false)}
        title="Connect OpenAI"
        description="The key is kept in this computer’s keychain and sent to api.openai.com only."
        footer={
          <>
            <Button onClick={() => setDialog(false)}>Cancel</Button>
            <Button variant="primary" onClick={() => setDialog(false)}>
              Connect
            </Button>
          </>
        }
      >
        <Field label="API key" description="It begins with sk-.">
          <Input placeholder="sk-…" type="password" />
        </Field>
      </Dialog>
      <AlertDialog
        open={alert}
        onClose={() => setAlert(false)}
        title="Delete 3 models?"
        description="SmolLM2, Gemma 3 and Qwen 3 leave this disk. You can download them again."
        confirm="Delete 3 models, free 12.4 GB"
        onConfirm={() => setAlert(false)}
      />
    </Group>
  );
}
