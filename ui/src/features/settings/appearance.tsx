import { Monitor, Moon, Sun } from 'lucide-react';

import { Segmented } from '@/components/segmented';
import { setDensity, setTheme, useDensity, useTheme } from '@/lib/theme';

import { Row } from './parts';

/** What this window looks like; it takes effect at once and is kept for this window. */
export function Appearance() {
  const theme = useTheme();
  const density = useDensity();
  return (
    <>
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
    </>
  );
}
