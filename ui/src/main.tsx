import './styles/app.css';
import { surroundings } from '@/host/surroundings';

import { StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';

import { createClient } from '@/api/client';
import { syncQueries } from '@/api/event-sync';
import { createQueryClient } from '@/api/query';
import { App } from '@/app/app';
import { PageFailed, reasonOf } from '@/app/failures';
import { Providers } from '@/app/providers';
import { announceReady } from '@/app/ready';
import { setWindowStorage } from '@/lib/storage';
import { restoreTheme } from '@/lib/theme';

let painted: (() => void) | undefined;

async function start(root: Root): Promise<void> {
  const { host, transport, token } = await surroundings;
  painted = () => host.painted();
  setWindowStorage(host.storage);
  restoreTheme();
  const client = createClient(transport);
  const queries = createQueryClient();
  syncQueries(client, queries);
  root.render(
    <StrictMode>
      <Providers host={host} client={client} queries={queries}>
        <App token={token} />
      </Providers>
    </StrictMode>,
  );
}

const element = document.getElementById('root');
if (element) {
  const root = createRoot(element);
  start(root)
    .catch((thrown: unknown) => root.render(<PageFailed reason={reasonOf(thrown)} />))
    .finally(() => announceReady(element, painted));
}
