/** Signing in and out in Settings: what goes on, and why something did not work. */
import type { Asked } from '../backend/asked';
import type { AccountState, AppError } from '../backend/bindings';
import { asAppError } from '../errors/explain';
import type { SignedIn } from './account.svelte';

export class AccountForm {
  /** What goes on. */
  pending = $state<'sign_in' | 'sign_out' | null>(null);
  /** Why the last of these did not work. */
  trouble = $state.raw<AppError | null>(null);
  #signedIn: SignedIn;
  #failure = $state.raw<AppError | null>(null);

  constructor(signedIn: SignedIn) {
    this.#signedIn = signedIn;
  }

  get account(): Asked<AccountState> {
    const { state } = this.#signedIn;
    if (state !== null) return { kind: 'known', value: state };
    return this.#failure === null ? { kind: 'asking' } : { kind: 'failed', error: this.#failure };
  }

  async load(): Promise<void> {
    this.#failure = null;
    try {
      await this.#signedIn.load();
    } catch (reason) {
      this.#failure = asAppError(reason);
    }
  }

  /** Returns whether the token is valid: then whoever holds it forgets it. It is kept nowhere in the page. */
  async signIn(token: string): Promise<boolean> {
    return this.#ask('sign_in', () => this.#signedIn.signIn(token));
  }

  async signOut(): Promise<boolean> {
    return this.#ask('sign_out', () => this.#signedIn.signOut());
  }

  async #ask(what: 'sign_in' | 'sign_out', call: () => Promise<void>): Promise<boolean> {
    if (this.pending !== null) return false;
    this.pending = what;
    this.trouble = null;
    try {
      await call();
      return true;
    } catch (reason) {
      this.trouble = asAppError(reason);
      return false;
    } finally {
      this.pending = null;
    }
  }
}
