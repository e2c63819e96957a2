/** The list of models in its three parts, and what is left of it by the filter. */
import type { LocalModel } from '../../backend/bindings';

/** This many models and more are filtered rather than looked through. */
export const FILTER_FROM = 11;

export interface Groups {
  usable: LocalModel[];
  damaged: LocalModel[];
  foreign: LocalModel[];
  isEmpty: boolean;
}

export function groupsOf(models: LocalModel[]): Groups {
  const of = (state: LocalModel['state']['state']) => models.filter((model) => model.state.state === state);
  return {
    usable: of('ready'),
    damaged: of('damaged'),
    foreign: of('foreign'),
    isEmpty: models.length === 0,
  };
}

/** What stands in a list beside one that is about to leave it: the next, or at its end the one before. */
export function besides<Id>(ids: Id[], leaving: Id): Id | null {
  const at = ids.indexOf(leaving);
  return at < 0 ? null : (ids[at + 1] ?? ids[at - 1] ?? null);
}

/** Whether there is so much that one filters. What is filtered already can always be taken back. */
export function hasFilter(models: LocalModel[], filter: string): boolean {
  return models.length >= FILTER_FROM || filter !== '';
}

/** Those whose name, build or place has every word of `text` in it, whatever the case. */
export function filtered(models: LocalModel[], text: string): LocalModel[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    const origins = model.origins.map(({ name }) => name ?? '');
    const said = [model.name, model.quantization ?? '', model.repo ?? '', ...origins].join(' ').toLowerCase();
    return words.every((word) => said.includes(word));
  });
}
