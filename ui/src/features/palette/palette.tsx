/** Ctrl/Cmd+K: everything that can be done or gone to, by its name. */
import { useState } from 'react';

import { useHost } from '@/host/host';
import { useActions } from '@/lib/actions';
import { later } from '@/lib/later';

const Finder = later(() => import('./finder'));

const finding = { section: 'General', hidden: true, everywhere: true } as const;

export function Palette() {
  const [open, setOpen] = useState(false);
  const [used, setUsed] = useState(false);
  if (open && !used) setUsed(true);
  const host = useHost();
  const find = () => setOpen(true);
  useActions([
    { ...finding, id: 'palette.everything', title: 'Search everything', shortcut: 'Mod+Shift+F', run: find },
    // Where a place has no list to find something in. A browser finds in its page by itself.
    ...(host.kind === 'desktop'
      ? [{ ...finding, id: 'palette.here', title: 'Find here', shortcut: 'Mod+F', run: find }]
      : []),
    {
      id: 'palette.toggle',
      title: 'Find anything',
      section: 'General',
      shortcut: 'Mod+K',
      hidden: true,
      inDialogs: true,
      // Over another dialog it would ask two questions at once.
      run: () => setOpen((was) => !was && document.querySelector('[data-modal]') === null),
    },
  ]);
  return used && <Finder open={open} onClose={() => setOpen(false)} />;
}
