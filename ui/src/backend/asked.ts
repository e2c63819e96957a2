/** Something that the page asks the backend for by itself, in the three states that it can be in. */
import type { AppError } from './bindings';

export type Asked<Value> =
  { kind: 'asking' } | { kind: 'failed'; error: AppError } | { kind: 'known'; value: Value };
