/** A block of code: its language, what can be done with it, and its colours once somebody sees it. */
import { Check, Copy, Download, WrapText } from 'lucide-react';
import { memo, useCallback, useRef, useState } from 'react';

import type { CodeSpan } from '@/api/generated';
import { IconButton } from '@/components/icon-button';
import { classNames } from '@/lib/class-names';
import { saveFile } from '@/lib/save';

import { useCopy } from './copy';
import { useColours } from './highlight';

export interface CodeBlockProps {
  language: string;
  text: string;
  /** Text is still being added to it. */
  open: boolean;
}

export function CodeBlock({ language, text, open }: CodeBlockProps) {
  const [wrapped, setWrapped] = useState(false);
  const frame = useRef<HTMLElement>(null);
  const lines = useColours(frame, language, text, open);
  const name = language === '' ? 'text' : language;
  const words = useCallback(() => frame.current?.querySelector('code')?.textContent ?? '', []);
  return (
    <figure
      ref={frame}
      aria-label={`Code, ${name}`}
      className="min-w-0 overflow-hidden rounded-control border border-border bg-panel"
    >
      <Caption language={language} name={name} wrapped={wrapped} onWrap={setWrapped} text={words} />
      <pre
        tabIndex={0}
        className={classNames(
          // Ligatures would show other characters than are copied.
          'focus-inset overflow-x-auto px-3.5 py-3 font-mono text-dense leading-5 [font-variant-ligatures:none]',
          wrapped && 'break-words whitespace-pre-wrap',
        )}
      >
        <code>{lines ? <Coloured lines={lines} text={text} /> : text}</code>
      </pre>
    </figure>
  );
}

interface CaptionProps {
  language: string;
  name: string;
  wrapped: boolean;
  onWrap: (wrapped: boolean) => void;
  /** Asked for when it is needed, so that this isn't painted anew while the text grows. */
  text: () => string;
}

const Caption = memo(function Caption({ language, name, wrapped, onWrap, text }: CaptionProps) {
  const [copied, copy] = useCopy();
  return (
    <figcaption className="flex h-9 items-center border-b border-border pr-0.5 pl-3 text-caption text-muted-foreground">
      <span className="min-w-0 flex-1 truncate font-mono">{name}</span>
      <IconButton
        label={wrapped ? 'Don’t wrap long lines' : 'Wrap long lines'}
        icon={WrapText}
        pressed={wrapped}
        onClick={() => onWrap(!wrapped)}
      />
      <IconButton
        label="Download"
        icon={Download}
        onClick={() => saveFile(`code.${endings[language] ?? 'txt'}`, text())}
      />
      <IconButton label={copied ? 'Copied' : 'Copy code'} icon={copied ? Check : Copy} onClick={() => copy(text())} />
    </figcaption>
  );
});

/** The spans cover a beginning of the text; what came since is plain. */
function Coloured({ lines, text }: { lines: readonly CodeSpan[][]; text: string }) {
  const covered = lines.reduce((sum, line) => sum + line.reduce((all, span) => all + span.text.length, 0), 0);
  // Line endings stand between the lines and aren't in the spans.
  const rest = text.slice(covered + Math.max(0, lines.length - 1));
  return (
    <>
      {lines.map((line, index) => (
        <Line key={index} line={line} last={index === lines.length - 1} />
      ))}
      {rest}
    </>
  );
}

const Line = memo(
  function Line({ line, last }: { line: readonly CodeSpan[]; last: boolean }) {
    return (
      <>
        {line.map((span, index) =>
          span.kind === 'plain' ? (
            span.text
          ) : (
            <span key={index} className={`code-${span.kind}`}>
              {span.text}
            </span>
          ),
        )}
        {!last && '\n'}
      </>
    );
  },
  (before, after) =>
    before.last === after.last &&
    before.line.length === after.line.length &&
    before.line.every((span, index) => span.kind === after.line[index]?.kind && span.text === after.line[index].text),
);

const endings: Record<string, string> = {
  bash: 'sh', c: 'c', cpp: 'cpp', css: 'css', go: 'go', html: 'html', java: 'java', javascript: 'js', js: 'js', json: 'json',
  markdown: 'md', md: 'md', mermaid: 'mmd', python: 'py', py: 'py', ruby: 'rb', rust: 'rs', rs: 'rs', sh: 'sh', sql: 'sql',
  toml: 'toml', ts: 'ts', tsx: 'tsx', typescript: 'ts', xml: 'xml', yaml: 'yaml', yml: 'yml',
}; // prettier-ignore
