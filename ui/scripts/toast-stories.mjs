// Pictures of messages over every place, to see that they cover nothing that one needs.
// node scripts/toast-stories.mjs [folder for the pictures]. Fails on any violation.
import { finish, look } from './looking.mjs';

const places = {
  chat: '/chat',
  models: '/models?model=ollama/mistral-small:24b',
  settings: '/settings/engine',
  downloads: '/settings/downloads',
  pipelines: '/pipelines',
  builder: '/pipelines/code-factory',
  run: '/runs/r1',
};
for (const [name, at] of Object.entries(places)) {
  const address = `/gallery.html?toasts=yes&at=${encodeURIComponent(at)}`;
  await look(`toasts-${name}`, address, { colorScheme: name === 'run' ? 'dark' : 'light' });
  if (name === 'models' || name === 'settings')
    await look(`toasts-${name}-narrow`, address, { width: 420, height: 860 });
}
await finish();
