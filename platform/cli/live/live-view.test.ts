import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { figuresAt } from './figures.fixture.ts';
import type { Figures } from './figures.ts';
import { LiveView } from './live-view.ts';
import { drawScreen, type View } from './screen.ts';
import { liveTables } from './tables.ts';
import { LiveTerminal } from './terminal.ts';

const VIEW: View = { table: 0, sortedBy: null, reversed: false, paused: false, trouble: null };
const SIZE = { columns: 80, rows: 24 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function rowsOf(name: string, now: Figures, before: Figures | null) {
  const table = liveTables({ now, before }).find((one) => one.name === name);
  return table?.rows;
}

describe('the tables', () => {
  test('tell what went through in a second, by how much counts grew between two looks', () => {
    const [before, now] = [figuresAt(0, 100), figuresAt(4, 140)];
    expect(rowsOf('transports', now, before)).toEqual([
      ['mno', 'ok', 5, 10, 10, 0, 0, 0, '4/50', null, null],
      ['quiet', 'down', 0, 0, 0, 0, 0, 0, null, null, null],
    ]);
    expect(rowsOf('apps', now, before)).toEqual([['demo/quiz', 5, 10, 10, 0, 0, 0, 10, 0.9765625]]);
    expect(rowsOf('queues', now, before)).toEqual([['mno.outbound', 140, 40]]);
  });

  test('add up what an account sends itself and what its apps send', () => {
    const rows = rowsOf('accounts', figuresAt(4, 140), figuresAt(0, 100));
    expect(rows).toEqual([['demo', 5, 20, 10, 0, 0, 0, 10, 0.9765625]]);
  });

  test('tell nothing after one look, and nothing below zero where a process began anew', () => {
    expect(rowsOf('transports', figuresAt(0, 100), null)?.[0]?.[3]).toBe(null);
    expect(rowsOf('transports', figuresAt(4, 2), figuresAt(0, 100))?.[0]?.[3]).toBe(0);
  });
});

describe('the screen', () => {
  const queue = 'a_queue_with_a_name_that_is_far_longer_than_any_screen_has_room_for_in_one_line.outbound';
  const full = figuresAt(2, 5, {
    queues: Array.from({ length: 60 }, (_, index) => ({ queue: queue + index, messages: index })),
  });

  test.each([0, 1, 2, 3, 4])('of table %i fits on 24 lines of 80 letters', (table) => {
    const lines = drawScreen({ now: full, before: figuresAt(0, 1) }, { ...VIEW, table }, 'http://x', SIZE);
    expect(lines).toHaveLength(24);
    expect(Math.max(...lines.map((line) => Array.from(line).length))).toBeLessThanOrEqual(80);
  });

  test('shows the greatest first, says how many there is no room for, and keeps numbers in sight', () => {
    const lines = drawScreen({ now: full, before: null }, { ...VIEW, table: 3 }, 'http://x', SIZE);
    expect(lines[2]).toContain('[4 queues]');
    expect(lines[2]).toContain('42 more');
    expect(lines[5]).toMatch(/^a_queue_with_.*… +59 +-$/);
  });

  test('lets nothing act on the terminal that somebody named a queue', () => {
    const now = figuresAt(2, 5, { queues: [{ queue: '\u001b[2Jevil\r\n', messages: 1 }] });
    const text = drawScreen({ now, before: null }, { ...VIEW, table: 3 }, 'http://x', SIZE).join('|');
    expect(text).toContain('evil');
    for (const acting of ['\u001b', '\r', '\n']) expect(text).not.toContain(acting);
  });
});

/** A terminal that remembers what it was told. */
class FakeTerminal extends EventEmitter {
  readonly raw: boolean[] = [];
  columns = 80;
  rows = 24;
  written = '';

  setRawMode(mode: boolean): this {
    this.raw.push(mode);
    return this;
  }
  setEncoding = () => this;
  resume = () => this;
  pause = () => this;
  write(text: string): boolean {
    this.written += text;
    return true;
  }

  /** The lines of the last frame. */
  get screen(): string {
    return this.written.split('\u001b[H').at(-1) ?? '';
  }
}

describe('the live view', () => {
  let fake: FakeTerminal;
  let looks: (() => Figures)[];
  let running: Promise<void>;
  let view: LiveView;

  function open(): LiveTerminal {
    fake = new FakeTerminal();
    let count = 0;
    view = new LiveView({
      url: 'http://127.0.0.1:8000',
      everyMs: 2000,
      look: async () => (looks[count++] ?? looks.at(-1) ?? (() => figuresAt(0, 0)))(),
      size: () => terminal.size,
      draw: (lines, marked) => terminal.draw(lines, marked),
    });
    const listeners = { onText: (text: string) => view.onText(text), onResize: () => view.redraw() };
    const terminal: LiveTerminal = new LiveTerminal(fake as never, fake as never, listeners);
    running = view.run();
    return terminal;
  }

  test.each([
    ['q', 'q'],
    ['Ctrl-C', '\u0003'],
  ])('%s ends it, and the terminal is as it was', async (_name, key) => {
    looks = [() => figuresAt(0, 10), () => figuresAt(2, 30)];
    const terminal = open();
    await vi.advanceTimersByTimeAsync(2100);
    expect(fake.written.startsWith('\u001b[?1049h\u001b[?25l')).toBe(true);
    expect(fake.screen).toMatch(/out 10\.0\/s/);
    fake.emit('data', key);
    await running;
    terminal[Symbol.dispose]();
    expect(fake.written.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
    expect(fake.raw).toEqual([true, false]);
    expect(fake.listenerCount('data') + fake.listenerCount('resize')).toBe(0);
  });

  test('keys change table and order at once, and a pause stops the looks', async () => {
    looks = [() => figuresAt(0, 10), () => figuresAt(2, 30)];
    using _terminal = open();
    await vi.advanceTimersByTimeAsync(2100);
    fake.emit('data', '4');
    expect(fake.screen).toContain('[4 queues]');
    fake.emit('data', '1sr');
    expect(fake.screen).toContain('ACK/s▲');
    fake.emit('data', '\u001b[A');
    fake.emit('data', 'p');
    expect(fake.screen).toContain('paused');
    looks = [() => figuresAt(9, 9999)];
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fake.screen).not.toContain('9999');
    fake.columns = 40;
    fake.emit('resize');
    expect(Math.max(...fake.screen.split('\r\n').map((line) => line.length))).toBeLessThan(60);
    view.quit();
    await running;
  });

  test('a platform that is away is told of, and watched again when it is back', async () => {
    const away = (): Figures => {
      throw new Error('no platform answers at http://127.0.0.1:8000');
    };
    looks = [() => figuresAt(0, 10), away, () => figuresAt(6, 20)];
    using _terminal = open();
    await vi.advanceTimersByTimeAsync(2100);
    expect(fake.screen).toContain('! no platform answers');
    await vi.advanceTimersByTimeAsync(2000);
    expect(fake.screen).not.toContain('no platform answers');
    view.quit();
    await running;
  });
});
