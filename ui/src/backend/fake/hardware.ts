/** What this computer has to compute with, in memory. */
import type { ComputePath, Hardware, HardwareSettings, PathOutcome } from '../bindings';
import { processorOnly } from './computers';

/** As it is without anybody's doing. */
export const untouched: HardwareSettings = {
  path: null,
  context_tokens: null,
  threads: null,
  gpu_layers: null,
  kv_cache: null,
  unload_after_minutes: 30,
  fewer_threads_on_battery: false,
  read_ahead: true,
  read_ahead_on_battery: true,
  keep_memories: true,
};

interface Options {
  hardware?: Hardware;
  settings?: Partial<HardwareSettings>;
}

export class FakeHardware {
  hardware: Hardware;
  settings: HardwareSettings;
  readonly listeners = new Set<() => void>();
  /** What is used when the person leaves it to the app. */
  #automatic: Pick<Hardware, 'used' | 'reason'>;
  /** How trying everything once more ends, by the path; what is not named ends as it did before. */
  #outcomes = new Map<ComputePath, PathOutcome>();

  constructor({ hardware = processorOnly(), settings = {} }: Options = {}) {
    this.hardware = hardware;
    this.settings = { ...untouched, ...settings };
    this.#automatic = { used: hardware.used, reason: hardware.reason };
  }

  /** What the engine or the system would tell: the page hears of it at once. */
  set(change: Partial<Hardware>): void {
    this.hardware = { ...this.hardware, ...change };
    for (const listener of this.listeners) listener();
  }

  /** Begins to try everything. `finishTest` ends it. */
  test(): void {
    for (const { path, outcome } of this.hardware.paths) this.#outcomes.set(path, outcome);
    this.set({
      testing: true,
      paths: this.hardware.paths.map((report) =>
        report.path === 'cpu' || !isThere(report.outcome)
          ? report
          : { ...report, outcome: { outcome: 'testing' } },
      ),
    });
  }

  /** Everything was tried, and went as before unless `changed` says otherwise. */
  finishTest(changed: Partial<Hardware> = {}): void {
    this.set({
      testing: false,
      paths: this.hardware.paths.map((report) => ({
        ...report,
        outcome: this.#outcomes.get(report.path) ?? report.outcome,
      })),
      ...changed,
    });
  }

  update(settings: HardwareSettings): HardwareSettings {
    const isOther = settings.path !== this.settings.path;
    this.settings = structuredClone(settings);
    if (isOther) {
      this.set(
        settings.path === null
          ? { ...this.#automatic }
          : { used: settings.path, reason: { reason: 'chosen' } },
      );
    }
    return structuredClone(settings);
  }

  report(): string {
    const { processor, used, paths } = this.hardware;
    return [
      'Hearth 0.1.0',
      `Processor: ${processor}`,
      `Used: ${used}`,
      ...paths.map(({ path, outcome }) => `${path}: ${outcome.outcome}`),
    ].join('\n');
  }
}

function isThere({ outcome }: PathOutcome): boolean {
  return outcome !== 'missing' && outcome !== 'no_device';
}
