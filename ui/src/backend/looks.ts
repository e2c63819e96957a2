/** Something that is looked up, one time after the other. */
export class Looks {
  #once: () => Promise<void>;
  #going: Promise<void> | null = null;
  #isOutdated = false;

  /** `once` looks it up once, and never rejects. */
  constructor(once: () => Promise<void>) {
    this.#once = once;
  }

  get isGoing(): boolean {
    return this.#going !== null;
  }

  /** Looks it up, and once more for whoever asks meanwhile: what is on its way may be older than the reason to ask. */
  ask(): Promise<void> {
    if (this.#going !== null) {
      this.#isOutdated = true;
      return this.#going;
    }
    this.#going = this.#look().finally(() => (this.#going = null));
    return this.#going;
  }

  async #look(): Promise<void> {
    do {
      this.#isOutdated = false;
      await this.#once();
    } while (this.#mustLookAgain());
  }

  /** Asked anew after each pause, in which anybody may have asked. */
  #mustLookAgain(): boolean {
    return this.#isOutdated;
  }
}
