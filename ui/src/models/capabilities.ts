/** What a model is good at, in words. */
import type { Capability } from '../backend/bindings';
import * as m from '../paraglide/messages';

/** What Hearth lets a model do: it cannot show pictures to any yet, so being able to see them is nothing to promise. */
export function promised(capabilities: Capability[]): Capability[] {
  return capabilities.filter((capability) => capability !== 'vision');
}

export function capabilityWords(capability: Capability): string {
  switch (capability) {
    case 'chat':
      return m.capability_chat();
    case 'vision':
      return m.capability_vision();
    case 'coding':
      return m.capability_coding();
    case 'tools':
      return m.capability_tools();
    case 'reasoning':
      return m.capability_reasoning();
    case 'translation':
      return m.capability_translation();
  }
}
