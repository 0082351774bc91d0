/** The places of the rail, in order. A place appears here only when it can be gone to. */
import { Boxes, MessageSquare, Settings, Workflow } from 'lucide-react';

import type { Icon } from '@/components/button';
import type { Shortcut } from '@/lib/shortcut';

export interface Place {
  path: '/chat' | '/pipelines' | '/models' | '/settings';
  title: string;
  icon: Icon;
  /** At the bottom of the rail. */
  last?: boolean;
  shortcut?: Shortcut;
}

export const places: readonly Place[] = [
  { path: '/chat', title: 'Chat', icon: MessageSquare },
  { path: '/pipelines', title: 'Pipelines', icon: Workflow },
  { path: '/models', title: 'Models', icon: Boxes },
  { path: '/settings', title: 'Settings', icon: Settings, last: true, shortcut: 'Mod+,' },
];
