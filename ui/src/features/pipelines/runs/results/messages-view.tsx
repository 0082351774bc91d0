/** Messages as they were sent to a model, or came from one. */
import { isRecord } from '../../shared/definition';
import { TextView } from './text-view';

export function MessagesView({ messages }: { messages: readonly unknown[] }) {
  return (
    <ol className="flex flex-col gap-2.5">
      {messages.map((message, index) => {
        const { role = '', content } = isRecord(message) ? message : {};
        const who = typeof role === 'string' && role !== '' ? role : 'somebody';
        return (
          <li key={index}>
            <p className="mb-1 text-caption font-medium text-muted-foreground">{who}</p>
            <TextView text={textOf(content)} label={`Message ${index + 1}, ${who}`} />
          </li>
        );
      })}
    </ol>
  );
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) {
    return content
      .map((part: unknown) => (isRecord(part) && typeof part.text === 'string' ? part.text : JSON.stringify(part)))
      .join('\n');
  }
  return content === undefined || content === null ? '' : JSON.stringify(content, null, 2);
}
