/**
 * What computes, and what the person has decided about it. The decisions are known from the start, since the composer
 * reads ahead by them; the rest is asked for by whoever looks.
 */
import type { Asked } from '../../backend/asked';
import type { Backend } from '../../backend/backend';
import type { Hardware, HardwareSettings } from '../../backend/bindings';
import { Looks } from '../../backend/looks';
import { asAppError } from '../../errors/explain';
import type { Notices } from '../../notices/notices.svelte';

export class ThisComputer {
  looked = $state.raw<Asked<Hardware>>({ kind: 'asking' });
  /** As they are shown: at once, and taken back if they cannot be kept. Known whenever `looked` is. */
  settings = $state.raw<HardwareSettings | null>(null);
  #kept: HardwareSettings | null = null;
  /** Changes in all, and those on their way to the disk: what is read meanwhile may be older than what is shown. */
  #changes = 0;
  #saving = 0;
  #saved: Promise<void> = Promise.resolve();
  #backend: Backend;
  #notices: Notices;
  #looks = new Looks(() => this.#look());

  constructor(backend: Backend, notices: Notices) {
    this.#backend = backend;
    this.#notices = notices;
  }

  /** Reads what is decided. Without it nothing is read ahead, which is no trouble to tell anybody of. */
  async learn(): Promise<void> {
    try {
      await this.#readSettings();
    } catch {
      // Settings say so to whoever looks.
    }
  }

  /** Looks it all up anew. What was known stays until something newer is. */
  look(): Promise<void> {
    return this.#looks.ask();
  }

  /** Something has changed. As long as nobody has looked, only what is decided is of interest. */
  changed(): void {
    if (this.looked.kind !== 'asking' || this.#looks.isGoing) void this.look();
    else void this.learn();
  }

  /** What cannot be kept is taken back. */
  async change(change: Partial<HardwareSettings>): Promise<void> {
    if (this.settings === null) return;
    const wanted = { ...this.settings, ...change };
    this.settings = wanted;
    this.#changes += 1;
    this.#saving += 1;
    // One after the other, so that the last choice is the one that is kept.
    this.#saved = this.#saved.then(() => this.#save(wanted));
    await this.#saved;
  }

  /** Tries everything once more. */
  async test(): Promise<void> {
    try {
      await this.#backend.testHardware();
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
    }
  }

  /** A text for asking for help; `null` if there is none, which a notice says. */
  async report(): Promise<string | null> {
    try {
      return await this.#backend.hardwareReport();
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
      return null;
    }
  }

  async #look(): Promise<void> {
    if (this.looked.kind === 'failed') this.looked = { kind: 'asking' };
    try {
      const [hardware] = await Promise.all([this.#backend.hardware(), this.#readSettings()]);
      this.looked = { kind: 'known', value: hardware };
    } catch (reason) {
      // What is shown does not make way for the trouble of looking again.
      if (this.looked.kind !== 'known') this.looked = { kind: 'failed', error: asAppError(reason) };
    }
  }

  async #save(wanted: HardwareSettings): Promise<void> {
    try {
      this.#kept = await this.#backend.updateHardwareSettings(wanted);
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
    }
    this.#saving -= 1;
    if (this.#saving === 0) this.settings = this.#kept;
  }

  async #readSettings(): Promise<void> {
    const changes = this.#changes;
    const isCertain = this.#saving === 0;
    const settings = await this.#backend.hardwareSettings();
    if (this.settings !== null && !(isCertain && changes === this.#changes)) return;
    this.#kept = settings;
    this.settings = settings;
  }
}
