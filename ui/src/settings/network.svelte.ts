/** How the Hub is reached: as it is kept, and as it is being written in Settings. */
import type { Asked } from '../backend/asked';
import type { Backend } from '../backend/backend';
import type { AppError, NetworkSettings } from '../backend/bindings';
import { asAppError } from '../errors/explain';

/** As it is without anybody's doing. */
export const untouched: NetworkSettings = { endpoint: null, proxy: 'system', proxy_address: null };

export class Network {
  kept = $state.raw<Asked<NetworkSettings>>({ kind: 'asking' });
  isSaving = $state(false);
  trouble = $state.raw<AppError | null>(null);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async load(): Promise<void> {
    if (this.kept.kind === 'failed') this.kept = { kind: 'asking' };
    this.trouble = null;
    try {
      this.kept = { kind: 'known', value: await this.#backend.networkSettings() };
    } catch (reason) {
      this.kept = { kind: 'failed', error: asAppError(reason) };
    }
  }

  /** Returns whether they are kept now. If not, nothing has changed. */
  async save(settings: NetworkSettings): Promise<boolean> {
    if (this.isSaving) return false;
    this.isSaving = true;
    this.trouble = null;
    try {
      this.kept = { kind: 'known', value: await this.#backend.updateNetworkSettings(settings) };
      return true;
    } catch (reason) {
      this.trouble = asAppError(reason);
      return false;
    } finally {
      this.isSaving = false;
    }
  }
}

/** What stands in the form's fields, as settings: an empty field is no address. */
export function written(endpoint: string, proxy: NetworkSettings['proxy'], address: string): NetworkSettings {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  return {
    endpoint: orNull(endpoint),
    proxy,
    // Also while it is not used: whoever tries without the proxy does not have to type its address anew.
    proxy_address: orNull(address),
  };
}

export function isSame(one: NetworkSettings, other: NetworkSettings): boolean {
  return (
    one.endpoint === other.endpoint &&
    one.proxy === other.proxy &&
    // An address that is not used makes no difference.
    (one.proxy !== 'chosen' || one.proxy_address === other.proxy_address)
  );
}

/** The field that a refusal is about. */
export function refusedField(error: AppError | null): 'endpoint' | 'proxy' | null {
  if (error?.code !== 'address_invalid') return null;
  return error.details.name === 'proxy' || hasLogin(error) ? 'proxy' : 'endpoint';
}

/** The proxy's address is one, but has a name or a password in it. */
export function hasLogin(error: AppError | null): boolean {
  return error?.code === 'address_invalid' && error.details.name === 'proxy_login';
}
