import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { Select } from '@/components/select';
import { Textarea } from '@/components/textarea';

import { isRecord } from '../../shared/definition';

interface Message {
  role: string;
  content: string;
}
const roles = [
  { value: 'system', label: 'Instructions' },
  { value: 'user', label: 'Person' },
  { value: 'assistant', label: 'Model' },
];

export function MessagesField({
  label,
  value,
  onChange,
  below,
}: {
  label: string;
  value: unknown;
  onChange: (value: Message[] | undefined) => void;
  /** What stands below a message, of its content. */
  below?: (content: string) => ReactNode;
}) {
  const messages = Array.isArray(value) ? value.filter(isMessage) : [];
  const set = (next: Message[]) => onChange(next.length > 0 ? next : undefined);
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="text-dense font-medium">{label}</legend>
      {messages.map((message, index) => {
        const change = (changes: Partial<Message>) =>
          set(messages.map((other, at) => (at === index ? { ...other, ...changes } : other)));
        return (
          <div key={index} className="flex flex-col gap-1">
            <div className="flex justify-between">
              <Select
                aria-label={`Who says message ${index + 1}`}
                options={roles}
                value={message.role}
                onChange={(role) => change({ role })}
              />
              <IconButton
                label={`Remove message ${index + 1}`}
                icon={X}
                onClick={() => set(messages.filter((_, at) => at !== index))}
              />
            </div>
            <Textarea
              aria-label={`Message ${index + 1}`}
              value={message.content}
              onChange={(content) => change({ content })}
              className="font-mono text-dense!"
            />
            {below?.(message.content)}
          </div>
        );
      })}
      <Button
        variant="ghost"
        icon={Plus}
        className="self-start"
        onClick={() => set([...messages, { role: messages.length === 0 ? 'system' : 'user', content: '' }])}
      >
        Add a message
      </Button>
    </fieldset>
  );
}

const isMessage = (value: unknown): value is Message =>
  isRecord(value) && typeof value.role === 'string' && typeof value.content === 'string';
