/** What fits in place of a model that is too large, found as the app finds it. */
import type { Fit, LocalModel, RecommendedModel, SmallerBuild } from '../bindings';

/** The largest first. */
export function smallerBuilds(
  large: LocalModel,
  models: LocalModel[],
  catalog: RecommendedModel[],
): SmallerBuild[] {
  const isOffered = (bytes: number, fit: Fit) =>
    bytes < large.size_bytes && (fit.verdict === 'fast' || fit.verdict === 'slow');
  const here = models
    .filter(({ id, repo }) => id !== large.id && repo !== null && repo === large.repo)
    .filter(({ size_bytes, fit }) => isOffered(size_bytes, fit))
    .map(({ id, name, quantization, size_bytes, fit }): SmallerBuild => {
      return { name, label: quantization, size_bytes, fit, place: { place: 'here', model: id } };
    });
  const onHub = catalog
    .filter(({ repo }) => repo === large.repo)
    .flatMap(({ name, repo, builds }) =>
      builds.flatMap(({ file, label, size_bytes, fit, presence }): SmallerBuild[] => {
        if (size_bytes === null || presence.presence === 'here' || !isOffered(size_bytes, fit)) return [];
        return [{ name, label, size_bytes, fit, place: { place: 'on_hub', repo, file } }];
      }),
    );
  return structuredClone([...here, ...onHub].sort((a, b) => b.size_bytes - a.size_bytes));
}
