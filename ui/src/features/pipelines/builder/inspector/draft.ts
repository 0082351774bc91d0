/** Text that is on its way to being a value: kept as typed while it isn't one. */
import { useState } from 'react';

import { equal } from '../model/saving';

export type Parsed = { value: unknown } | { problem: string };

export function parseJson(text: string): Parsed {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (thrown) {
    const reason =
      thrown instanceof Error ? thrown.message.replace(/^JSON\.parse: /, '').replace(/ in JSON at/, ' at') : '';
    return { problem: `This isn’t JSON yet: ${reason}.` };
  }
}

/** Text in double quotes may be left without them: `done` is "done". */
export function parseLoose(text: string): Parsed {
  const parsed = parseJson(text);
  return 'problem' in parsed && !/^[[{"]/.test(text.trim()) ? { value: text } : parsed;
}

export const writeJson = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, null, 2));

export function useJsonText(
  value: unknown,
  onValue: (value: unknown) => void,
  parse: (text: string) => Parsed = parseJson,
) {
  const [draft, setDraft] = useState<{ text: string; value: unknown } | null>(null);
  // What was typed stands as long as the value is what it made; a value from elsewhere (undo) is shown instead.
  const current = draft && equal(draft.value, value) ? draft.text : writeJson(value);
  const parsed = parse(current);
  return {
    text: current,
    problem: 'problem' in parsed ? parsed.problem : null,
    onText: (text: string) => {
      const next = parse(text);
      if ('problem' in next) setDraft({ text, value });
      else {
        setDraft({ text, value: next.value });
        onValue(next.value);
      }
    },
  };
}
