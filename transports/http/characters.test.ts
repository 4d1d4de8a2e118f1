import { createUserMessage, send } from '@vumi/core';
import { previewText } from '@vumi/core/text';
import { expect, it } from 'vitest';
import { transportTypes } from '../registry.ts';
import { ProviderPlay } from '../testing/provider-play.ts';
import { UssdPlay } from '../testing/ussd-play.ts';

const external = (config: object) => ({ send_url: 'http://g/?t={{text}}', ...config });
const LONG = `“${'x'.repeat(150)}”`;

it.each([
  ['any', {}, LONG, 3],
  ['those of GSM', { alphabet: 'gsm0338' }, LONG, 1],
  ['those of GSM, and refuses others', { alphabet: 'gsm0338', unsupported_characters: 'reject' }, LONG, 0],
  ['those of GSM, and none for some', { alphabet: 'gsm0338' }, 'ж', 0],
])('what is paid for is what is sent to a network that has %s', (_what, config, content, segments) => {
  const { countSegments, textOptions } = transportTypes.external;
  const message = createUserMessage({ ...send('+27761234567', content), transport_name: 'g' });
  expect(countSegments?.(external(config))(message)).toBe(segments);
  const shown = previewText(content, textOptions?.(external(config)));
  if (segments > 0) expect(shown.segments).toHaveLength(segments);
});

it.each([
  ['plainer characters', { alphabet: 'gsm0338' }, '“a” – b\r\n', '%22a%22%20-%20b%0A'],
  ['question marks', { alphabet: 'ascii', unsupported_characters: 'replace' }, 'é ж', 'e%20%3F'],
])('a gateway gets %s', async (_what, config, content, written) => {
  await using play = await ProviderPlay.start('external', external({ send_method: 'GET', ...config }));
  play.will([200]);
  expect(await play.send({ content })).toMatchObject({ event_type: 'ack' });
  expect(play.sent.map(({ url }) => url)).toEqual([`http://g/?t=${written}`]);
});

it.each([
  ['that it lacks', {}, 'ok ж', 'U+0436'],
  ['that could be spelled', { unsupported_characters: 'reject' }, '’', 'U+2019'],
])('a gateway does not get a text with a character %s', async (_what, config, content, character) => {
  await using play = await ProviderPlay.start('external', external({ alphabet: 'latin1', ...config }));
  const nack_reason = `the network has no character for ${character}`;
  expect(await play.send({ content })).toMatchObject({ event_type: 'nack', nack_reason });
  expect(play.sent).toEqual([]);
});

it.each([
  ['has plainer characters', '“a”', {}, 'END "a"'],
  ['has question marks', 'жa', { unsupported_characters: 'replace' }, 'END ?a'],
])('a screen %s', async (_what, content, options, shown) => {
  await using play = await UssdPlay.start('safaricom', { alphabet: 'gsm0338', ...options });
  play.say([content, 'close']);
  const path = '/?ORIG=27761234567&DEST=167&SESSION_ID=s&USSD_PARAMS=';
  expect(await play.ask({ path })).toMatchObject({ body: shown });
});
