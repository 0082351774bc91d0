import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';

import { Segmented } from '@/components/segmented';
import { setDensity, setTheme, useDensity, useTheme } from '@/lib/theme';

/** What this window looks like; it takes effect at once and is kept for this window. */
export function Appearance() {
  const theme = useTheme();
  const density = useDensity();
  return (
    <section aria-labelledby="appearance" className="flex flex-col gap-4">
      <h2 id="appearance" className="text-heading">
        Appearance
      </h2>
      <Row title="Theme" note="System follows this computer.">
        <Segmented
          aria-label="Theme"
          value={theme}
          onChange={setTheme}
          options={[
            { value: 'system', label: 'System', icon: Monitor },
            { value: 'light', label: 'Light', icon: Sun },
            { value: 'dark', label: 'Dark', icon: Moon },
          ]}
        />
      </Row>
      <Row title="Rows" note="How close the rows of lists stand.">
        <Segmented
          aria-label="Rows"
          value={density}
          onChange={setDensity}
          options={[
            { value: 'comfortable', label: 'Comfortable' },
            { value: 'dense', label: 'Dense' },
          ]}
        />
      </Row>
    </section>
  );
}

function Row({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div>
        <p className="text-base font-medium">{title}</p>
        <p className="text-caption text-muted-foreground">{note}</p>
      </div>
      {children}
    </div>
  );
}
