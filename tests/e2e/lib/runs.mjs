// Runs for journeys: begun by the API, waited for by it.

import { until } from './process.mjs';

/** A definition of these nodes, one after the other unless edges say otherwise. */
export function definition(id, name, nodes, more = {}) {
  const edges = nodes.slice(1).map((node, index) => ({ from: nodes[index].id, to: node.id }));
  return { format: 'webplus.pipeline/1', id, name, nodes, edges, ...more };
}

/** Waits until a run stands so. */
export function stands(server, id, status, { within = 60_000 } = {}) {
  return until(
    `the run is ${status}`,
    async () => {
      const { run } = await server.call('run/get', { id });
      return run.status === status && run;
    },
    { within },
  );
}

/** The scripted models, connected; answers how one of them is called in full. A key that a restart must outlive goes to the keychain. */
export async function connectScripted(server, scripted, { keep = 'session' } = {}) {
  await server.call('provider/add', {
    kind: 'openai_compatible',
    name: 'Scripted',
    baseUrl: scripted.url,
    key: 'sk-test',
    keep,
  });
  const { models } = await server.call('model/list', {});
  return (name) => models.find(({ id }) => id.endsWith(`/${name}`)).id;
}
