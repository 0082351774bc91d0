/** What the builder's calls are told and say, until the bindings have it. */
import type { Run } from '@/api/generated';
import type { Fault, KindInfo } from '../shared/api';

export type Capability = 'commands' | 'files' | 'http' | 'secrets';
export interface Requires {
  models: string[];
  secrets: string[];
  capabilities: Capability[];
}
export interface PipelineSummary {
  id: string;
  name: string;
  description: string;
  hash?: string;
  faults: number;
  updatedAt: number;
  lastRun?: Run;
  triggers: number;
  file?: string;
}
export interface PipelineView {
  id: string;
  name: string;
  definition: unknown;
  hash?: string;
  faults: Fault[];
  version?: number;
  requires: Requires;
  allowed: Capability[];
  file?: string;
}
export interface PipelineCheck {
  faults: Fault[];
  hash?: string;
  requires: Requires;
}
export interface PipelineTemplate {
  id: string;
  title: string;
  summary: string;
  definition: unknown;
}
export interface PipelineVersion {
  number: number;
  hash: string;
  label: string;
  createdAt: number;
}
export interface PipelineFile {
  definition: unknown;
  requires: Requires;
}
export interface PipelineEstimate {
  costLow?: number;
  costHigh?: number;
  secondsLow: number;
  secondsHigh: number;
  calls: number;
  basis: string[];
}
export interface PipelineTestReport {
  tests: { name: string; passed: boolean; failures: string[]; runId?: string }[];
}
export interface TriggerView {
  pipelineId: string;
  id: string;
  kind: string;
  enabled: boolean;
  nextAt?: number;
  lastError?: string;
  description: string;
}

interface Id {
  id: string;
}
declare module '@/api/generated' {
  interface Methods {
    'pipeline/list': { params: object; result: PipelineSummary[] };
    'pipeline/get': { params: Id; result: PipelineView };
    'pipeline/save': { params: { definition: unknown; label?: string }; result: PipelineView };
    'pipeline/create': { params: { template?: string; name?: string }; result: PipelineView };
    'pipeline/delete': { params: Id; result: object };
    'pipeline/restore': { params: Id; result: PipelineView };
    'pipeline/validate': { params: { definition: unknown }; result: PipelineCheck };
    'pipeline/kinds': { params: object; result: KindInfo[] };
    'pipeline/templates': { params: object; result: PipelineTemplate[] };
    'pipeline/versions': { params: Id; result: PipelineVersion[] };
    'pipeline/version': { params: { id: string; number: number }; result: PipelineFile };
    'pipeline/estimate': {
      params: { definition: unknown; inputs: Record<string, unknown> };
      result: PipelineEstimate;
    };
    'pipeline/evaluate': {
      params: { definition: unknown; node: string; text: string; template: boolean; runId?: string };
      result: { value: unknown };
    };
    'pipeline/allow': { params: { id: string; capabilities: Capability[] }; result: PipelineView };
    'pipeline/export': { params: { id: string; pins?: boolean }; result: PipelineFile };
    'pipeline/test': { params: { definition: unknown }; result: PipelineTestReport };
    'run/start': {
      params: {
        pipelineId?: string;
        definition?: unknown;
        inputs?: Record<string, unknown>;
        idempotencyKey?: string;
        until?: string;
        only?: string;
        pins?: Record<string, Record<string, unknown>>;
        allow?: Capability[];
      };
      result: Run;
    };
    'trigger/list': { params: { pipelineId?: string }; result: TriggerView[] };
    'trigger/enable': { params: { pipelineId: string; id: string; enabled: boolean }; result: TriggerView };
    'trigger/fire': { params: { pipelineId: string; id: string }; result: Run };
  }
}
