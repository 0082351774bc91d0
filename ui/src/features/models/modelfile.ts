/**
 * A Modelfile as a form and as a text that are one thing. The text is kept as it was written, comments and unknown lines included;
 * a field of the form changes its own instruction and nothing else. No requests, no React.
 */
export interface Entry {
  /** In capitals; empty for a comment, an empty line, or what can't be read. */
  keyword: string;
  argument: string;
  /** As it was written. */
  raw: string;
}

export interface VariantForm {
  from: string;
  system: string;
  template: string;
  /** In their order. */
  parameters: readonly { name: string; value: string }[];
}

const keywords = [
  'FROM',
  'SYSTEM',
  'TEMPLATE',
  'ADAPTER',
  'PARAMETER',
  'LICENSE',
  'MESSAGE',
  'RENDERER',
  'PARSER',
  'REQUIRES',
];

export function parseModelfile(text: string): Entry[] {
  const lines = text.split('\n');
  const entries: Entry[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const [, word = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s+([\s\S]*))?$/.exec(line) ?? [];
    const keyword = word.toUpperCase();
    if (!keywords.includes(keyword)) {
      entries.push({ keyword: '', argument: '', raw: line });
      continue;
    }
    let raw = line;
    const open = /"""/.exec(rest);
    if (open && !rest.slice(open.index + 3).includes('"""')) {
      while (index + 1 < lines.length) {
        index += 1;
        const next = lines[index] ?? '';
        raw += `\n${next}`;
        if (next.includes('"""')) break;
      }
    }
    const argument = raw.slice(raw.toUpperCase().indexOf(keyword) + keyword.length).trim();
    entries.push({ keyword, argument, raw });
  }
  return entries;
}

export const writeModelfile = (entries: readonly Entry[]): string => entries.map(({ raw }) => raw).join('\n');

function unquoted(argument: string): string {
  const long = /^"""([\s\S]*?)(?:"""\s*)?$/.exec(argument);
  if (long) return (long[1] ?? '').replace(/^\n/, '').replace(/\n$/, '');
  const short = /^"([\s\S]*)"$/.exec(argument);
  return short ? (short[1] ?? '') : argument;
}

const quoted = (value: string): string =>
  value.includes('\n') || value.includes('"') || /^\s|\s$/.test(value)
    ? `"""${value.includes('\n') ? `\n${value}\n` : value}"""`
    : value;

const parameterOf = (argument: string): { name: string; value: string } => {
  const [, name = '', value = ''] = /^(\S+)\s*([\s\S]*)$/.exec(argument) ?? [];
  return { name, value: unquoted(value) };
};

export function formOf(text: string): VariantForm {
  const entries = parseModelfile(text);
  const last = (keyword: string) => unquoted(entries.findLast((entry) => entry.keyword === keyword)?.argument ?? '');
  return {
    from: last('FROM'),
    system: last('SYSTEM'),
    template: last('TEMPLATE'),
    parameters: entries.filter(({ keyword }) => keyword === 'PARAMETER').map(({ argument }) => parameterOf(argument)),
  };
}

const entryOf = (keyword: string, argument: string): Entry => ({ keyword, argument, raw: `${keyword} ${argument}` });

/** The text with one field changed: in its place where it stood, at the end where it is new, gone where it is empty. */
export function withField(text: string, field: Exclude<keyof VariantForm, 'parameters'>, value: string): string {
  const keyword = field.toUpperCase();
  const entries = parseModelfile(text);
  const at = entries.findLastIndex((entry) => entry.keyword === keyword);
  const others = entries.filter((entry, index) => entry.keyword !== keyword || index === at);
  const place = others.findIndex((entry) => entry.keyword === keyword);
  if (value === '') return writeModelfile(others.filter((_, index) => index !== place));
  const entry = entryOf(keyword, quoted(value));
  if (place !== -1) return writeModelfile(others.with(place, entry));
  return writeModelfile(field === 'from' ? [entry, ...others] : appended(others, entry));
}

/** The text with these parameters in place of its own; they stand where the first one stood. */
export function withParameters(text: string, parameters: VariantForm['parameters']): string {
  const entries = parseModelfile(text);
  const first = entries.findIndex(({ keyword }) => keyword === 'PARAMETER');
  const others = entries.filter(({ keyword }) => keyword !== 'PARAMETER');
  const mine = parameters.map(({ name, value }) => entryOf('PARAMETER', `${name} ${quotedValue(value)}`));
  if (first === -1) return writeModelfile(mine.reduce(appended, others));
  const before = entries.slice(0, first).filter(({ keyword }) => keyword !== 'PARAMETER').length;
  return writeModelfile([...others.slice(0, before), ...mine, ...others.slice(before)]);
}

/** A stop sequence may have spaces. */
const quotedValue = (value: string): string =>
  /[\s"]/.test(value) ? (value.includes('"') ? `"""${value}"""` : `"${value}"`) : value;

function appended(entries: Entry[], entry: Entry): Entry[] {
  const last = entries.at(-1);
  // Before the empty line that the text ends with.
  return last?.raw === '' ? [...entries.slice(0, -1), entry, last] : [...entries, entry];
}

interface ParameterRule {
  min: number;
  max: number;
  whole?: boolean;
}

const most = 16_777_216;

/** What Ollama knows, with its ranges; `stop` is a text and may stand several times. */
export const parameterRules: Record<string, ParameterRule | 'text' | 'truth'> = {
  temperature: { min: 0, max: 2 },
  top_p: { min: 0, max: 1 },
  top_k: { min: 0, max: 1000, whole: true },
  min_p: { min: 0, max: 1 },
  typical_p: { min: 0, max: 1 },
  num_ctx: { min: 1, max: most, whole: true },
  num_predict: { min: -2, max: most, whole: true },
  num_keep: { min: -1, max: most, whole: true },
  repeat_penalty: { min: 0, max: 2 },
  repeat_last_n: { min: -1, max: most, whole: true },
  presence_penalty: { min: -2, max: 2 },
  frequency_penalty: { min: -2, max: 2 },
  seed: { min: -1, max: 4_294_967_295, whole: true },
  stop: 'text',
  num_batch: { min: 1, max: most, whole: true },
  num_gpu: { min: -1, max: 1_000_000, whole: true },
  main_gpu: { min: 0, max: 1000, whole: true },
  num_thread: { min: 0, max: 100_000, whole: true },
  use_mmap: 'truth',
  draft_num_predict: { min: 0, max: most, whole: true },
};

/** A file that Ollama has already, as it writes those of its own models. */
const ownFile = /(^|[/\\])sha256[-:][0-9a-f]{64}$/;

/** What is wrong with it, in sentences; none where it can be made. */
export function modelfileProblems(text: string): string[] {
  const problems: string[] = [];
  const form = formOf(text);
  if (form.from.trim() === '') problems.push('FROM is missing: say which model it is made from.');
  for (const { raw, keyword, argument } of parseModelfile(text)) {
    const line = raw.trim();
    if (keyword === '' && line !== '' && !line.startsWith('#'))
      problems.push(`“${line.slice(0, 60)}” is no instruction.`);
    if (keyword === 'ADAPTER' && !ownFile.test(argument))
      problems.push('ADAPTER can’t be written here: choose its file in the form.');
    if (raw.includes('"""') && (raw.match(/"""/g)?.length ?? 0) % 2 === 1)
      problems.push(`${keyword} has no closing """.`);
  }
  for (const { name, value } of form.parameters) {
    const problem = parameterProblem(name, value);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

export function parameterProblem(name: string, value: string): string | undefined {
  const rule = parameterRules[name];
  if (rule === undefined)
    return `${name === '' ? 'A parameter without a name' : `“${name}”`} is no parameter that Ollama knows.`;
  if (rule === 'truth') return ['true', 'false'].includes(value.trim()) ? undefined : `${name} is true or false.`;
  if (rule === 'text') return value === '' ? `${name} has no value.` : undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  const fits = number >= rule.min && number <= rule.max && (rule.whole !== true || Number.isInteger(number));
  return fits
    ? undefined
    : `${name} is ${rule.whole === true ? 'a whole number ' : ''}from ${rule.min} to ${rule.max}.`;
}
