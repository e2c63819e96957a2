/** Why a model is recommended, in words. */
import type { Praise } from '../../backend/bindings';
import * as m from '../../paraglide/messages';

export function praiseWords(praise: Praise): string {
  switch (praise) {
    case 'best':
      return m.praise_best();
    case 'faster':
      return m.praise_faster();
    case 'light':
      return m.praise_light();
    case 'coding':
      return m.praise_coding();
    case 'patient':
      return m.praise_patient();
  }
}
