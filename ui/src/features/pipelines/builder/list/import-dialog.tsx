/** A definition from outside: read, looked at, and only then kept. What it may do is asked for before it does it. */
import { FileUp } from 'lucide-react';
import { useRef, useState } from 'react';

import { useCall, useMutate } from '@/api/query';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Checkbox } from '@/components/checkbox';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { Textarea } from '@/components/textarea';
import { formatPlural } from '@/lib/format';

import { readDefinition, type Definition } from '../../shared/definition';
import { parseJson } from '../inspector/draft';
import { Required } from '../run/capabilities';

export function ImportDialog({
  taken,
  onClose,
  onImported,
}: {
  taken: readonly string[];
  onClose: () => void;
  onImported: (id: string) => void;
}) {
  const [text, setText] = useState('');
  const [allowed, setAllowed] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const parsed = parseJson(text);
  const read = text.trim() === '' ? null : 'problem' in parsed ? parsed : readDefinition(parsed.value);
  const definition = read !== null && 'definition' in read ? read.definition : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Import a pipeline"
      description="Choose a .webplus.json file, or paste what stands in one."
    >
      <div className="flex flex-col gap-4">
        <div>
          <input
            ref={file}
            type="file"
            accept=".json,application/json"
            hidden
            onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
          />
          <Button icon={FileUp} onClick={() => file.current?.click()}>
            Choose a file
          </Button>
        </div>
        <Field label="Definition" error={read !== null && 'problem' in read ? read.problem : null}>
          <Textarea
            value={text}
            onChange={setText}
            minRows={5}
            maxRows={10}
            spellCheck={false}
            className="font-mono text-dense!"
          />
        </Field>
        {definition && (
          <Look
            definition={definition}
            exists={taken.includes(definition.id)}
            allowed={allowed}
            onAllow={setAllowed}
            onImported={onImported}
          />
        )}
      </div>
    </Dialog>
  );
}

interface LookProps {
  definition: Definition;
  exists: boolean;
  allowed: boolean;
  onAllow: (allowed: boolean) => void;
  onImported: (id: string) => void;
}

function Look({ definition, exists, allowed, onAllow, onImported }: LookProps) {
  const check = useCall('pipeline/validate', { definition });
  const save = useMutate('pipeline/save');
  const allow = useMutate('pipeline/allow');
  const capabilities = check.data?.requires.capabilities ?? [];
  const errors = check.data?.faults.filter(({ severity }) => severity === 'error') ?? [];
  const take = async () => {
    try {
      const { id } = await save.mutateAsync({ definition, label: 'Imported' });
      if (allowed && capabilities.length > 0 && errors.length === 0) await allow.mutateAsync({ id, capabilities });
      onImported(id);
    } catch {
      // Shown below.
    }
  };
  const failure = check.error ?? save.error ?? allow.error;
  return (
    <>
      {check.data && <Required requires={check.data.requires} />}
      {errors.length > 0 && (
        <Banner tone="warning">
          It has {formatPlural(errors.length, 'fault')} and can’t run as it is. {errors[0]?.message}
        </Banner>
      )}
      {exists && (
        <Banner tone="warning">A pipeline “{definition.id}” is here already. This becomes its newest version.</Banner>
      )}
      {capabilities.length > 0 && errors.length === 0 && (
        <Checkbox checked={allowed} onChange={onAllow}>
          Allow this for the pipeline as it is now
        </Checkbox>
      )}
      {failure && <Failure title="It wasn’t imported" error={failure} />}
      <div className="flex justify-end">
        <Button
          variant="primary"
          busy={save.isPending || allow.isPending}
          disabled={!check.data}
          onClick={() => void take()}
        >
          Import {definition.name ?? definition.id}
        </Button>
      </div>
    </>
  );
}
