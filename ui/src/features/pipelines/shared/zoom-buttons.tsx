/** How large a graph is shown: smaller, larger, as it is, or so that all of it can be seen. */
import { useReactFlow, useStore } from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';

export interface ZoomButtonsProps {
  onFit: () => void;
  fitLabel: string;
  /** The key that does the same. */
  fitShortcut?: string;
}

export function ZoomButtons({ onFit, fitLabel, fitShortcut }: ZoomButtonsProps) {
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  const { zoomIn, zoomOut, zoomTo } = useReactFlow();
  return (
    <>
      <IconButton label="Smaller" icon={Minus} onClick={() => void zoomOut()} />
      <Button
        variant="ghost"
        className="tabular w-14 px-0!"
        aria-label={`Zoom ${zoom} %, back to 100 %`}
        onClick={() => void zoomTo(1)}
      >
        {zoom} %
      </Button>
      <IconButton label="Larger" icon={Plus} onClick={() => void zoomIn()} />
      <IconButton
        label={fitLabel}
        icon={Maximize}
        onClick={onFit}
        {...(fitShortcut === undefined ? {} : { shortcut: fitShortcut })}
      />
    </>
  );
}
