import { ExternalLink, FolderSearch, Play, RefreshCw, RotateCw, ShieldCheck, Square } from 'lucide-react';

import { Button, type Icon } from '@/components/button';

import type { useOllamaVerbs } from './use-ollama';
import { verbWords, type OllamaVerb } from './words';

const icons: Record<OllamaVerb, Icon> = {
  start: Play,
  stop: Square,
  restart: RotateCw,
  look: RefreshCw,
  trust: ShieldCheck,
  use: Play,
  choose: FolderSearch,
  install: ExternalLink,
};

export interface VerbButtonsProps {
  verbs: readonly OllamaVerb[];
  doing: ReturnType<typeof useOllamaVerbs>;
  /** The first is the one primary action of its view. */
  primary?: boolean;
  /** Only so many. */
  most?: number;
}

export function VerbButtons({ verbs, doing, primary = false, most = 3 }: VerbButtonsProps) {
  return (
    <div className="flex flex-wrap gap-2">
      {verbs.slice(0, most).map((verb, index) => (
        <Button
          key={verb}
          icon={icons[verb]}
          variant={primary && index === 0 && (verb === 'start' || verb === 'use') ? 'primary' : 'secondary'}
          busy={doing.isBusy(verb)}
          onClick={() => doing.run(verb)}
        >
          {verbWords[verb]}
        </Button>
      ))}
    </div>
  );
}
