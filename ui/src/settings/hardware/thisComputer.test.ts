import { beforeEach, expect, test } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { failure } from '../../backend/fake/failure';
import { scenario } from '../../backend/fake/scenarios';
import { Notices } from '../../notices/notices.svelte';
import { ThisComputer } from './thisComputer.svelte';

let backend: FakeBackend;
let notices: Notices;
let computer: ThisComputer;

beforeEach(async () => {
  backend = new FakeBackend(scenario('hardware-cuda'));
  notices = new Notices();
  computer = new ThisComputer(backend, notices);
  await computer.look();
});

const asked = (name: string) => backend.calls.filter((call) => call.name === name);

test('a choice shows at once and is kept', async () => {
  const kept = computer.change({ threads: 4 });
  expect(computer.settings?.threads).toBe(4);
  await kept;
  expect(backend.computing.settings.threads).toBe(4);
});

test('a choice that cannot be kept is taken back, with a notice', async () => {
  backend.setFailure('updateHardwareSettings', failure('read_only'));
  const kept = computer.change({ threads: 4 });
  expect(computer.settings?.threads).toBe(4);
  await kept;
  expect(computer.settings?.threads).toBeNull();
  expect(notices.shown).toHaveLength(1);
});

test('two quick choices are kept both, in their order', async () => {
  await Promise.all([computer.change({ threads: 4 }), computer.change({ read_ahead: false })]);
  expect(backend.computing.settings).toMatchObject({ threads: 4, read_ahead: false });
  expect(asked('updateHardwareSettings').map((call) => call.arguments[0])).toMatchObject([
    { threads: 4, read_ahead: true },
    { threads: 4, read_ahead: false },
  ]);
  expect(computer.settings).toEqual(backend.computing.settings);
});

test('what is read while a choice is being kept does not undo it', async () => {
  const kept = computer.change({ threads: 4 });
  await computer.look();
  expect(computer.settings?.threads).toBe(4);
  await kept;
  expect(computer.settings?.threads).toBe(4);
});

test('what is known stays when looking again fails', async () => {
  backend.setFailure('hardware', failure('internal'));
  await computer.look();
  expect(computer.looked.kind).toBe('known');
});

test('as long as nobody has looked, a change asks only for what is decided', async () => {
  const other = new FakeBackend(scenario('hardware-cuda'));
  const unseen = new ThisComputer(other, notices);
  unseen.changed();
  await Promise.resolve();
  expect(other.calls.map(({ name }) => name)).toEqual(['hardwareSettings']);
});
