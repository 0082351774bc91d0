/** Two savers at once: what was drawn here is kept in this window, and whoever drew it says what becomes of it. */
import { useMemo, useState } from 'react';

import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { ScrollArea } from '@/components/scroll-area';

import { readDefinition } from '../shared/definition';
import { diffLines } from './model/line-diff';
import { useDefinition, useEditor } from './model/use-editor';
import { DefinitionDiff, meaningOf } from './views/definition-diff';

export function Conflict({ theirs, revision }: { theirs: unknown; revision: string }) {
  const editor = useEditor();
  const [comparing, setComparing] = useState(false);
  const keepMine = () => {
    setComparing(false);
    void editor.saver.keepMine().catch(() => undefined);
  };
  const takeTheirs = () => {
    setComparing(false);
    editor.take(theirs, revision);
  };
  return (
    <>
      <Banner
        tone="warning"
        className="m-2"
        action={<Button onClick={() => setComparing(true)}>Compare and decide</Button>}
      >
        This pipeline was saved elsewhere while you changed it here. Nothing is lost: what you drew stays in this window
        until you decide.
      </Banner>
      {comparing && (
        <Dialog
          open
          width="large"
          onClose={() => setComparing(false)}
          title="Saved elsewhere meanwhile"
          description="Red is theirs only, green is yours only. Either choice can be undone, and both stay in the versions."
          footer={
            <>
              <Button onClick={takeTheirs}>Take theirs</Button>
              <Button variant="primary" onClick={keepMine}>
                Keep mine as a new version
              </Button>
            </>
          }
        >
          <Differences theirs={theirs} />
        </Dialog>
      )}
    </>
  );
}

function Differences({ theirs }: { theirs: unknown }) {
  const mine = useDefinition();
  const lines = useMemo(() => {
    const read = readDefinition(theirs);
    return 'problem' in read ? read.problem : diffLines(meaningOf(read.definition), meaningOf(mine));
  }, [theirs, mine]);
  if (typeof lines === 'string') return <p className="text-dense">What was saved elsewhere can’t be drawn. {lines}</p>;
  if (lines.every(({ type }) => type === 'same')) {
    return (
      <p className="text-dense text-muted-foreground">
        Both do the same: only boxes, notes or pinned results are different.
      </p>
    );
  }
  return (
    <ScrollArea label="Differences" className="max-h-[50vh] rounded-control border border-border p-3">
      <DefinitionDiff lines={lines} />
    </ScrollArea>
  );
}
