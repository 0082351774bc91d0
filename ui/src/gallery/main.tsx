/** Every component in every state, for looking at; built apart by `npm run gallery`, never into the page. */
import '../styles/app.css';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { createClient } from '@/api/client';
import { createQueryClient } from '@/api/query';
import { App } from '@/app/app';
import { Providers } from '@/app/providers';
import { announceReady } from '@/app/ready';
import { showToast } from '@/components/toast';
import { TooltipProvider } from '@/components/tooltip';
import { createBrowserHost } from '@/host/browser';
import type { Host } from '@/host/host';
import { restoreTheme, setTheme } from '@/lib/theme';

import { fakeTransport } from './fake';
import { Gallery } from './gallery';

restoreTheme();
const wanted = new URLSearchParams(window.location.search);
const theme = wanted.get('theme');
if (theme === 'light' || theme === 'dark') setTheme(theme);
// A place of the page over made-up answers, instead of the components.
const at = wanted.get('at');
if (at !== null) history.replaceState(null, '', at);

/** As in the window, where `host=window` is asked for: what its dialogs are asked is answered at once. */
function hostFor(asked: URLSearchParams): Host {
  const host = createBrowserHost();
  if (asked.get('host') !== 'window') return host;
  return { ...host, kind: 'desktop', pickPath: () => Promise.resolve({ handle: 'h', name: 'pipelines' }) };
}

const element = document.getElementById('root');
if (element) {
  createRoot(element).render(
    <StrictMode>
      {at === null ? (
        <CSPProvider disableStyleElements>
          <TooltipProvider>
            <Gallery />
          </TooltipProvider>
        </CSPProvider>
      ) : (
        <Providers host={hostFor(wanted)} client={createClient(fakeTransport(wanted))} queries={createQueryClient()}>
          <App token={null} />
        </Providers>
      )}
    </StrictMode>,
  );
  announceReady(element);
  // What may lie over a place, to see what it covers.
  if (wanted.has('toasts')) {
    showToast({
      title: 'Downloaded qwen3:4b (2.6 GB)',
      tone: 'success',
      lasts: 0,
      action: { label: 'Show', onSelect: () => undefined },
    });
    showToast({
      title: 'Code Factory failed',
      description: 'hooks.example.net answered with 503 three times. Look whether it runs, then run again from here.',
      tone: 'danger',
      lasts: 0,
      action: { label: 'Open the run', onSelect: () => undefined },
    });
  }
}
