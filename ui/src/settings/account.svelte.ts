/** Who is signed in, as far as the page knows. */
import type { Backend } from '../backend/backend';
import type { AccountState } from '../backend/bindings';

export class SignedIn {
  /** Absent until somebody asked. */
  state = $state.raw<AccountState | null>(null);
  /** Grows with each sign-in and sign-out: who showed something that depends on it asks again. */
  changes = $state(0);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Rejects with an `AppError`. */
  async load(): Promise<void> {
    this.state = await this.#backend.account();
  }

  /** Rejects with an `AppError`, `token_invalid` among them. */
  async signIn(token: string): Promise<void> {
    this.state = await this.#backend.signIn(token);
    this.changes += 1;
  }

  /** Rejects with an `AppError`. */
  async signOut(): Promise<void> {
    this.state = await this.#backend.signOut();
    this.changes += 1;
  }
}
