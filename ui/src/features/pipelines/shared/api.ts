/** What the calls about pipelines carry, until the bindings have it. */
export interface PipelineField {
  name: string;
  label: string;
  shape:
    | 'template'
    | 'long_template'
    | 'expression'
    | 'map'
    | 'text'
    | 'number'
    | 'bool'
    | 'choice'
    | 'json'
    | 'model'
    | 'schema'
    | 'messages'
    | 'template_list'
    | 'duration'
    | 'pipeline'
    | 'code'
    | 'words'
    | 'expressions';
  required: boolean;
  choices: string[];
  help: string;
  secret: boolean;
}
export interface KindInfo {
  kind: string;
  version: number;
  title: string;
  summary: string;
  help: string;
  group: string;
  effect: 'pure' | 'idempotent' | 'at_most_once';
  ways: string[];
  ports: { name: string; kind: string; help: string }[];
  openPorts: boolean;
  fields: PipelineField[];
  capability?: 'commands' | 'files' | 'http' | 'secrets';
  container: boolean;
}
export interface Fault {
  severity: 'error' | 'warning';
  code: string;
  place: string;
  node?: string;
  message: string;
}
export type StepStatus =
  | 'pending'
  | 'ready'
  | 'running'
  | 'waiting'
  | 'retry_wait'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'ambiguous'
  | 'reused';
