export { RunsList } from './list/runs-list';
export { RunPlace } from './run-place';
export { RunsPlace } from './runs-place';
