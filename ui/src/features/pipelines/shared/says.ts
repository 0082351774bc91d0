/** What a step does, in one line, from what is filled in. */
import type { KindInfo } from './api';
import { isRecord, type NodeSpec } from './definition';

export function stepLine(node: NodeSpec, kind: KindInfo | undefined): string {
  const said = ownWords(node);
  if (said !== '') return said.replace(/\s+/g, ' ').trim().slice(0, 120);
  return kind?.summary ?? `This version has no step called “${node.kind}”.`;
}

function ownWords({ kind, config = {} }: NodeSpec): string {
  const text = (name: string): string => (typeof config[name] === 'string' ? config[name] : '');
  switch (kind) {
    case 'llm':
    case 'structured':
    case 'agent':
    case 'judge':
    case 'router':
      return text('prompt') || lastMessage(config.messages) || text('task') || text('criteria');
    case 'template':
      return text('template');
    case 'condition':
      return text('if') && `if ${text('if')}`;
    case 'switch':
      return text('on') && `by ${text('on')}`;
    case 'map':
      return text('over') && `for each of ${text('over')}`;
    case 'loop':
      return text('until') && `until ${text('until')}`;
    case 'http':
    case 'webhook':
      return [text('method'), text('url')].filter(Boolean).join(' ');
    case 'file':
      return [text('op'), text('path')].filter(Boolean).join(' ');
    case 'shell':
      return Array.isArray(config.argv) ? config.argv.join(' ') : '';
    case 'git':
      return text('op');
    case 'delay':
      return text('for') ? `for ${text('for')}` : text('until') && `until ${text('until')}`;
    case 'variable':
      return text('set') && `${text('set')} = ${text('to')}`;
    case 'assert':
      return text('that');
    case 'pipeline':
      return text('id') && `runs ${text('id')}`;
    case 'notify':
      return text('title') || text('message');
    case 'js':
    case 'json':
    case 'text':
      return text('code') || text('expression') || text('query') || text('op');
    default:
      return '';
  }
}

function lastMessage(messages: unknown): string {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return isRecord(last) && typeof last.content === 'string' ? last.content : '';
}
