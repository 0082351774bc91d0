/** What an answer is about: the results that the question names, where reading them as such says more than their text does. */
import { useCall } from '@/api/query';

import { isPort } from '../../shared/definition';
import { graphOf, namedIn } from '../../shared/graph';
import { baseType } from '../../shared/types';
import { keyOf } from '../state/keys';
import { usePlace, useShownScopes } from '../state/place';
import { languageOf } from '../results/language';
import { ValueCard } from '../results/value-card';

/** Types that are worth more than words in a message. */
const rich = new Set(['diff', 'test_report', 'table', 'image', 'file', 'markdown']);

interface AboutWhatProps {
  run: string;
  scope: string;
  node: string;
  /** What the question says already: a result that stands in it isn't shown again. */
  said: string;
}

export function AboutWhat({ run, scope, node, said }: AboutWhatProps) {
  const { definition } = usePlace();
  const spec = graphOf(definition).nodes.get(node);
  if (!spec) return null;
  const named = Object.entries(spec.in ?? {}).flatMap(([, source]) => (isPort(source) ? [source] : []));
  const sources = [...named, ...namedIn(spec.config)].filter(
    (one, index, all) => all.findIndex((other) => other.node === one.node && other.port === one.port) === index,
  );
  return sources.map((source) => (
    <Named
      key={`${source.node}.${source.port}`}
      run={run}
      scope={scope}
      {...source}
      said={said}
      always={named.includes(source)}
    />
  ));
}

interface NamedProps {
  run: string;
  /** Where the question stands; what it names stands there or further out. */
  scope: string;
  node: string;
  port: string;
  said: string;
  always: boolean;
}

function Named({ run, scope: _scope, node, port, said, always }: NamedProps) {
  const { definition } = usePlace();
  const shown = useShownScopes();
  const scope = shown.scopeOf(node);
  const step = useCall('run/step', { id: run, scope, node });
  const value = step.data?.outputs[port];
  if (!value || (!always && !rich.has(baseType(value.type)))) return null;
  const text = typeof value.preview === 'string' ? value.preview.trim() : '';
  if (text !== '' && said.includes(text)) return null;
  return (
    <ValueCard
      title={`${port} of ${keyOf({ scope, node })}`}
      value={value}
      file={[node, port]}
      of={{ run, scope, node, port }}
      language={languageOf(graphOf(definition).nodes.get(node), port)}
    />
  );
}
