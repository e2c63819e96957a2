/** The way to the Hub and who goes it, in memory. */
import type { Account, AccountState, NetworkSettings, SignedOut, Standing } from '../bindings';
import { failure } from './failure';

export const ada: Account = { name: 'ada', full_name: 'Ada Lovelace', initials: 'AL', is_kept: true };

interface Options {
  account?: Account | null;
  /** Who signs in with whatever token; `null`: no token is known. */
  signsInAs?: Account | null;
  settings?: NetworkSettings;
  /** The keychain gives no token away, and deletes none, as long as this says so. */
  isLocked?: boolean;
}

export class FakeNetwork {
  settings: NetworkSettings;
  isLocked: boolean;
  /** Whoever is signed in is so at one Hub alone. */
  #accounts = new Map<string, Account>();
  #signsInAs: Account | null;

  constructor({ account = null, signsInAs = ada, settings, isLocked = false }: Options = {}) {
    this.#signsInAs = signsInAs;
    this.isLocked = isLocked;
    this.settings = settings ?? { endpoint: null, proxy: 'system', proxy_address: null };
    if (account !== null) this.#accounts.set(this.#host, account);
  }

  get isSignedIn(): boolean {
    return this.#standing.standing === 'signed_in';
  }

  account(): AccountState {
    const host = this.#host;
    return structuredClone({
      standing: this.#standing,
      token_page: `https://${host}/settings/tokens`,
      host,
    });
  }

  signIn(host: string): AccountState {
    this.#requireHost(host);
    if (this.#signsInAs === null) throw failure('token_invalid');
    this.#accounts.set(host, this.#signsInAs);
    return this.account();
  }

  signOut(host: string): SignedOut {
    this.#requireHost(host);
    this.#accounts.delete(host);
    return { account: this.account(), is_deleted: !this.isLocked };
  }

  update(settings: NetworkSettings): NetworkSettings {
    const isWrong = (address: string | null) => address !== null && !URL.canParse(address);
    if (isWrong(settings.endpoint)) throw failure('address_invalid');
    const { proxy, proxy_address } = settings;
    if (proxy === 'chosen' && isWrong(proxy_address)) throw failure('address_invalid', { name: 'proxy' });
    if (proxy === 'chosen' && proxy_address !== null && new URL(proxy_address).username !== '') {
      throw failure('address_invalid', { name: 'proxy_login' });
    }
    this.settings = structuredClone(settings);
    return structuredClone(settings);
  }

  get #host(): string {
    return this.settings.endpoint === null ? 'huggingface.co' : new URL(this.settings.endpoint).host;
  }

  get #standing(): Standing {
    const account = this.#accounts.get(this.#host);
    if (account === undefined) return { standing: 'nobody' };
    return this.isLocked ? { standing: 'locked', name: account.name } : { standing: 'signed_in', account };
  }

  #requireHost(host: string): void {
    if (host !== this.#host) throw failure('internal');
  }
}
