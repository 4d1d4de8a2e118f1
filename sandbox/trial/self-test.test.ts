import { expect, test } from 'vitest';
import { compileApp } from '../bundle/compile-app.ts';
import { parseTranscript, type Transcript } from '../bundle/transcript.ts';
import { probeApp } from './probe.ts';

const COUNTER = `
  const visits = (await app.user.get('visits') ?? 0) + 1;
  await app.user.set('visits', visits);
  if (message.content === 'twice') await message.reply('again');
  if (message.content === 'fail') throw new Error('no luck');
  if (message.content === 'fetch') await app.http.request('https://example.org/');
  if (message.content === 'silence') return;
  await message.reply('visit ' + visits + (app.config.end ?? ''));
`;

async function probe(body: string, transcript: Transcript, config: Record<string, unknown> = {}) {
  const source = `export default { async onMessage(message, app) { ${body} } };`;
  const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', source]]));
  return probeApp(worker.code, worker.map, { transcript, settings: { config, secrets: {} } });
}

const ann = '+27760000001';
const bob = '+27760000002';

test('an app that has the conversation of its transcript passes, on a state that begins empty', async () => {
  const transcript: Transcript = [
    { from: ann, say: 'hi', expect: 'visit 1!' },
    { from: ann, say: 'twice', expect: ['again', 'visit 2!'] },
    { from: bob, say: null, session_event: 'new', transport_type: 'ussd', expect: 'visit 1!' },
    { from: ann, say: 'silence', expect: [] },
    { from: ann, say: 'hi', expect: 'visit 4!' },
  ];
  expect(await probe(COUNTER, transcript, { end: '!' })).toEqual({ handlers: ['onMessage'] });
});

test.each([
  ['says something else', 'hi', 'visit 2', /^step 2 .* must answer "visit 2", but it answered "visit 1"$/],
  ['says nothing', 'silence', 'visit 1', /^step 2 .* but it answered nothing$/],
  ['says more', 'twice', 'again', /^step 2 .* but it answered "again", then "visit 1"$/],
  [
    'throws',
    'fail',
    'visit 1',
    /^step 2 [^]* but it failed: threw: Error: no luck[^]*workers\/worker\.js:\d+/,
  ],
  ['needs a network', 'fetch', 'visit 1', /^step 2 [^]* there is no network in a self-test/],
])('an app that %s is refused, naming the step', async (_label, say, expected, message) => {
  const transcript: Transcript = [
    { from: bob, say: 'hi', expect: 'visit 1' },
    { from: ann, say, expect: expected },
  ];
  await expect(probe(COUNTER, transcript)).rejects.toMatchObject({
    code: 'app.self_test_failed',
    message: expect.stringMatching(message) as string,
    details: { step: 2, say, expected: [expected] },
  });
});

test.each([
  ['not JSON', 'hello', /JSON/],
  ['another form', '[{"from":"+1","say":"x","answer":"y"}]', /^step 0/],
  ['no list', '{"steps": []}', /expected array/],
])('a transcript in %s cannot be run, and says why', (_label, text, fault) => {
  expect(parseTranscript(text)).toEqual({ transcript: [], fault: expect.stringMatching(fault) });
});
