export { useActiveCounts } from './active-runs';
export { useRunToasts } from './use-run-toasts';
