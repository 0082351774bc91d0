import { Monitor, Moon, Sun } from 'lucide-react';

import type { Icon } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { useActions } from '@/lib/actions';
import { setTheme, useTheme, type Theme } from '@/lib/theme';

const order: readonly { theme: Theme; title: string; icon: Icon }[] = [
  { theme: 'system', title: 'System theme', icon: Monitor },
  { theme: 'light', title: 'Light theme', icon: Sun },
  { theme: 'dark', title: 'Dark theme', icon: Moon },
];

/** Goes round through the three; the palette offers each of them. */
export function ThemeSwitch() {
  const theme = useTheme();
  useActions(
    order.map((entry) => ({
      id: `theme.${entry.theme}`,
      title: `Use the ${entry.title.toLowerCase()}`,
      section: 'Appearance',
      keywords: 'colour color mode night day',
      icon: entry.icon,
      run: () => setTheme(entry.theme),
    })),
  );
  const at = order.findIndex((entry) => entry.theme === theme);
  const now = order[at];
  const next = order[(at + 1) % order.length];
  if (!now || !next) return null;
  return (
    <IconButton
      label={`${now.title}. Change to ${next.title.toLowerCase()}`}
      icon={now.icon}
      tooltipSide="right"
      onClick={() => setTheme(next.theme)}
      large
      className="text-muted-foreground"
    />
  );
}
