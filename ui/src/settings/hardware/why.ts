/** What computes and why, in one sentence. */
import type { ComputePath, Hardware, PathOutcome, PathReport } from '../../backend/bindings';
import { listed, memory } from '../../i18n/format';
import * as m from '../../paraglide/messages';
import { deviceNames, isSoftware, realDevices } from './devices';

/** The sentence at the top of Settings → Hardware. */
export function whatComputes(hardware: Hardware): string {
  const { reason, used } = hardware;
  const usedName = nameInside(hardware, used);
  switch (reason.reason) {
    case 'not_tried_yet':
      return hardware.testing
        ? m.hardware_why_being_tried({ used: usedName })
        : m.hardware_why_not_tried_yet({ used: usedName });
    case 'only_one':
      return used === 'cpu'
        ? m.hardware_why_only_processor()
        : m.hardware_why_only({ used: withMemory(hardware) });
    case 'fastest':
      return used === 'cpu'
        ? m.hardware_why_processor_fastest()
        : m.hardware_why_fastest({ used: withMemory(hardware) });
    case 'others_slower':
      return slower(hardware, reason.path);
    case 'others_failed':
      return failed(hardware, reason.path);
    case 'chosen':
      return used === 'cpu'
        ? m.hardware_why_processor_chosen()
        : m.hardware_why_chosen({ used: withMemory(hardware) });
    case 'chosen_failed':
      return m.hardware_why_chosen_failed({
        path: nameInside(hardware, reason.path, 'bare'),
        outcome: whatHappened(outcomeOf(hardware, reason.path)),
        used: usedName,
      });
  }
}

/** Works, but is not worth it: because it is slower, or no graphics at all. */
function slower(hardware: Hardware, path: ComputePath): string {
  const used = nameInside(hardware, hardware.used);
  const report = reportOf(hardware, path);
  if (report !== undefined && isSoftware(report)) return m.hardware_why_software({ used });
  return m.hardware_why_slower({ path: nameAtFront(hardware, path), used });
}

function failed(hardware: Hardware, path: ComputePath): string {
  const outcome = outcomeOf(hardware, path);
  const used = nameInside(hardware, hardware.used);
  const report = reportOf(hardware, path);
  // Software that computes rightly is no failure, but no help either.
  if (report !== undefined && outcome.outcome === 'works' && isSoftware(report)) {
    return m.hardware_why_software({ used });
  }
  return m.hardware_why_failed({ path: pathAtFront(path), outcome: whatHappened(outcome), used });
}

/** As the end of a sentence whose subject is the path, without a full stop. */
function whatHappened({ outcome }: PathOutcome): string {
  switch (outcome) {
    case 'untried':
      return m.hardware_happened_untried();
    case 'testing':
      return m.hardware_happened_testing();
    case 'missing':
      return m.hardware_happened_missing();
    case 'no_device':
      return m.hardware_happened_no_device();
    case 'works':
      return m.hardware_happened_works();
    case 'wrong_results':
      return m.hardware_happened_wrong_results();
    case 'crashed':
      return m.hardware_happened_crashed();
    case 'timed_out':
      return m.hardware_happened_timed_out();
    case 'quarantined':
      return m.hardware_happened_quarantined();
  }
}

/** `Vulkan`: as its makers call it, which is what people search for; the processor has a word. */
export function pathAtFront(path: ComputePath): string {
  switch (path) {
    case 'cpu':
      return m.hardware_processor();
    case 'vulkan':
      return 'Vulkan';
    case 'cuda':
      return 'CUDA';
    case 'metal':
      return 'Metal';
  }
}

/** `Intel UHD Graphics 620 with Vulkan`; without known devices `Vulkan`. */
function nameAtFront(hardware: Hardware, path: ComputePath): string {
  const names = deviceNames(reportOf(hardware, path));
  if (path === 'cpu' || names.length === 0) return pathAtFront(path);
  return m.hardware_device_with({ device: listed(names), path: pathAtFront(path) });
}

/** The same inside a sentence, as its object; `bare` without the devices. */
function nameInside(hardware: Hardware, path: ComputePath, look: 'full' | 'bare' = 'full'): string {
  if (path === 'cpu') return m.hardware_processor_object();
  return look === 'bare' ? pathAtFront(path) : nameAtFront(hardware, path);
}

/** `NVIDIA GeForce RTX 3060 with CUDA, 11.2 GB free`. */
function withMemory(hardware: Hardware): string {
  const name = nameAtFront(hardware, hardware.used);
  const devices = realDevices(reportOf(hardware, hardware.used));
  if (devices.length === 0) return name;
  const free = devices.reduce((sum, device) => sum + device.free_bytes, 0);
  return m.hardware_with_memory({ name, free: memory(free) });
}

function reportOf({ paths }: Hardware, path: ComputePath): PathReport | undefined {
  return paths.find((report) => report.path === path);
}

/** What is in no list was not tried. */
function outcomeOf(hardware: Hardware, path: ComputePath): PathOutcome {
  return reportOf(hardware, path)?.outcome ?? { outcome: 'untried' };
}
