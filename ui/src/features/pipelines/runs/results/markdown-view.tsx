/** Text that a model wrote, parsed by Web+ and painted as an answer is: nothing of it becomes HTML. */
import { useCall } from '@/api/query';
import { Blocks } from '@/blocks/blocks';
import { Failure } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton';

export function MarkdownView({ text }: { text: string }) {
  const rendered = useCall('markup/render', { text }, { keepPrevious: true });
  if (rendered.error) {
    return (
      <Failure title="The text couldn’t be formatted" error={rendered.error} onRetry={() => void rendered.refetch()} />
    );
  }
  if (!rendered.data) return <SkeletonRows rows={3} label="Formatting the text" />;
  return (
    <div className="max-w-reading">
      <Blocks blocks={rendered.data.blocks} growing={false} />
    </div>
  );
}
