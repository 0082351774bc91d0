/** The pipeline's own tests as its file has them. Pure. */
import { isRecord, type Definition, type Pins } from '../../shared/definition';

export interface TestSpec {
  name: string;
  inputs?: Record<string, unknown>;
  /** What steps give instead of running, by step and port. */
  mocks?: Pins;
  /** Expressions that must hold. */
  expect?: string[];
}

export function testsOf({ tests }: Definition): TestSpec[] {
  return (tests ?? []).flatMap((test) =>
    isRecord(test) && typeof test.name === 'string' ? [test as unknown as TestSpec] : [],
  );
}

/** A new one: with what is pinned instead of the steps that cost something, and something to hold. */
export function newTest(definition: Definition): TestSpec {
  const taken = new Set(testsOf(definition).map(({ name }) => name));
  let number = taken.size + 1;
  while (taken.has(`test ${number}`)) number += 1;
  const inputs = Object.fromEntries(
    Object.entries(definition.inputs ?? {}).flatMap(([name, input]) =>
      input.default === undefined ? (input.required === true ? [[name, '']] : []) : [[name, input.default]],
    ),
  );
  const [output] = Object.keys(definition.outputs ?? {});
  return {
    name: `test ${number}`,
    ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
    ...(Object.keys(definition.pins ?? {}).length > 0 ? { mocks: definition.pins } : {}),
    expect: output === undefined ? [] : [`outputs.${output} != none`],
  };
}

/** Without what is empty, so that the file stays short. */
export function trimmed(test: TestSpec): TestSpec {
  const { name, inputs, mocks, expect } = test;
  return {
    name,
    ...(inputs && Object.keys(inputs).length > 0 ? { inputs } : {}),
    ...(mocks && Object.keys(mocks).length > 0 ? { mocks } : {}),
    ...(expect && expect.length > 0 ? { expect } : {}),
  };
}

/** Steps that a test would run for real although they ask a model or do something outside. */
export function unmocked(definition: Definition, test: TestSpec, costs: (kind: string) => boolean): string[] {
  const mocked = new Set(Object.keys(test.mocks ?? {}));
  return definition.nodes
    .filter(({ id, kind, off }) => off !== true && costs(kind) && !mocked.has(id))
    .map(({ id }) => id);
}
