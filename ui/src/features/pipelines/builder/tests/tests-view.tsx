/** The pipeline's own tests: written here, kept in its file, run by the button as by `webplus test`. */
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleX, FlaskConical, Play, Plus, Trash2 } from 'lucide-react';

import { useMutate } from '@/api/query';
import type { PipelineTestReport, PipelineTestResult } from '@/api/generated';
import { Banner } from '@/components/banner';
import { Button } from '@/components/button';
import { Disclosure } from '@/components/disclosure';
import { EmptyState } from '@/components/empty-state';
import { Failure } from '@/components/error-state';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Input } from '@/components/input';
import { ScrollArea } from '@/components/scroll-area';
import { Textarea } from '@/components/textarea';
import { formatPlural } from '@/lib/format';

import type { Definition, Pins } from '../../shared/definition';
import { JsonField } from '../inspector/json-field';
import { changed } from '../model/edits';
import { useDefinition, useEditor, useEditorState } from '../model/use-editor';
import { newTest, testsOf, trimmed, unmocked, type TestSpec } from './specs';

export default function TestsView() {
  const editor = useEditor();
  const definition = useDefinition();
  const errors = useEditorState(({ faults }) => faults.find(({ severity }) => severity === 'error')?.message);
  const run = useMutate('pipeline/test');
  const tests = testsOf(definition);
  const set = (label: string, next: TestSpec[], merge?: string) =>
    editor.edit(label, (now) => changed<Definition>(now, { tests: next.length > 0 ? next : undefined }), merge);
  const add = () => set('Add a test', [...tests, newTest(definition)]);
  if (tests.length === 0) {
    return (
      <EmptyState
        icon={FlaskConical}
        title="No tests yet"
        action={
          <Button icon={Plus} onClick={add}>
            Add a test
          </Button>
        }
      >
        A test runs the pipeline with inputs of your choice and says whether what must hold did. Steps that cost
        something can be given their results instead.
      </EmptyState>
    );
  }
  const results = run.data;
  const stale = results !== undefined && run.variables?.definition !== definition;
  return (
    <ScrollArea className="h-full p-4">
      <div className="mx-auto flex max-w-180 flex-col gap-4 pb-8">
        <div className="flex flex-wrap items-center gap-3">
          <Button
            variant="primary"
            icon={Play}
            busy={run.isPending}
            disabled={errors !== undefined}
            onClick={() => run.mutate({ definition })}
          >
            Run {formatPlural(tests.length, 'test')}
          </Button>
          {results && <Sum report={results} stale={stale} />}
        </div>
        {errors !== undefined && <Banner tone="danger">The tests can’t run yet. {errors}</Banner>}
        {run.error && <Failure title="The tests didn’t run" error={run.error} />}
        {tests.map((test, index) => (
          <TestCard
            key={index}
            test={test}
            result={stale ? undefined : results?.tests[index]}
            onChange={(next) =>
              set(
                'Change a test',
                tests.map((one, at) => (at === index ? trimmed(next) : one)),
                `test.${index}`,
              )
            }
            onRemove={() =>
              set(
                'Delete a test',
                tests.filter((_, at) => at !== index),
              )
            }
          />
        ))}
        <div>
          <Button icon={Plus} onClick={add}>
            Add a test
          </Button>
        </div>
      </div>
    </ScrollArea>
  );
}

function Sum({ report, stale }: { report: PipelineTestReport; stale: boolean }) {
  const failed = report.tests.filter(({ passed }) => !passed).length;
  return (
    <p
      role="status"
      className={
        stale ? 'text-dense text-muted-foreground' : failed > 0 ? 'text-dense text-danger' : 'text-dense text-success'
      }
    >
      {failed === 0 ? 'All passed' : `${failed} of ${report.tests.length} failed`}
      {stale && ', before you changed something'}
    </p>
  );
}

interface TestCardProps {
  test: TestSpec;
  result: PipelineTestResult | undefined;
  onChange: (next: TestSpec) => void;
  onRemove: () => void;
}

function TestCard({ test, result, onChange, onRemove }: TestCardProps) {
  const editor = useEditor();
  const definition = useDefinition();
  const real = unmocked(definition, test, (kind) => editor.kinds.get(kind)?.effect !== 'pure');
  return (
    <section aria-label={test.name} className="flex flex-col gap-3 rounded-panel border border-border p-4">
      <div className="flex items-end gap-2">
        <Field label="Name" className="flex-1">
          <Input value={test.name} onChange={(name) => name !== '' && onChange({ ...test, name })} />
        </Field>
        <IconButton label={`Delete ${test.name}`} icon={Trash2} onClick={onRemove} />
      </div>
      {result && <Outcome result={result} />}
      <Field label="What must hold" description="An expression a line, over outputs, nodes and inputs.">
        <Textarea
          value={(test.expect ?? []).join('\n')}
          onChange={(text) => onChange({ ...test, expect: text === '' ? [] : text.split('\n') })}
          minRows={2}
          spellCheck={false}
          placeholder="outputs.report != ''"
          className="font-mono text-dense!"
        />
      </Field>
      <Disclosure title="Inputs and given results" defaultOpen={Object.keys(definition.inputs ?? {}).length > 0}>
        <div className="flex flex-col gap-3">
          <JsonField
            label="Inputs"
            description="By name, as JSON."
            value={test.inputs}
            onChange={(inputs) => onChange({ ...test, inputs: inputs as Record<string, unknown> })}
          />
          <JsonField
            label="Results that are given"
            description="By step and port: such a step doesn’t run."
            value={test.mocks}
            onChange={(mocks) => onChange({ ...test, mocks: mocks as Pins })}
          />
          {definition.pins && Object.keys(definition.pins).length > 0 && (
            <div>
              <Button onClick={() => onChange({ ...test, mocks: { ...test.mocks, ...definition.pins } })}>
                Take what is pinned
              </Button>
            </div>
          )}
        </div>
      </Disclosure>
      {real.length > 0 && (
        <p className="text-caption text-muted-foreground">
          {real.length === 1 ? 'This step runs' : 'These steps run'} for real: {real.join(', ')}.
        </p>
      )}
    </section>
  );
}

function Outcome({ result }: { result: PipelineTestResult }) {
  const Sign = result.passed ? CircleCheck : CircleX;
  return (
    <div className="flex flex-col gap-1">
      <p className={`flex items-center gap-2 text-dense font-medium ${result.passed ? 'text-success' : 'text-danger'}`}>
        <Sign aria-hidden className="size-4" />
        {result.passed ? 'Passed' : 'Failed'}
        {result.runId !== undefined && (
          <Link
            to="/runs/$runId"
            params={{ runId: result.runId }}
            className="font-normal text-accent underline underline-offset-2"
          >
            Show its run
          </Link>
        )}
      </p>
      {result.failures.map((failure) => (
        <p key={failure} className="pl-6 font-mono text-dense break-words">
          {failure}
        </p>
      ))}
    </div>
  );
}
