/** Ctrl/Cmd+K: everything that can be done or gone to, by its name. */
import { useState } from 'react';

import { useActions } from '@/lib/actions';
import { later } from '@/lib/later';

const Finder = later(() => import('./finder'));

export function Palette() {
  const [open, setOpen] = useState(false);
  const [used, setUsed] = useState(false);
  if (open && !used) setUsed(true);
  useActions([
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
