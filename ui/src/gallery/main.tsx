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
import { TooltipProvider } from '@/components/tooltip';
import { createBrowserHost } from '@/host/browser';
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
        <Providers
          host={createBrowserHost()}
          client={createClient(fakeTransport(wanted))}
          queries={createQueryClient()}
        >
          <App token={null} />
        </Providers>
      )}
    </StrictMode>,
  );
  announceReady(element);
}
