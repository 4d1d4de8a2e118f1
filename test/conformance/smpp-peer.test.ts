import { createUserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { openTransportPlace, type TransportPlace } from './transport-place.ts';

/** The SMPP transport against an SMSC on the npm package `smpp`, which shares no code with it. */
describe('the SMPP transport and an SMSC of another make', () => {
  let peer: SmscPeer;
  let place: TransportPlace;

  beforeEach(async () => {
    peer = await SmscPeer.start();
    place = await openTransportPlace();
    await place.start({ port: peer.port });
    await eventually(() => peer.isBound, Boolean);
  });

  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  it.each(['Hello', 'naïve €', 'ж', '😀'])('agree on an inbound %j', async (text) => {
    await peer.deliver('27761234567', '12345', text);
    expect(place.inbound).toMatchObject([{ content: text, from_addr: '27761234567', to_addr: '12345' }]);
  });

  it.each(['Hello', 'curly {braces} and €', 'ж', '😀'])(
    'agree on an outbound %j, its id and its receipt',
    async (text) => {
      const message = createUserMessage({ to_addr: '27761234567', from_addr: '12345', content: text });
      await place.send(message);
      expect(peer.submitted).toMatchObject([{ to: '27761234567', from: '12345', text }]);
      await eventually(
        () => place.events.length,
        (count) => count === 2,
      );
      const about = { user_message_id: message.message_id };
      expect(place.events).toMatchObject(
        expect.arrayContaining([
          expect.objectContaining({ ...about, event_type: 'ack', sent_message_id: peer.submitted[0]?.id }),
          expect.objectContaining({ ...about, delivery_status: 'delivered' }),
        ]),
      );
    },
  );

  it('agree on the parts of a long message', async () => {
    peer.receipts = false;
    const content = 'Sixteen letters. '.repeat(20);
    await place.send(createUserMessage({ to_addr: '27761234567', from_addr: '12345', content }));
    expect(peer.submitted.map(({ text }) => text).join('')).toBe(content);
    expect(peer.submitted).toHaveLength(3);
  });

  it('find together again when the connection is cut, and nothing comes twice', async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`);
    const delivered = Promise.all(texts.map((text) => peer.deliver('27761234567', '12345', text)));
    await eventually(
      () => place.inbound.length,
      (count) => count > 50,
    );
    peer.cut();
    await delivered;
    const ids = new Map(place.inbound.map(({ message_id: id, content }) => [id, content]));
    expect(new Set(ids.values())).toEqual(new Set(texts));
    expect(ids.size).toBe(texts.length);
  });
});
