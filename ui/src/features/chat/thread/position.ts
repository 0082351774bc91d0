/**
 * Where the thread stands. Following an answer scrolls at every growth, in the frame that grew it; what the browser tells about that
 * scrolling afterwards is no news: it must not look like a person's, paint nothing and ask for no layout.
 */
import { elementScroll, observeElementOffset, type Virtualizer } from '@tanstack/react-virtual';

import { createStore, type Store } from '@/lib/store';

type List = Virtualizer<HTMLDivElement, Element>;

export interface Position {
  /** Whether the end is in sight, or nearly. */
  atEnd: Store<boolean>;
  /** Sizes or the offset changed. */
  moved: (list: List) => void;
  scrollToFn: List['options']['scrollToFn'];
  observeElementOffset: List['options']['observeElementOffset'];
}

/** `nearEnd`: pixels from the end that count as being there. */
export function createPosition(nearEnd: number): Position {
  const atEnd = createStore(true);
  /** Where the list itself scrolled to last; null where the browser put it elsewhere or somebody has moved it since. */
  let written: number | null = null;

  const moved = (list: List) => {
    // From what is known already: the element would have to be laid out to answer.
    const left = list.getTotalSize() - (list.scrollRect?.height ?? 0) - (list.scrollOffset ?? 0);
    atEnd.set(left <= nearEnd);
  };

  return {
    atEnd,
    moved,
    scrollToFn(offset, options, list) {
      elementScroll(offset, options, list);
      const at = list.scrollElement?.scrollTop ?? Number.NaN;
      written = Math.abs(at - offset - (options.adjustments ?? 0)) < 1.5 ? at : null;
    },
    observeElementOffset(list, tell) {
      return observeElementOffset(list, (offset, isScrolling) => {
        const own = offset === written;
        if (!own) written = null;
        tell(offset, isScrolling && !own);
        if (own) moved(list);
      });
    },
  };
}
