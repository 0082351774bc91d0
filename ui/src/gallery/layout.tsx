import { useState } from 'react';

import { Header } from '@/components/header';
import { SplitPane } from '@/components/split-pane';
import { Tabs } from '@/components/tabs';
import { Time } from '@/components/time';
import { formatBytes, formatCount, formatDuration, formatMoney, formatSpeed, formatTokens } from '@/lib/format';

import { Group } from './group';

const rows = ['Trip to Lisbon', 'Why the sky is blue', 'Rewrite of the release notes'];
const opened = Date.now();

export function Layout() {
  const [tab, setTab] = useState<'details' | 'template' | 'speed'>('details');
  return (
    <Group title="Split pane, header, tabs">
      <div className="h-72 overflow-hidden rounded-control border border-border bg-background">
        <SplitPane
          name="gallery"
          label="Conversations"
          side={
            <ul className="p-2">
              {rows.map((row, index) => (
                <li
                  key={row}
                  className={`flex h-row items-center justify-between gap-2 rounded-control px-2.5 text-dense ${index === 0 ? 'bg-accent-surface' : 'hover:bg-hover'}`}
                >
                  <span className="truncate">{row}</span>
                  <Time
                    at={opened - index * 7_200_000 - 60_000}
                    className="shrink-0 text-caption text-muted-foreground"
                  />
                </li>
              ))}
            </ul>
          }
        >
          <div className="flex h-full flex-col">
            <Header title="SmolLM2 135M" note={formatBytes(98_362_432)} level={2} />
            <Tabs
              aria-label="Model"
              value={tab}
              onChange={setTab}
              className="flex-1"
              tabs={[
                {
                  value: 'details',
                  label: 'Details',
                  content: (
                    <p className="tabular p-4 text-dense text-muted-foreground">
                      {[
                        formatTokens(412),
                        formatSpeed(38.2),
                        `${formatDuration(240)} to first`,
                        formatMoney(2_100_000),
                        formatMoney(null),
                        formatCount(12345),
                      ].join(' · ')}
                    </p>
                  ),
                },
                {
                  value: 'template',
                  label: 'Template',
                  content: <pre className="p-4 font-mono text-dense">{'<|im_start|>user'}</pre>,
                },
                {
                  value: 'speed',
                  label: 'Speed',
                  note: <span className="tabular text-caption">3</span>,
                  content: null,
                },
              ]}
            />
          </div>
        </SplitPane>
      </div>
    </Group>
  );
}
