/** Asked for before anything else of the page is run, so that the desktop's code is on its way meanwhile. */
import { detectSurroundings } from './detect';

export const surroundings = detectSurroundings();
// Who waits for it says what went wrong.
surroundings.catch(() => undefined);
