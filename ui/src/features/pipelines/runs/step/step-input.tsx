/** What a step was given, as it was sent: messages as messages, texts as texts, the rest as a tree. */
import { isRecord } from '../../shared/definition';
import { JsonView } from '../results/json-view';
import { MessagesView } from '../results/messages-view';
import { TextView } from '../results/text-view';

export function StepInput({ input }: { input: unknown }) {
  if (!isRecord(input))
    return typeof input === 'string' ? (
      <TextView text={input} label="Input" />
    ) : (
      <JsonView value={input} label="Input" />
    );
  const long = Object.entries(input).filter(
    ([, value]) => typeof value === 'string' && (value.includes('\n') || value.length > 80),
  );
  const messages = Array.isArray(input.messages) ? input.messages : null;
  const rest = Object.fromEntries(
    Object.entries(input).filter(
      ([name]) => !(name === 'messages' && messages) && !long.some(([other]) => other === name),
    ),
  );
  return (
    <div className="flex flex-col gap-2.5">
      {messages && <MessagesView messages={messages} />}
      {long.map(([name, value]) => (
        <div key={name}>
          <p className="mb-1 text-caption font-medium text-muted-foreground">{name}</p>
          <TextView text={value as string} label={name} />
        </div>
      ))}
      {Object.keys(rest).length > 0 && <JsonView value={rest} label="Settings of the step" />}
    </div>
  );
}
