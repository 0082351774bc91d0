import { Group, Line } from './group';

const swatches = [
  'bg-background',
  'bg-panel',
  'bg-popover',
  'bg-muted',
  'bg-border',
  'bg-control',
  'bg-muted-foreground',
  'bg-foreground',
  'bg-primary',
  'bg-accent',
  'bg-accent-surface',
  'bg-success',
  'bg-warning',
  'bg-danger',
  'bg-info',
  'bg-chart-1',
  'bg-chart-2',
  'bg-chart-3',
  'bg-chart-4',
  'bg-chart-5',
  'bg-chart-6',
];

export function Tokens() {
  return (
    <Group title="Type and colour">
      <p className="text-title">Title 20/28</p>
      <p className="text-heading">Heading 16/24</p>
      <p className="text-answer">Answer 15/24: the text that people read longest, at most 760 px wide.</p>
      <p>Base 14/20: the ordinary text of the page.</p>
      <p className="text-dense">Dense 13/18: lists and tables. 0123456789</p>
      <p className="text-caption text-muted-foreground">Caption 12/16: facts under things.</p>
      <p className="font-mono text-dense">let answer = 42; // code</p>
      <Line>
        {swatches.map((swatch) => (
          <span key={swatch} className="flex w-24 flex-col gap-1 text-caption text-muted-foreground">
            <span className={`h-8 rounded-control border border-border ${swatch}`} />
            {swatch.slice(3)}
          </span>
        ))}
      </Line>
    </Group>
  );
}
