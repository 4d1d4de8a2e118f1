import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Channel, type FromRunner, type ToRunner } from './frames.ts';

function listen(): { stream: PassThrough; frames: FromRunner[] } {
  const stream = new PassThrough();
  const frames: FromRunner[] = [];
  const channel = new Channel<ToRunner, FromRunner>(stream, (frame) => frames.push(frame), setImmediate);
  stream.on('data', (bytes: Buffer) => channel.receive(bytes));
  return { stream, frames };
}

test('frames arrive whole, however the bytes are cut', async () => {
  const { stream, frames } = listen();
  const bytes = Buffer.from('up\ndone\t7\t120\t{"text":"Ünïcödé ☺"}\nlost\t8\n');
  for (const byte of bytes) stream.write(Buffer.of(byte));
  await nextTurn();
  expect(frames).toEqual([['up'], ['done', '7', '120', '{"text":"Ünïcödé ☺"}'], ['lost', '8']]);
});

test('what is sent while frames are read leaves in one write, when all have been read', () => {
  const stream = new PassThrough();
  const written: string[] = [];
  stream.write = ((chunk: string) => written.push(chunk) > 0) as typeof stream.write;
  const answer = ([kind]: FromRunner): void => {
    expect(written).toEqual([]);
    channel.send(['ping', kind]);
  };
  const never = (): never => {
    throw new Error('it should not wait');
  };
  const channel = new Channel<ToRunner, FromRunner>(stream, answer, never);
  channel.receive(Buffer.from('up\nlost\t8\nup'));
  expect(written).toEqual(['ping\tup\nping\tlost\n']);
});

test('what is sent in one turn of the event loop leaves in one write, in order', async () => {
  const stream = new PassThrough();
  const written: string[] = [];
  const write = stream.write.bind(stream);
  stream.write = ((chunk: string) => written.push(chunk) > 0 && write(chunk)) as typeof stream.write;
  const channel = new Channel<ToRunner, FromRunner>(stream, () => undefined, setImmediate);
  channel.send(['ping', '1']);
  channel.send(['unload', '2']);
  expect(written).toEqual([]);
  await nextTurn();
  expect(written).toEqual(['ping\t1\nunload\t2\n']);
});

test('a line without end closes the wire', async () => {
  const { stream } = listen();
  for (let megabyte = 0; megabyte < 17 && !stream.destroyed; megabyte++) {
    stream.write('x'.repeat(1024 * 1024));
    await nextTurn();
  }
  expect(stream.destroyed).toBe(true);
});
