/** How far trying what this computer has is. */
import type { Hardware } from '../../backend/bindings';
import { pathAtFront } from './why';

export type TestState =
  | { state: 'untried' }
  /** `path` is what is being tried, by its name, as far as that is known. */
  | { state: 'trying'; path: string | null }
  /** `at` in seconds since 1970. */
  | { state: 'tried'; at: number };

export function testState({ testing, paths }: Hardware): TestState {
  if (testing) {
    const tried = paths.find(({ outcome }) => outcome.outcome === 'testing');
    return { state: 'trying', path: tried === undefined ? null : pathAtFront(tried.path) };
  }
  const times = paths.flatMap(({ tried_at }) => (tried_at === null ? [] : [tried_at]));
  return times.length === 0 ? { state: 'untried' } : { state: 'tried', at: Math.max(...times) };
}
