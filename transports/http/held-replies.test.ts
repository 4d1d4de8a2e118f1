import { createUserMessage } from '@vumi/core';
import { expect, it } from 'vitest';
import { HeldReplies, type Asked } from './held-replies.ts';

function create(maxPending = 2) {
  return new HeldReplies({
    timeoutMs: 60_000,
    maxPending,
    onResponse: () => {},
    unwanted: () => null,
    clock: () => 0,
  });
}

const ASKED: Asked = {
  reply: ({ content }) => ({ status: 200, body: content ?? '' }),
  none: (why) => ({ status: 503, body: why }),
  gone: new AbortController().signal,
};
const replyTo = (id: string) =>
  createUserMessage({ to_addr: 'a', from_addr: 'b', content: 'yo', in_reply_to: id });

it('who gets no reply before the transport has stopped is told so', async () => {
  const held = create();
  const waiting = held.hold('m1', ASKED);
  await held.close(10);
  expect(await waiting).toEqual({ status: 503, body: 'stopped' });
  expect([held.isFull, held.size]).toEqual([true, 0]);
});

it('only so many wait', () => {
  const held = create(1);
  expect(held.isFull).toBe(false);
  void held.hold('m1', ASKED);
  expect(held.isFull).toBe(true);
});

it('an answer that the network did not get is no success', async () => {
  const held = create();
  const waiting = held.hold('m1', ASKED);
  const steps: string[] = [];
  const replied = held.reply(replyTo('m1'), () => steps.push('noted'));
  const answer = await waiting;
  answer.onSending?.();
  answer.onSent?.(false);
  expect([await replied, steps]).toEqual([{ kind: 'failed', reason: 'client gone' }, ['noted']]);
});

it('of two who ask the same one who got the answer is enough', async () => {
  const held = create();
  const first = held.hold('m1', ASKED);
  const second = held.repeat('m1', ASKED);
  const replied = held.reply(replyTo('m1'), () => {});
  (await first).onSent?.(false);
  (await second)?.onSent?.(true);
  expect(await replied).toMatchObject({ kind: 'ok' });
});
