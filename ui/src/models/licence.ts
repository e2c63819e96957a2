/** Licences by the short names that the Hub has for them: what people call them, and where their text is. */
import * as m from '../paraglide/messages';

interface Known {
  name: string;
  address: string;
}

const known: Record<string, Known> = {
  'apache-2.0': { name: 'Apache 2.0', address: 'https://www.apache.org/licenses/LICENSE-2.0' },
  mit: { name: 'MIT', address: 'https://opensource.org/license/mit' },
  gemma: { name: 'Gemma', address: 'https://ai.google.dev/gemma/terms' },
  'llama3.1': { name: 'Llama 3.1', address: 'https://www.llama.com/llama3_1/license/' },
  'llama3.2': { name: 'Llama 3.2', address: 'https://www.llama.com/llama3_2/license/' },
  'llama3.3': { name: 'Llama 3.3', address: 'https://www.llama.com/llama3_3/license/' },
  'cc-by-4.0': { name: 'CC BY 4.0', address: 'https://creativecommons.org/licenses/by/4.0/' },
  'cc-by-sa-4.0': { name: 'CC BY-SA 4.0', address: 'https://creativecommons.org/licenses/by-sa/4.0/' },
  'cc-by-nc-4.0': { name: 'CC BY-NC 4.0', address: 'https://creativecommons.org/licenses/by-nc/4.0/' },
};

/** Those that one can look for: the others are rare, or each model has its own. */
export const SEARCHED_LICENCES = ['apache-2.0', 'mit', 'llama3.2', 'gemma', 'cc-by-4.0', 'cc-by-nc-4.0'];

export function licenceName(licence: string): string {
  return licence === 'other' ? m.licence_other() : (known[licence]?.name ?? licence);
}

/** Where its text is, as far as that is known. */
export function licenceAddress(licence: string): string | null {
  return known[licence]?.address ?? null;
}
