/** Who is signed in, as far as the page knows. */
import type { Backend } from '../backend/backend';
import type { AccountState } from '../backend/bindings';

export class SignedIn {
  /** Absent until somebody asked. */
  state = $state.raw<AccountState | null>(null);
  #backend: Backend;
  /** Somebody has signed in or out: what was shown may look different now. */
  #onChange: () => void;

  constructor(backend: Backend, onChange: () => void) {
    this.#backend = backend;
    this.#onChange = onChange;
  }

  /** Rejects with an `AppError`. */
  async load(): Promise<void> {
    this.state = await this.#backend.account();
  }

  /** Rejects with an `AppError`, `token_invalid` among them. */
  async signIn(token: string): Promise<void> {
    this.state = await this.#backend.signIn(token);
    this.#onChange();
  }

  /** Rejects with an `AppError`. */
  async signOut(): Promise<void> {
    this.state = await this.#backend.signOut();
    this.#onChange();
  }
}
