/** The definition of made-up runs: a small code factory with a loop, a map, a question and a report. */
export const definition = {
  format: 'webplus.pipeline/1',
  id: 'code-factory',
  name: 'Code Factory',
  inputs: {
    task: { type: 'text', required: true, label: 'What to build' },
    repo: { type: 'dir', label: 'Repository' },
  },
  outputs: {
    report: { type: 'markdown', from: 'report.text' },
    patch: { type: 'diff', from: 'merge.patch' },
    tests: { type: 'test_report', from: 'check.report' },
    costs: { type: 'table', from: 'report.table' },
  },
  nodes: [
    {
      id: 'plan',
      kind: 'structured',
      label: 'Plan',
      config: { prompt: 'Plan: {{ inputs.task }}' },
      out: { json: 'json:plan' },
    },
    { id: 'each', kind: 'map', label: 'Each part', config: { over: 'nodes.plan.json.parts' }, body: ['write', 'fix'] },
    { id: 'write', kind: 'llm', label: 'Write', config: { prompt: 'Write {{ item.title }}' }, out: { patch: 'diff' } },
    {
      id: 'fix',
      kind: 'loop',
      label: 'Fix until it passes',
      config: { until: 'nodes.test.report.passed' },
      body: ['review', 'test'],
    },
    { id: 'review', kind: 'llm', label: 'Review', config: { prompt: 'Review the patch' } },
    {
      id: 'test',
      kind: 'shell',
      label: 'Run tests',
      config: { argv: ['cargo', 'test'] },
      out: { report: 'test_report' },
    },
    { id: 'merge', kind: 'git', label: 'Merge', config: { op: 'merge' }, out: { patch: 'diff' } },
    {
      id: 'check',
      kind: 'shell',
      label: 'All tests',
      config: { argv: ['cargo', 'test'] },
      out: { report: 'test_report' },
    },
    {
      id: 'gate',
      kind: 'human',
      label: 'Approve',
      config: { message: 'Apply?' },
      in: { patch: { node: 'merge', port: 'patch' } },
    },
    { id: 'announce', kind: 'webhook', label: 'Tell the team', config: { url: 'https://hooks.example.net/team' } },
    {
      id: 'report',
      kind: 'template',
      label: 'Report',
      config: { template: '# Done' },
      out: { text: 'markdown', table: 'table' },
    },
  ],
  edges: [
    { from: 'plan', to: 'each' },
    { from: 'write', to: 'fix' },
    { from: 'review', to: 'test' },
    { from: 'each', to: 'merge' },
    { from: 'merge', to: 'check' },
    { from: 'check', to: 'gate' },
    { from: 'gate.approve', to: 'announce' },
    { from: 'announce', to: 'report' },
    { from: 'gate.reject', to: 'report' },
  ],
};

/** A chain of so many steps, in rows. */
export function longDefinition(count: number): unknown {
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    kind: 'template',
    label: `Step ${index + 1}`,
    config: { template: 'x' },
  }));
  return {
    format: 'webplus.pipeline/1',
    id: 'long',
    name: 'A long one',
    nodes,
    edges: nodes.slice(1).map(({ id }, index) => ({ from: `s${index}`, to: id })),
    ui: {
      nodes: Object.fromEntries(
        nodes.map(({ id }, index) => [id, { x: (index % 25) * 320, y: Math.floor(index / 25) * 140 }]),
      ),
    },
  };
}
