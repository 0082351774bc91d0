/** Pipelines: their list, the builder, and (in `runs`) what becomes of them. */
export { PipelinesPlace } from './builder/list/pipelines-place';
export { PipelinePlace } from './builder/pipeline-place';
