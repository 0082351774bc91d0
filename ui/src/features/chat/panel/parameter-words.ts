import type { ParameterName } from '@/api/generated';

/** What a parameter is called and what it does, for who has never met it. */
export const words: Record<ParameterName, { label: string; about: string }> = {
  temperature: { label: 'Temperature', about: 'Low keeps to the likeliest words, high is freer.' },
  topP: { label: 'Top-p', about: 'Chooses among the likeliest words that together reach this share.' },
  topK: { label: 'Top-k', about: 'Chooses among this many likeliest words.' },
  maxTokens: { label: 'Longest answer', about: 'Tokens after which the answer ends.' },
  contextSize: { label: 'Context size', about: 'Tokens that the model is loaded with. More needs more memory.' },
  seed: { label: 'Seed', about: 'The same number repeats the same choices.' },
  stop: { label: 'Stop at', about: 'Up to 4 texts, one a line, at which the answer ends.' },
  reasoningEffort: { label: 'Reasoning', about: 'How much to think first.' },
  jsonSchema: { label: 'JSON schema', about: 'The answer must follow it.' },
};
