/** The devices of a path, and what stands beside it in the choice. */
import type { ComputeDevice, ComputePath, PathOutcome, PathReport } from '../../backend/bindings';
import { memory } from '../../i18n/format';
import * as m from '../../paraglide/messages';

/** Without software that pretends to be a graphics card, as long as there is a real one. */
export function realDevices(report: PathReport | undefined): ComputeDevice[] {
  const devices = report?.devices ?? [];
  const real = devices.filter(({ kind }) => kind !== 'software');
  return real.length > 0 ? real : devices;
}

export function deviceNames(report: PathReport | undefined): string[] {
  return realDevices(report).map(({ name }) => name);
}

/** Whether there is nothing real behind it. */
export function isSoftware({ devices }: PathReport): boolean {
  return devices.length > 0 && devices.every(({ kind }) => kind === 'software');
}

/** What people call it when they choose. */
export function pathLabel(path: ComputePath): string {
  switch (path) {
    case 'cpu':
      return m.hardware_path_cpu();
    case 'vulkan':
      return m.hardware_path_vulkan();
    case 'cuda':
      return m.hardware_path_cuda();
    case 'metal':
      return m.hardware_path_metal();
  }
}

/** Whether it would do if somebody chose it. */
export function canBeChosen({ path, outcome }: PathReport): boolean {
  if (path === 'cpu') return true;
  return outcome.outcome === 'works' || outcome.outcome === 'untried' || outcome.outcome === 'testing';
}

/** The line below it: its devices and their memory, or why it cannot be chosen. */
export function aboutPath(report: PathReport, processor: string): string {
  const { path, outcome } = report;
  if (path === 'cpu') return processor;
  if (outcome.outcome === 'works' && isSoftware(report)) return m.hardware_only_software();
  const isOpen = outcome.outcome === 'works' || outcome.outcome === 'untried';
  return (isOpen ? withDevices(report) : null) ?? outcomeWords(outcome);
}

export function outcomeWords({ outcome }: PathOutcome): string {
  switch (outcome) {
    case 'untried':
      return m.hardware_not_tried();
    case 'testing':
      return m.hardware_being_tried();
    case 'missing':
      return m.hardware_cannot_missing();
    case 'no_device':
      return m.hardware_cannot_no_device();
    case 'works':
      return m.hardware_works();
    case 'wrong_results':
      return m.hardware_cannot_wrong_results();
    case 'crashed':
      return m.hardware_cannot_crashed();
    case 'timed_out':
      return m.hardware_cannot_timed_out();
    case 'quarantined':
      return m.hardware_cannot_quarantined();
  }
}

function withDevices(report: PathReport): string | null {
  const devices = realDevices(report);
  if (devices.length === 0) return null;
  return devices
    .map(({ name, free_bytes }) => m.hardware_with_memory({ name, free: memory(free_bytes) }))
    .join('; ');
}

/** `11.2 of 12 GB free` */
export function memoryOf({ free_bytes, memory_bytes }: ComputeDevice): string {
  return m.hardware_memory_free({ free: memory(free_bytes), total: memory(memory_bytes) });
}
