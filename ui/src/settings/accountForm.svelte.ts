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
  /** Somebody has signed out, and the keychain has not deleted the token. */
  staysInKeychain = $state(false);
  #signedIn: SignedIn;

  constructor(signedIn: SignedIn) {
    this.#signedIn = signedIn;
  }

  get account(): Asked<AccountState> {
    const { state, failure } = this.#signedIn;
    if (state !== null) return { kind: 'known', value: state };
    return failure === null ? { kind: 'asking' } : { kind: 'failed', error: failure };
  }

  /** Looks when nobody has: each look may make a locked keychain ask for its password. */
  async begin(): Promise<void> {
    if (this.#signedIn.state === null) await this.load();
  }

  load(): Promise<void> {
    return this.#signedIn.load();
  }

  /** Returns whether the token is valid: then whoever holds it forgets it. It is kept nowhere in the page. */
  async signIn(token: string): Promise<boolean> {
    return this.#ask('sign_in', () => this.#signedIn.signIn(token));
  }

  async signOut(): Promise<boolean> {
    return this.#ask('sign_out', async () => {
      this.staysInKeychain = !(await this.#signedIn.signOut());
    });
  }

  async #ask(what: 'sign_in' | 'sign_out', call: () => Promise<void>): Promise<boolean> {
    if (this.pending !== null) return false;
    this.pending = what;
    this.trouble = null;
    this.staysInKeychain = false;
    try {
      await call();
      return true;
    } catch (reason) {
      this.trouble = asAppError(reason);
      // It may have been meant for another Hub than the one in use.
      if (this.trouble.code === 'internal') await this.load();
      return false;
    } finally {
      this.pending = null;
    }
  }
}
