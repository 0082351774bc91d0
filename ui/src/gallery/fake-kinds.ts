/** Kinds of steps as the application tells them, shortened. */
import type { FieldShape, PipelineField, PipelineKind } from '@/api/generated';

const field = (name: string, label: string, shape: FieldShape, more: Partial<PipelineField> = {}): PipelineField => ({
  name,
  label,
  shape,
  required: false,
  choices: [],
  help: '',
  secret: false,
  ...more,
});

const kind = (name: string, title: string, group: string, more: Partial<PipelineKind> = {}): PipelineKind => ({
  kind: name,
  version: 1,
  title,
  summary: '',
  help: '',
  group,
  effect: 'pure',
  ways: ['ok'],
  ports: [],
  openPorts: false,
  fields: [],
  container: false,
  ...more,
});

const port = (name: string, type: string) => ({ name, kind: type, help: '' });
const model = field('model', 'Model', 'model', { required: true });

export const kinds: PipelineKind[] = [
  kind('llm', 'Ask a model', 'model', {
    summary: 'Sends messages to a model and gives its answer.',
    effect: 'idempotent',
    ports: [port('text', 'markdown'), port('usage', 'usage')],
    fields: [model, field('prompt', 'Prompt', 'long_template'), field('temperature', 'Temperature', 'number')],
  }),
  kind('structured', 'Structured answer', 'model', {
    summary: 'Asks for JSON of a given shape, and mends it.',
    effect: 'idempotent',
    ports: [port('json', 'json')],
    fields: [model, field('prompt', 'Prompt', 'long_template'), field('schema', 'Shape', 'schema', { required: true })],
  }),
  kind('template', 'Template', 'text', {
    summary: 'Puts texts together.',
    ports: [port('text', 'text')],
    fields: [field('template', 'Text', 'long_template', { required: true })],
  }),
  kind('text', 'Work on text', 'text', {
    summary: 'Splits, joins, replaces, searches or trims text.',
    ports: [port('text', 'text'), port('items', 'list<text>')],
    fields: [
      field('op', 'What to do', 'choice', { required: true, choices: ['trim', 'split', 'join', 'replace'] }),
      field('text', 'Text', 'long_template', { help: 'The text to work on.' }),
      field('items', 'List', 'expression', { help: 'For `join`: the list, such as `nodes.each.items`.' }),
      field('separator', 'Separator', 'template', { help: 'For `split` and `join`.' }),
      field('pattern', 'Search for', 'text', { help: 'For `replace` and `match`.' }),
      field('with', 'Replace by', 'template', { help: 'For `replace`.' }),
      field('regex', 'Regular expression', 'bool', {
        default: false,
        help: 'For `replace`: whether the pattern is one.',
      }),
    ],
  }),
  kind('condition', 'Condition', 'flow', {
    summary: 'Goes one of two ways.',
    help: 'Left by `true` or `false`. The expression must be true or false itself.',
    ways: ['true', 'false'],
    ports: [port('value', 'bool')],
    fields: [field('if', 'If', 'expression', { required: true, help: 'An expression that is true or false.' })],
  }),
  kind('map', 'For each', 'flow', {
    summary: 'Does its steps for each item of a list.',
    container: true,
    ports: [port('items', 'list<any>')],
    fields: [field('over', 'Over', 'expression', { required: true }), field('parallel', 'At once', 'number')],
  }),
  kind('loop', 'Repeat', 'flow', {
    summary: 'Does its steps until something holds.',
    container: true,
    ways: ['done', 'exhausted'],
    ports: [port('count', 'number')],
    fields: [
      field('until', 'Until', 'expression', { required: true }),
      field('max_iterations', 'At most', 'number', { required: true }),
    ],
  }),
  kind('human', 'Ask somebody', 'people', {
    summary: 'Waits for a person.',
    ways: ['approve', 'reject'],
    fields: [field('message', 'Question', 'long_template'), field('timeout', 'Wait at most', 'duration')],
  }),
  kind('http', 'Ask a server', 'world', {
    summary: 'Sends a request.',
    effect: 'idempotent',
    capability: 'http',
    ports: [port('body', 'text'), port('status', 'number')],
    fields: [field('url', 'Address', 'template', { required: true, secret: true })],
  }),
  kind('webhook', 'Call a webhook', 'world', {
    summary: 'Tells another program, signed.',
    effect: 'at_most_once',
    capability: 'http',
    fields: [field('url', 'Address', 'template', { required: true })],
  }),
  kind('git', 'Git', 'world', {
    summary: 'Works on a repository.',
    effect: 'idempotent',
    capability: 'commands',
    ports: [port('patch', 'diff')],
    fields: [field('op', 'What', 'choice', { choices: ['worktree', 'diff', 'commit', 'merge'] })],
  }),
  kind('shell', 'Run a program', 'world', {
    summary: 'Runs a command, never a shell.',
    effect: 'at_most_once',
    capability: 'commands',
    ports: [port('stdout', 'text'), port('code', 'number')],
    fields: [field('argv', 'Program and words', 'template_list', { required: true })],
  }),
];
