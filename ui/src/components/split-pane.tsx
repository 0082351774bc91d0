import { useRef, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

import { classNames } from '@/lib/class-names';
import { listLimits, usePanelWidth, type PanelLimits } from '@/lib/panel-width';

export interface SplitPaneProps {
  /** Its width is remembered for this window under this name. */
  name: string;
  /** What the narrow side is: "Conversations". */
  label: string;
  side: ReactNode;
  children: ReactNode;
  /** Which edge the side stands at. */
  edge?: 'left' | 'right';
  limits?: PanelLimits;
  /** Where there is room for one of them only, which one is shown. */
  narrow?: 'side' | 'content';
  /** The side isn't there at all. */
  hidden?: boolean;
}

const step = 16;

/** A list or an inspector beside the content; the line between them moves by pointer and arrow keys, a double click restores it. */
export function SplitPane({
  name,
  label,
  side,
  children,
  edge = 'left',
  limits = listLimits,
  narrow = 'content',
  hidden = false,
}: SplitPaneProps) {
  const [width, setWidth] = usePanelWidth(name, limits);
  const grip = useRef<{ from: number; width: number } | null>(null);
  const sign = edge === 'left' ? 1 : -1;

  const start = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { from: event.clientX, width };
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (grip.current) setWidth(grip.current.width + sign * (event.clientX - grip.current.from));
  };
  const release = () => {
    grip.current = null;
  };
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const next = { ArrowLeft: width - sign * step, ArrowRight: width + sign * step, Home: limits.min, End: limits.max }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    setWidth(next);
  };

  return (
    <div
      className={classNames('@container flex h-full min-h-0 w-full min-w-0', edge === 'right' && 'flex-row-reverse')}
    >
      {!hidden && (
        <>
          <section
            aria-label={label}
            style={{ '--side': `${width}px` } as CSSProperties}
            className={classNames(
              'min-h-0 w-full shrink-0 overflow-hidden bg-panel @2xl:block @2xl:w-(--side)',
              narrow === 'content' && 'hidden',
            )}
          >
            {side}
          </section>
          <div
            role="separator"
            tabIndex={0}
            aria-orientation="vertical"
            aria-label={`Width of ${label.toLowerCase()}`}
            aria-valuenow={width}
            aria-valuemin={limits.min}
            aria-valuemax={limits.max}
            onPointerDown={start}
            onPointerMove={move}
            onPointerUp={release}
            onPointerCancel={release}
            onDoubleClick={() => setWidth(limits.initial)}
            onKeyDown={press}
            className="relative z-10 hidden w-px shrink-0 cursor-col-resize touch-none bg-border transition-colors after:absolute after:inset-y-0 after:-inset-x-1 after:content-[''] hover:bg-control focus-visible:bg-ring @2xl:block"
          />
        </>
      )}
      <div className={classNames('min-h-0 min-w-0 flex-1 @2xl:block', narrow === 'side' && !hidden && 'hidden')}>
        {children}
      </div>
    </div>
  );
}
