export { RunsList } from './list/runs-list';
export { RunPlace } from './run-place';
