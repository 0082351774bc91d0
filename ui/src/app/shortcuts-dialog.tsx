import { Keyboard } from 'lucide-react';
import { useState } from 'react';

import { useActions } from '@/lib/actions';
import { later } from '@/lib/later';

const ShortcutsList = later(() => import('./shortcuts-list'));

export function ShortcutsDialog() {
  const [open, setOpen] = useState(false);
  const [used, setUsed] = useState(false);
  if (open && !used) setUsed(true);
  useActions([
    {
      id: 'shortcuts.show',
      title: 'Show keyboard shortcuts',
      section: 'General',
      keywords: 'keys help',
      shortcut: 'Mod+/',
      icon: Keyboard,
      run: () => setOpen(true),
    },
  ]);
  return used && <ShortcutsList open={open} onClose={() => setOpen(false)} />;
}
