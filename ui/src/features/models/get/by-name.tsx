/** Any name or address, read while it is typed. */
import { Download } from 'lucide-react';
import { useState } from 'react';

import { useMutate } from '@/api/query';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { ChoiceList } from '@/components/choice-list';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { useQuiet } from '@/lib/quiet';

import { builtIn } from '../facts';
import { readReference } from '../reference';
import { useTargets } from '../targets';

export function ByName({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState<string | null>(null);
  const pull = useMutate('model/pull', { onDone });
  const read = readReference(text);
  // Nobody likes to be corrected in the middle of a word.
  const quiet = useQuiet(text, 500) === text;
  const isModel = read.type === 'model';
  const all = useTargets();
  // The usual kind first, as the reference names them.
  const targets = isModel ? read.targets.flatMap((kind) => all.filter((target) => target.kind === kind)) : [];
  const target = (targets.find(({ value }) => value === wanted) ?? targets[0])?.value;
  const get = () => {
    if (isModel && target !== undefined) pull.mutate({ reference: read.reference, target });
  };
  return (
    <form
      className="flex flex-col gap-4 px-0.5 pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        get();
      }}
    >
      <Field
        label="Name or address"
        description="A name of Ollama’s library (qwen3:4b), a Hugging Face repository (hf.co/owner/name), a file in one (owner/name/file.gguf), or the address of a GGUF."
        error={(quiet && read.type === 'wrong' ? read.message : undefined) ?? pull.error?.message}
      >
        <Input
          value={text}
          placeholder="qwen3:4b"
          className="font-mono"
          onChange={(next) => {
            setText(next);
            pull.reset();
          }}
        />
      </Field>
      {isModel && (
        <>
          <p role="status" className="text-dense text-muted-foreground">
            {read.words}.
          </p>
          {read.warning !== undefined && <Banner tone="warning">{read.warning}</Banner>}
          {targets.length > 1 && (
            <ChoiceList aria-label="For which engine" options={targets} value={target ?? null} onChange={setWanted} />
          )}
        </>
      )}
      <Button
        type="submit"
        variant="primary"
        size="medium"
        icon={Download}
        disabled={!isModel}
        busy={pull.isPending}
        className="self-start"
      >
        {target === builtIn
          ? 'Download for the built-in engine'
          : target === undefined
            ? 'Download'
            : `Download with ${targets.find(({ value }) => value === target)?.label ?? 'Ollama'}`}
      </Button>
    </form>
  );
}
