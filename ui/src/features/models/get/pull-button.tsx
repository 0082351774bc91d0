import { Check, Download } from 'lucide-react';

import { useMutate } from '@/api/query';
import { Button } from '@/components/button';

interface PullButtonProps {
  reference: string;
  target: string;
  /** What is got: "Download qwen3:4b". */
  label: string;
  disabled?: boolean;
}

/** Begins a download; from then on it stands among the downloads. */
export function PullButton({ reference, target, label, disabled }: PullButtonProps) {
  const pull = useMutate('model/pull');
  return (
    <span className="flex flex-col items-end gap-1">
      <Button
        icon={pull.isSuccess ? Check : Download}
        aria-label={pull.isSuccess ? `${label}: on its way` : label}
        busy={pull.isPending}
        disabled={disabled === true || pull.isSuccess}
        onClick={() => pull.mutate({ reference, target })}
      >
        {pull.isSuccess ? 'On its way' : 'Download'}
      </Button>
      {pull.error && (
        <span role="alert" className="max-w-60 text-right text-caption text-danger">
          {pull.error.message}
        </span>
      )}
    </span>
  );
}
