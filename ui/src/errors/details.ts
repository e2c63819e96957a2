/** In a file without words, since the tests that play the shell load it outside a browser, where no language is chosen. */
import type { AppError } from '../backend/bindings';

/** Of an error that has nothing to add. */
export const noDetails: AppError['details'] = {
  amount: null,
  limit: null,
  path: null,
  name: null,
  address: null,
  seconds: null,
  needed_bytes: null,
  free_bytes: null,
};
