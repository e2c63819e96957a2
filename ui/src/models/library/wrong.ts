/** What is wrong with a model that cannot be used, in a sentence, and how it can be fetched again. */
import type {
  DownloadRequest,
  ForeignKind,
  LocalModel,
  LocalModelState,
  ModelDamage,
} from '../../backend/bindings';
import { fileName } from '../../i18n/format';
import * as m from '../../paraglide/messages';

/** `null` when nothing is. */
export function whatIsWrong(state: LocalModelState): string | null {
  switch (state.state) {
    case 'ready':
      return null;
    case 'damaged':
      return damageWords(state.damage);
    case 'foreign':
      return foreignWords(state.kind);
  }
}

function damageWords(damage: ModelDamage): string {
  switch (damage) {
    case 'gone':
      return m.damage_gone();
    case 'unreadable':
      return m.damage_unreadable();
    case 'not_a_model':
      return m.damage_not_a_model();
    case 'cut_short':
      return m.damage_cut_short();
    case 'contradictory':
      return m.damage_contradictory();
    case 'missing_parts':
      return m.damage_missing_parts();
  }
}

function foreignWords(kind: ForeignKind): string {
  switch (kind) {
    case 'other_kind':
      return m.foreign_other_kind();
    case 'big_endian':
      return m.foreign_big_endian();
    case 'beyond_this_version':
      return m.foreign_beyond_this_version();
  }
}

/** What fetches a damaged model anew; `null` when nobody knows where it came from. */
export function downloadAgain(model: LocalModel): DownloadRequest | null {
  if (model.state.state !== 'damaged' || model.repo === null) return null;
  return {
    repo: model.repo,
    commit: null,
    file: fileInRepository(model.id),
    label: model.quantization,
    replaces: model.id,
  };
}

/** In a shared cache the repository's own path stands behind `snapshots/<commit>/`; elsewhere only the name is left. */
export function fileInRepository(path: string): string {
  return /[/\\]snapshots[/\\][^/\\]+[/\\](.+)$/.exec(path)?.[1]?.replaceAll('\\', '/') ?? fileName(path);
}
