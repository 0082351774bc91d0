/** Which ways in there are here, the ones that can work first. */
import type { Conversation, Model, ModelList, OllamaState, Provider } from '@/api/generated';

export type DoorName = 'ollama' | 'engine' | 'cloud';

export interface Door {
  name: DoorName;
  /** Ready: it can work now. Idle: it is there and has to be started or allowed. Empty: it holds no model. Absent: it is not there. */
  state: 'ready' | 'idle' | 'empty' | 'absent';
}

export interface Findings {
  /** What became of the Ollama here; undefined while nobody has said. */
  ollama: OllamaState | undefined;
  /** Models of an Ollama that answers; undefined where none was found. */
  ollamaModels: number | undefined;
  /** Why the built-in engine can't run, if it can't. */
  engineProblem: string | undefined;
}

const usual: readonly DoorName[] = ['ollama', 'engine', 'cloud'];
const ranks = { ready: 0, idle: 1, empty: 1, absent: 2 };

export function doorsInOrder({ ollama, ollamaModels, engineProblem }: Findings): Door[] {
  const states: Record<DoorName, Door['state']> = {
    ollama: ollamaDoor(ollama, ollamaModels),
    engine: engineProblem === undefined ? 'ready' : 'absent',
    cloud: 'ready',
  };
  return usual.map((name) => ({ name, state: states[name] })).sort((a, b) => ranks[a.state] - ranks[b.state]);
}

/** What it says itself counts; where it says nothing, whether one was found at all. */
function ollamaDoor(ollama: OllamaState | undefined, models: number | undefined): Door['state'] {
  switch (ollama?.type) {
    case 'off':
    case 'absent':
    case 'lost':
      return 'absent';
    case 'installed':
    case 'unsure':
    case 'looking':
    case 'starting':
    case 'waiting':
    case 'stopping':
    case 'failed':
      return 'idle';
    case 'ready':
      return (models ?? 0) > 0 ? 'ready' : 'empty';
    default:
      return models === undefined ? 'absent' : models > 0 ? 'ready' : 'empty';
  }
}

const writes = ({ capabilities, state }: Model) =>
  state.type !== 'damaged' && capabilities.some((capability) => capability === 'chat' || capability === 'completion');
const isOf = (provider: Provider) => (model: Model) => model.id.startsWith(`${provider.slug}/`);

export function findings(
  providers: readonly Provider[],
  list: ModelList,
  engineProblem: string | undefined,
  state?: OllamaState,
): Findings {
  const ollama = providers.find(({ kind, enabled }) => kind === 'ollama' && enabled);
  return {
    ollama: state,
    ollamaModels: ollama && list.models.filter(isOf(ollama)).filter(writes).length,
    engineProblem: engineProblem ?? list.problems.find(({ code }) => code === 'engine_unavailable')?.message,
  };
}

/** The model that is only good for trying things out, where it is the only one. */
export function quickTry(list: ModelList): Model | undefined {
  return list.models.find((model) => model.testSize && writes(model));
}

/**
 * Whether the first screen is for this person: nothing said yet, not waved away, and no model that they chose. What was found by
 * itself (an Ollama server) is a door, not a choice; a model of test size is a quick try.
 */
export function isFirstStart(
  dismissed: boolean,
  conversations: readonly Conversation[],
  providers: readonly Provider[],
  list: ModelList,
): boolean {
  if (dismissed || conversations.length > 0) return false;
  const found = providers.filter(({ kind }) => kind === 'ollama').map(isOf);
  return !list.models.some((model) => writes(model) && !model.testSize && !found.some((is) => is(model)));
}
