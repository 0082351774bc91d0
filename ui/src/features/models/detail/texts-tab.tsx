import { useCall } from '@/api/query';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';

import { Text } from './parts';

/** What a model says about itself in words: how it is spoken to, with what, and under which licence. */
export function TextsTab({ id }: { id: string }) {
  const details = useCall('model/show', { id });
  if (details.isPending) return <SkeletonRows label="Reading the model" rows={5} />;
  if (details.error) return <NotRead error={details.error} onRetry={() => void details.refetch()} />;
  const { template, system, parameters, license, modelfile } = details.data;
  const texts: [string, string | undefined][] = [
    ['System prompt', system],
    ['Template', template],
    ['Parameters', parameters],
    ['Licence', license],
    ['Modelfile', modelfile],
  ];
  const known = texts.filter((text): text is [string, string] => text[1] !== undefined && text[1].trim() !== '');
  return (
    <div className="flex flex-col gap-4 p-4">
      {known.length === 0 && (
        <p className="text-dense text-muted-foreground">It has no template, system prompt or licence of its own.</p>
      )}
      {known.map(([title, text]) => (
        <Text key={title} title={title} text={text} />
      ))}
    </div>
  );
}

export function NotRead({
  error,
  onRetry,
}: {
  error: { message: string; traceId?: string | undefined };
  onRetry: () => void;
}) {
  return <Failure title="The model couldn’t be read" error={error} onRetry={onRetry} className="m-4" />;
}
