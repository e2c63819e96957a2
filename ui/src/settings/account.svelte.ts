/** Who is signed in, as far as the page knows. */
import type { Backend } from '../backend/backend';
import type { AccountState, AppError } from '../backend/bindings';
import { asAppError } from '../errors/explain';

export class SignedIn {
  /** Absent until somebody asked. */
  state = $state.raw<AccountState | null>(null);
  /** Why nobody knows. */
  failure = $state.raw<AppError | null>(null);
  #backend: Backend;
  /** Somebody has signed in or out, or does so at another Hub: what was shown may look different now. */
  #onChange: (change: 'account' | 'hub') => void;
  /** Grows with every question, so that the answer to an older one is known as such. */
  #asked = 0;

  constructor(backend: Backend, onChange: (change: 'account' | 'hub') => void) {
    this.#backend = backend;
    this.#onChange = onChange;
  }

  async load(): Promise<void> {
    const wasLocked = this.state?.standing.standing === 'locked';
    this.failure = null;
    try {
      await this.#ask(() => this.#backend.account());
    } catch (reason) {
      this.failure = asAppError(reason);
    }
    if (wasLocked && this.state?.standing.standing === 'signed_in') this.#onChange('account');
  }

  /** The Hub's address is another: nobody knows who is signed in there. */
  async hubChanged(): Promise<void> {
    this.state = null;
    this.#onChange('hub');
    await this.load();
  }

  /** At the Hub that `state` names. Rejects with an `AppError`, `token_invalid` among them. */
  async signIn(token: string): Promise<void> {
    await this.#ask(() => this.#backend.signIn(token, this.state?.host ?? ''));
    this.#onChange('account');
  }

  /** Resolves to whether the token is deleted. Rejects with an `AppError`. */
  async signOut(): Promise<boolean> {
    const { account, is_deleted } = await this.#backend.signOut(this.state?.host ?? '');
    await this.#ask(() => Promise.resolve(account));
    this.#onChange('account');
    return is_deleted;
  }

  async #ask(question: () => Promise<AccountState>): Promise<void> {
    const asked = ++this.#asked;
    const state = await question();
    if (asked === this.#asked) this.state = state;
  }
}
