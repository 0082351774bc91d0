/** Every component in every state, for looking at; built apart by `npm run gallery`, never into the page. */
import '../styles/app.css';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { announceReady } from '@/app/ready';
import { TooltipProvider } from '@/components/tooltip';
import { restoreTheme, setTheme } from '@/lib/theme';

import { Gallery } from './gallery';

restoreTheme();
const wanted = new URLSearchParams(window.location.search).get('theme');
if (wanted === 'light' || wanted === 'dark') setTheme(wanted);

const element = document.getElementById('root');
if (element) {
  createRoot(element).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <TooltipProvider>
          <Gallery />
        </TooltipProvider>
      </CSPProvider>
    </StrictMode>,
  );
  announceReady(element);
}
