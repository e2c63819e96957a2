/** Which smaller builds of a model are offered in its place. */
import type { SmallerBuild } from '../backend/bindings';

/** More buttons than this are no help but a list, and Models has the list. */
const MOST_OFFERED = 3;

/** Those that are here first, since they answer at once; otherwise in the order in which they come. */
export function offered(builds: SmallerBuild[]): SmallerBuild[] {
  const here = builds.filter(({ place }) => place.place === 'here');
  const onHub = builds.filter(({ place }) => place.place === 'on_hub');
  return [...here, ...onHub].slice(0, MOST_OFFERED);
}

/** What tells a build from all others. */
export function keyOf({ place }: SmallerBuild): string {
  return place.place === 'here' ? place.model : `${place.repo} ${place.file}`;
}
