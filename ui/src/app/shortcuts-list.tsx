/** All keys, from the same registry that runs them. Loaded when they are asked for. */
import { Dialog } from '@/components/dialog';
import { Kbd } from '@/components/kbd';
import { useAllActions, useShortcutNotes } from '@/lib/actions';
import type { Shortcut } from '@/lib/shortcut';

export default function ShortcutsList({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts" width="large">
      <Sections />
    </Dialog>
  );
}

function Sections() {
  const actions = useAllActions();
  const notes = useShortcutNotes();
  const sections = new Map<string, { title: string; shortcut: Shortcut }[]>();
  // What gives way to a place's own action isn't what these keys do now.
  const held = actions.filter(
    ({ id, everywhere, shortcut }) =>
      everywhere !== true || !actions.some((other) => other.id !== id && other.shortcut === shortcut),
  );
  for (const { section, title, shortcut } of [...held, ...notes]) {
    if (shortcut !== undefined) sections.set(section, [...(sections.get(section) ?? []), { title, shortcut }]);
  }
  return (
    <div className="gap-x-8 sm:columns-2">
      {[...sections].map(([section, rows]) => (
        <section key={section} className="mb-5 break-inside-avoid">
          <h3 className="mb-1 text-caption font-medium text-muted-foreground">{section}</h3>
          <dl>
            {rows.map(({ title, shortcut }) => (
              <div
                key={title}
                className="flex min-h-8 items-center justify-between gap-4 border-b border-border last:border-0"
              >
                <dt className="text-dense">{title}</dt>
                <dd>
                  <Kbd shortcut={shortcut} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
