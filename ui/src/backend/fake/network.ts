/** The way to the Hub and who goes it, in memory. */
import type { Account, AccountState, NetworkSettings } from '../bindings';
import { failure } from './failure';

export const ada: Account = { name: 'ada', full_name: 'Ada Lovelace', initials: 'AL', is_kept: true };

interface Options {
  account?: Account | null;
  /** Who signs in with whatever token; `null`: no token is known. */
  signsInAs?: Account | null;
  settings?: NetworkSettings;
}

export class FakeNetwork {
  settings: NetworkSettings;
  #account: Account | null;
  #signsInAs: Account | null;

  constructor({ account = null, signsInAs = ada, settings }: Options = {}) {
    this.#account = account;
    this.#signsInAs = signsInAs;
    this.settings = settings ?? { endpoint: null, proxy: 'system', proxy_address: null };
  }

  get isSignedIn(): boolean {
    return this.#account !== null;
  }

  account(): AccountState {
    return structuredClone({
      account: this.#account,
      token_page: 'https://huggingface.co/settings/tokens',
      host: 'huggingface.co',
    });
  }

  signIn(): AccountState {
    if (this.#signsInAs === null) throw failure('token_invalid');
    this.#account = this.#signsInAs;
    return this.account();
  }

  signOut(): AccountState {
    this.#account = null;
    return this.account();
  }

  update(settings: NetworkSettings): NetworkSettings {
    const isWrong = (address: string | null) => address !== null && !URL.canParse(address);
    if (isWrong(settings.endpoint)) throw failure('address_invalid');
    if (settings.proxy === 'chosen' && isWrong(settings.proxy_address)) {
      throw failure('address_invalid', { name: 'proxy' });
    }
    this.settings = structuredClone(settings);
    return structuredClone(settings);
  }
}
