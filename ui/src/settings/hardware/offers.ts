/** The values that are offered beside "Automatic". What was decided before is always among them. */
import type { Hardware, HardwareSettings } from '../../backend/bindings';

const MINUTES = [5, 30, 120];
/** Below this a conversation hardly has room. */
const LEAST_CONTEXT_TOKENS = 2048;
/** Where it is not known what the model was made for. */
const USUAL_CONTEXT_TOKENS = 32_768;

export function minutesOffered(decided: number | null): number[] {
  return withDecided(MINUTES, decided);
}

/** Doubling, up to what the loaded model was made for. */
export function contextsOffered({ load }: Hardware, { context_tokens }: HardwareSettings): number[] {
  const most = load?.trained_context_tokens ?? USUAL_CONTEXT_TOKENS;
  const offered: number[] = [];
  for (let tokens = LEAST_CONTEXT_TOKENS; tokens < most; tokens *= 2) offered.push(tokens);
  return withDecided([...offered, most], context_tokens);
}

/** Up to one for each fast core: more would make it slower. */
export function threadsOffered({ fast_cores }: Hardware, { threads }: HardwareSettings): number[] {
  return withDecided(countTo(fast_cores), threads);
}

/** From none to all of the loaded model's; nothing where there is no GPU to put them on. */
export function layersOffered({ load, paths }: Hardware, { gpu_layers }: HardwareSettings): number[] {
  const hasGpu = paths.some(({ path, outcome }) => path !== 'cpu' && outcome.outcome === 'works');
  if (!hasGpu && gpu_layers === null) return [];
  return withDecided([0, ...countTo(load?.layers ?? 0)], gpu_layers);
}

function countTo(most: number): number[] {
  return Array.from({ length: most }, (_, index) => index + 1);
}

function withDecided(offered: number[], decided: number | null): number[] {
  if (decided === null || offered.includes(decided)) return offered;
  return [...offered, decided].sort((one, other) => one - other);
}
