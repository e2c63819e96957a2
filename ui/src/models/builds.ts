/** What can be said of a model's builds without the backend. */
import type { Build, Choice } from '../backend/bindings';
import * as m from '../paraglide/messages';

/** A build that is recommended as something, or that an address has named. */
export interface BuildOption {
  build: Build;
  label: string;
}

/** The words for what a build is recommended as. */
export function choiceWords(choice: Choice): string {
  switch (choice) {
    case 'small':
      return m.build_small();
    case 'balanced':
      return m.build_balanced();
    case 'best':
      return m.build_best();
  }
}

/** All that a download of it brings, the projector included. `null` where the Hub does not say. */
export function totalBytes({ size_bytes, projector_bytes }: Build): number | null {
  return size_bytes === null ? null : size_bytes + (projector_bytes ?? 0);
}

/**
 * What is offered beside one another, from the smallest to the largest: one build for each choice, and `named` too if
 * it is none of these, by its own label.
 */
export function optionsOf(builds: Build[], named: string | null): BuildOption[] {
  return builds
    .filter((build) => build.is_whole && (build.choice !== null || build.file === named))
    .map((build) => ({ build, label: build.choice === null ? build.label : choiceWords(build.choice) }));
}

/** Whether nothing of it runs here, however much other programs give back. */
export function isTooLarge(builds: Build[]): boolean {
  return builds.length > 0 && builds.every((build) => build.fit.verdict === 'too_large');
}
