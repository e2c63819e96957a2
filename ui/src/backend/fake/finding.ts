/** Other computers than the usual one, and downloads of the recommended models as they may stand. */
import type { Download, DownloadState, Fit } from '../bindings';
import { catalog, computer } from './catalog';
import { failure } from './failure';
import type { FakeDiscover } from './discover';

/** Hardly any memory: nothing of the catalog runs. */
export function tinyComputer(): ConstructorParameters<typeof FakeDiscover>[0] {
  const available_bytes = 300_000_000;
  const tooLarge = (fit: Fit): Fit => ({
    ...fit,
    verdict: 'too_large',
    available_bytes,
    words_per_second: null,
  });
  return {
    computer: { ...computer, memory_bytes: 2 * 2 ** 30, available_bytes },
    catalog: catalog.map((model) => ({
      ...model,
      suggested: null,
      praise: null,
      builds: model.builds.map((build) => ({ ...build, fit: tooLarge(build.fit) })),
    })),
  };
}

/** The first recommended models on their way here: one coming, one paused, one waiting, one that failed. */
export function underway(): Download[] {
  const states: [DownloadState, number][] = [
    [{ state: 'receiving' }, 0.42],
    [{ state: 'paused' }, 0.2],
    [{ state: 'waiting', trouble: 'network', seconds: 12 }, 0.64],
    [
      {
        state: 'failed',
        error: failure('not_enough_space', { needed_bytes: 7_480_000_000, free_bytes: 2_100_000_000 }),
      },
      0,
    ],
  ];
  return states.flatMap(([state, share], index) => {
    const model = catalog[index];
    const build = model?.builds.find((other) => other.file === model.suggested);
    if (model === undefined || build === undefined) return [];
    const total_bytes = (build.size_bytes ?? 0) + (build.projector_bytes ?? 0);
    const isComing = state.state === 'receiving';
    return [
      {
        id: index + 1,
        name: model.name,
        repo: model.repo,
        file: build.file,
        label: build.label,
        total_bytes,
        received_bytes: Math.round(total_bytes * share),
        bytes_per_second: isComing ? 12_400_000 : null,
        seconds_left: isComing ? 170 : null,
        state,
      },
    ];
  });
}
