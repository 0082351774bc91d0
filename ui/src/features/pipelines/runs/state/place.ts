/** What the parts of an opened run share: the run, which step is looked at, and which items of its containers. */
import { createContext, use, useEffect, useMemo } from 'react';

import { createStore, useStore, type Store } from '@/lib/store';

import type { KindInfo } from '../../shared/api';
import { readDefinition, type Definition } from '../../shared/definition';
import type { LiveRun } from './live-run';
import type { Asked } from './asked';
import { choosing, scopesInSight, shownScopes, type Chosen, type ShownScopes } from './shown';

export type View = 'graph' | 'timeline' | 'results' | 'journal';

export interface Place {
  live: LiveRun;
  definition: Definition;
  kinds: ReadonlyMap<string, KindInfo>;
  /** The key of the step whose details are shown. */
  selected: Store<string | null>;
  chosen: Store<Chosen>;
  view: Store<View | null>;
  asked: Asked;
  select: (key: string | null) => void;
  rerun: (node: string) => void;
}

type Look = Pick<Place, 'selected' | 'chosen' | 'view' | 'asked'>;

export const PlaceContext = createContext<Place | null>(null);

export function usePlace(): Place {
  const place = use(PlaceContext);
  if (!place) throw new Error('usePlace outside of PlaceContext');
  return place;
}

/** What was looked at of a run, for when somebody comes back to it. */
const looks = new Map<string, Look>();

export function lookOf(run: string): Look {
  const known = looks.get(run) ?? {
    selected: createStore<string | null>(null),
    chosen: createStore<Chosen>(new Map()),
    view: createStore<View | null>(null),
    asked: new Set<string>(),
  };
  looks.set(run, known);
  return known;
}

/** Before a run is opened: which of its steps to show. */
export function lookAt(run: string, key: string): void {
  const look = lookOf(run);
  look.selected.set(key);
  look.chosen.set(choosing(look.chosen.get(), key));
}

/** Kept as long as the run's definition lives: it never changes. */
const definitions = new WeakMap<object, Definition | null>();

export function definitionOf(value: unknown): Definition | null {
  if (typeof value !== 'object' || value === null) return null;
  const known = definitions.get(value);
  if (known !== undefined) return known;
  const read = readDefinition(value);
  const definition = 'definition' in read ? read.definition : null;
  definitions.set(value, definition);
  return definition;
}

/** Which steps the nodes stand for now; asks for insides that come into sight. */
export function useShownScopes(): ShownScopes {
  const { live, definition, chosen } = usePlace();
  const now = useStore(chosen);
  const version = useStore(live.version);
  const shown = useMemo(
    () => ({ ...shownScopes(definition, live.step, now), version }),
    [definition, live, now, version],
  );
  const scopes = scopesInSight(definition, shown).join('\n');
  useEffect(() => {
    for (const scope of scopes.split('\n')) if (scope !== '') void live.open(scope);
  }, [live, scopes]);
  return shown;
}
