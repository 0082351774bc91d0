export { dismissFirstStart, useDismissed } from './dismissed';
export { isFirstStart } from './doors';
export { FirstStart, type FirstStartProps } from './first-start';
