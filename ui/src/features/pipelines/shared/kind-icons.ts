import {
  Bell,
  Binary,
  Bot,
  Braces,
  CircleDollarSign,
  CircleHelp,
  Clock,
  Code,
  FileText,
  GitBranch,
  GitFork,
  Globe,
  Layers,
  ListChecks,
  Merge,
  MessageSquareText,
  Repeat,
  Route,
  Scale,
  ShieldCheck,
  Signpost,
  Split,
  SquareTerminal,
  TextCursorInput,
  UserCheck,
  Variable,
  Webhook,
} from 'lucide-react';

import { createElement, type ReactElement } from 'react';

import type { Icon } from '@/components/button';

const icons: Record<string, Icon> = {
  llm: MessageSquareText,
  structured: ListChecks,
  embedding: Binary,
  judge: Scale,
  router: Signpost,
  agent: Bot,
  template: TextCursorInput,
  text: FileText,
  json: Braces,
  condition: Split,
  switch: Route,
  map: Layers,
  loop: Repeat,
  join: Merge,
  pipeline: GitFork,
  delay: Clock,
  human: UserCheck,
  http: Globe,
  file: FileText,
  git: GitBranch,
  shell: SquareTerminal,
  js: Code,
  notify: Bell,
  webhook: Webhook,
  variable: Variable,
  assert: ShieldCheck,
  budget: CircleDollarSign,
};

export function KindIcon({ kind, className }: { kind: string; className?: string }): ReactElement {
  return createElement(icons[kind] ?? CircleHelp, { className });
}
