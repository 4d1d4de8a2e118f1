/**
 * A runner: an expendable process that holds isolates and nothing else. It has no credentials, no network and reads
 * no file but isolated-vm. It gets this program on its standard input and talks over file descriptor 3 (frames.ts).
 */
import { Socket } from 'node:net';
import { systemMachine } from '@vumi/machine';
import { Channel, type FromRunner, type ToRunner } from '../frames.ts';
import type { Limits } from '../limits.ts';
import { ThreadNote } from '../thread-note.ts';
import { ClassicIsolate, openSnapshot, takeSnapshot, type ClassicGuest } from './classic-isolate.ts';
import { loadEntry, turnEntry } from './entry.ts';
import type { Guest } from './isolate.ts';
import { Scheduler } from './scheduler.ts';
import { SpareIsolates } from './spare-isolates.ts';
import { Stretch } from './stretch.ts';
import { Tenant, type TenantPorts } from './tenant.ts';
import { TurnClock } from './turn-clock.ts';
import { Watchdog } from './watchdog.ts';
import { makeCodeCache, readAppCode, type AppCode } from './app-code.ts';

const MEGABYTE = 1024 * 1024;
/** As much as the system hands over at once. */
const READ_BYTES = 256 * 1024;

/** Frames that take long without a turn's doing. */
const IS_SLOW: ReadonlySet<string> = new Set<ToRunner[0]>([
  'snap',
  'guest',
  'compile',
  'learn',
  'load',
  'unload',
]);

/** What the platform puts in place of RUNNER_SETTINGS when it makes this program (fleet/programs.ts). */
export interface RunnerSettings {
  /** The guest of SDK apps; null in a runner that has none of them. */
  readonly guest: string | null;
  /** Guest entries at once, without the light lane. */
  readonly lanes: number;
  /** Of most apps: what spare isolates are made for. */
  readonly memoryMb: number;
  readonly rssSoftMb: number;
  readonly rssHardMb: number;
}

declare const RUNNER_SETTINGS: RunnerSettings;

const { guest: guestCode } = RUNNER_SETTINGS;
const spares =
  guestCode === null ? null : new SpareIsolates({ code: guestCode, cache: null }, RUNNER_SETTINGS.memoryMb);
/** By name, as the platform has sent them. */
const classicGuests = new Map<string, ClassicGuest>();
/** By digest, as the platform has sent it; an isolate takes a copy. */
const learnt = new Map<string, AppCode>();
const tenants = new Map<string, Tenant>();
/** The app that was here first, and whether there ever was another: what one has left behind is freed later, or never. */
const company = { first: '', isShared: false };
const now = (): number => performance.now();
const scheduler = new Scheduler(RUNNER_SETTINGS.lanes, now);
const note = new ThreadNote();
const rssMb = (): number => process.memoryUsage.rss() / MEGABYTE;

/** Read into one buffer past the machinery of streams, which costs an interpreter more than the frames. */
const socket = new Socket({
  fd: 3,
  readable: true,
  writable: true,
  onread: {
    buffer: Buffer.alloc(READ_BYTES),
    callback: (length, buffer) => {
      channel.receive(buffer as Buffer, length);
      return true;
    },
  },
});
const onWire = (frame: ToRunner): void => {
  if (IS_SLOW.has(frame[0])) note.clear();
  onFrame(frame);
};
const channel = new Channel<FromRunner, ToRunner>(socket, onWire, setImmediate);
const send = (frame: FromRunner): void => channel.send(frame);

const stretch = new Stretch();
const watchdog = new Watchdog({
  ...RUNNER_SETTINGS,
  tenants,
  scheduler,
  send,
  machine: systemMachine(),
  stretch,
  rssMb,
  isShared: () => company.isShared,
  note,
});

const ports: TenantPorts = {
  send,
  now,
  ended: (tenant, isInline) => scheduler.ended(tenant, isInline),
  entered: () => watchdog.tellBusy(),
  stretch: () => stretch.factor,
  note,
  died: (tenant, dead) => {
    tenants.delete(tenant.instance);
    scheduler.forget(tenant);
    watchdog.watchDead(dead);
  },
};

// Without its platform a runner has nothing to live for; process.exit() could hang in a busy isolate.
socket.on('close', () => process.kill(process.pid, 'SIGKILL'));

function onFrame(frame: ToRunner): void {
  switch (frame[0]) {
    case 'snap':
      return send(['snapshot', takeSnapshot(JSON.parse(frame[1]) as string)]);
    case 'guest':
      return void classicGuests.set(frame[1], openSnapshot(frame[2]));
    case 'compile':
      return compile(frame);
    case 'learn':
      return void learnt.set(frame[1], readAppCode(frame[2], frame[3]));
    case 'forget':
      return void learnt.delete(frame[1]);
    case 'load':
      return load(frame);
    case 'turn':
      return startTurn(frame);
    case 'settle':
      return settle(frame);
    case 'unload':
      return tenants.get(frame[1])?.unload();
    case 'ping':
      return send(['pong', frame[1], String(Math.round(rssMb())), String(tenants.size)]);
  }
}

function guestFor(name: string, memoryMb: number): Guest {
  const classic = classicGuests.get(name);
  if (classic !== undefined) return new ClassicIsolate(memoryMb, classic);
  if (spares === null) throw new Error(`the guest "${name}" was not sent`);
  return spares.take(memoryMb);
}

function compile([, digest, code]: ToRunner & readonly ['compile', ...string[]]): void {
  const made = makeCodeCache(JSON.parse(code) as string, RUNNER_SETTINGS.memoryMb);
  void made.then((cache) => send(['compiled', digest, cache]));
}

function load(frame: ToRunner & readonly ['load', ...string[]]): void {
  const [, instance, app, _kind, limits, settings, code, guestName, digest] = frame;
  const usage = scheduler.usageOf(app);
  const given = JSON.parse(limits) as Limits;
  const guest = guestFor(guestName, given.memory_mb);
  const tenant = new Tenant({ instance, app, limits: given, guest, usage }, ports);
  tenants.set(instance, tenant);
  if (company.first === '') company.first = app;
  else if (company.first !== app) company.isShared = true;
  const worker = learnt.get(digest) ?? readAppCode(code, '');
  scheduler.add(tenant, loadEntry(tenant.limits, worker, settings));
}

function startTurn([, instance, turn, wallMs, care, strict, start]: ToRunner &
  readonly ['turn', ...string[]]): void {
  const tenant = tenants.get(instance);
  if (tenant === undefined) return send(['lost', turn]);
  const clock = new TurnClock(Number(wallMs), strict === '1');
  tenant.begin(turn, clock, care === '1');
  scheduler.add(tenant, turnEntry(tenant.limits, 'dispatch', [turn, start]));
}

function settle([, instance, turn, answers]: ToRunner & readonly ['settle', ...string[]]): void {
  const tenant = tenants.get(instance);
  if (tenant === undefined || !tenant.expects(turn)) return;
  scheduler.add(tenant, turnEntry(tenant.limits, 'settle', [turn, answers]));
}

socket.read(0);
send(['up']);
