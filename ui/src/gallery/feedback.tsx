import { Boxes } from 'lucide-react';

import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { Progress } from '@/components/progress';
import { SkeletonRows } from '@/components/skeleton';
import { StatusDot } from '@/components/status-dot';

import { Group, Line } from './group';

export function Feedback() {
  return (
    <div className="grid gap-6 md:grid-cols-2">
      <Group title="States">
        <Line>
          <Badge>Q4_K_M</Badge>
          <Badge tone="accent">Default</Badge>
          <Badge tone="success">Loaded</Badge>
          <Badge tone="warning">Fits barely</Badge>
          <Badge tone="danger">Damaged</Badge>
          <Badge tone="info">Remote</Badge>
        </Line>
        <Line>
          {(['success', 'warning', 'danger', 'info', 'neutral'] as const).map((tone) => (
            <span key={tone} className="flex items-center gap-1.5 text-dense">
              <StatusDot tone={tone} />
              {tone}
            </span>
          ))}
        </Line>
        <Progress
          label="Downloading smollm2"
          value={0.43}
          completedBytes={42_300_000}
          totalBytes={98_362_432}
          bytesPerSecond={5_200_000}
          timeLeft={10_800}
          onStop={() => undefined}
        />
        <Progress label="Loading gemma3-270m" value={null} onStop={() => undefined} />
        <Disclosure title="Reasoning" note="4.2 s" defaultOpen>
          <p className="text-dense text-muted-foreground">The question asks for a capital; France has one.</p>
        </Disclosure>
        <SkeletonRows label="Loading models" rows={3} />
      </Group>
      <Group title="Empty and broken">
        <EmptyState
          icon={Boxes}
          title="No models yet"
          action={<Button variant="primary">Download a starter model</Button>}
        >
          A model answers your messages. The starter takes 98.4 MB and runs on this computer.
        </EmptyState>
        <Failure
          title="The model list didn’t load"
          error={{
            message: 'Web+ doesn’t answer at http://127.0.0.1:4321. Check that it is still running, then try again.',
            traceId: '0192f3c1',
          }}
          onRetry={() => undefined}
        />
      </Group>
    </div>
  );
}
