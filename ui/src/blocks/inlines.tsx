/** Text inside a block, as elements. Nothing here loads anything: an image is a chip that says whose it is. */
import { ImageOff } from 'lucide-react';
import type { MouseEvent, ReactNode } from 'react';

import type { Inline } from '@/api/generated';
import { useHost } from '@/host/host';

import { MathView } from './math';

export function Inlines({ content }: { content: readonly Inline[] }) {
  // An inline has no identity of its own; its place is it.
  return content.map((inline, index) => <InlineView key={index} inline={inline} />);
}

function InlineView({ inline }: { inline: Inline }): ReactNode {
  switch (inline.type) {
    case 'text':
      return inline.text;
    case 'emphasis':
      return (
        <em>
          <Inlines content={inline.content} />
        </em>
      );
    case 'strong':
      return (
        <strong className="font-semibold">
          <Inlines content={inline.content} />
        </strong>
      );
    case 'strike':
      return (
        <s className="text-muted-foreground">
          <Inlines content={inline.content} />
        </s>
      );
    case 'code':
      return <InlineCode text={inline.text} />;
    case 'link':
      return <LinkView href={inline.href} title={inline.title} content={inline.content} />;
    case 'image':
      return <ImageChip alt={inline.alt} host={inline.host} url={inline.url} />;
    case 'math':
      return <MathView tree={inline.tree} source={inline.source} error={inline.error} display={inline.display} />;
    case 'footnote_ref':
      return <sup className="tabular px-0.5 text-caption text-muted-foreground">{inline.label}</sup>;
    case 'break':
      return ' ';
    case 'hard_break':
      return <br />;
  }
}

export function InlineCode({ text }: { text: string }) {
  return (
    <code className="rounded-small border border-border bg-panel px-1 py-px font-mono text-[0.875em] break-words [font-variant-ligatures:none]">
      {text}
    </code>
  );
}

function LinkView({ href, title, content }: { href: string; title: string | undefined; content: readonly Inline[] }) {
  const openExternally = useOpen(href);
  const host = hostOf(href);
  return (
    <>
      <a
        href={href}
        title={title === undefined ? href : `${title}\n${href}`}
        target="_blank"
        rel="noopener noreferrer"
        onClick={openExternally}
        onAuxClick={openExternally}
        className="rounded-small text-accent underline decoration-from-font underline-offset-3 hover:decoration-2"
      >
        <Inlines content={content} />
      </a>
      {/* What is shown may promise another place than the one it leads to. */}
      {host !== '' && !wordsOf(content).includes(host) && (
        <span className="text-caption text-muted-foreground"> ({host})</span>
      )}
    </>
  );
}

function ImageChip({ alt, host, url }: { alt: string; host: string; url: string }) {
  const openExternally = useOpen(url);
  return (
    <button
      type="button"
      onClick={openExternally}
      title={url}
      className="inline-flex min-h-8 max-w-full items-center gap-2 rounded-control border border-border bg-panel px-2.5 py-1 text-left align-middle text-dense hover:bg-muted"
    >
      <ImageOff aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <span className="min-w-0 truncate">{alt === '' ? 'Image' : alt}</span>
      <span className="shrink-0 text-caption text-muted-foreground">Not loaded · open at {host}</span>
    </button>
  );
}

function useOpen(url: string) {
  const host = useHost();
  return (event: MouseEvent) => {
    if (event.type === 'auxclick' && event.button !== 1) return;
    event.preventDefault();
    void host.openExternal(url);
  };
}

function hostOf(href: string): string {
  try {
    const url = new URL(href);
    return url.protocol === 'mailto:' ? url.pathname : url.host;
  } catch {
    return '';
  }
}

function wordsOf(content: readonly Inline[]): string {
  return content
    .map((inline) => ('content' in inline ? wordsOf(inline.content) : 'text' in inline ? inline.text : ''))
    .join('');
}
