export { RunPlace } from './run-place';
export { RunsList } from './runs-list';
