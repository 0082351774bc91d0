import { Toasts } from '@/components/toast';
import { setTheme, useTheme } from '@/lib/theme';
import { Segmented } from '@/components/segmented';

import { Controls } from './controls';
import { Feedback } from './feedback';
import { Layout } from './layout';
import { Overlays } from './overlays';
import { Tokens } from './tokens';

export function Gallery() {
  const theme = useTheme();
  return (
    <div className="h-full overflow-y-auto">
      <main className="mx-auto flex max-w-260 flex-col gap-8 p-6">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h1 className="text-title">Components</h1>
          <Segmented
            aria-label="Theme"
            value={theme}
            onChange={setTheme}
            options={[
              { value: 'system', label: 'System' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </div>
        <Controls />
        <Overlays />
        <Feedback />
        <Layout />
        <Tokens />
      </main>
      <Toasts />
    </div>
  );
}
