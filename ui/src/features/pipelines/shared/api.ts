/** What the bindings call things, in the words of this feature. */
export type { PipelineFault as Fault, PipelineField, PipelineKind as KindInfo, StepStatus } from '@/api/generated';
