import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { plain } from '../http/answers.ts';
import { defineHttpChannel, type ChannelRequest, type Reading } from '../http/channel.ts';
import {
  callerOptions,
  checkCallers,
  fillInSecretPath,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
} from '../http/options.ts';
import { lifting, listensAt, serverEndpoint } from '../lifted-options.ts';
import { numberOptions } from '../numbers/number-options.ts';
import { fieldsOf } from '../sms/readings.ts';
import { textAt } from '../http/json.ts';

const FIELDS = ['to_addr', 'from_addr', 'content', 'circle', 'source'] as const;
/** What Netcore says for nothing. */
const NONE = 'None';

export const netcoreOptions = {
  reject_none: z
    .boolean()
    .default(true)
    .describe('Whether a message whose text is the word `None` is refused. Default: true'),
  twisted_endpoint: serverEndpoint(),
} as const;

const options = z
  .strictObject({
    ...callerOptions,
    ...messageOptions('sms'),
    ...numberOptions,
    ...heldOptions(1),
    ...ignoredHttpOptions,
    ...netcoreOptions,
  })
  .superRefine(checkCallers);

const schema = z.preprocess(
  lifting(listensAt('twisted_endpoint', { host: 'web_host', port: 'web_port' })),
  options,
);

type Config = z.infer<typeof schema>;

/** SMS from Netcore, which takes none (spec vumi-core-appendix §A). */
export const netcoreTransport = defineHttpChannel({
  type: 'netcore',
  aliases: withModules(['vumi.transports.netcore', 'vumi.transports.netcore.netcore'], {
    NetcoreTransport: {},
  }),
  summary: 'SMS from Netcore (India), which brings messages and takes none',
  configSchema: schema,
  fillIn: fillInSecretPath,
  transportType: 'sms',
  routes: [
    {
      path: '',
      purpose: 'bring messages: to_addr, from_addr, content, circle, source',
      methods: ['POST'],
      read: readMessage,
      answer: ([message]) => plain(200, message?.message_id ?? ''),
    },
  ],
});

function readMessage(request: ChannelRequest, { reject_none }: Config): readonly Reading[] {
  const fields = fieldsOf(request) ?? {};
  const wrong = Object.keys(fields).find((name) => !(FIELDS as readonly string[]).includes(name));
  if (wrong !== undefined) return [refused(`unexpected field: ${wrong}`)];
  const empty = FIELDS.find((name) => (textAt(fields, name) ?? '') === '');
  if (empty !== undefined) return [refused(`missing field: ${empty}`)];
  const [to_addr = '', from = '', content = '', circle = '', source = ''] = FIELDS.map((name) =>
    textAt(fields, name),
  );
  if (reject_none && content === NONE) return [refused('content is "None"')];
  const metadata = { netcore: { circle, source } };
  // It leaves out the 0 of the country.
  return [
    { kind: 'message', fields: { to_addr, from_addr: `0${from}`, content, transport_metadata: metadata } },
  ];
}

function refused(text: string): Reading {
  return { kind: 'refused', answer: plain(400, text) };
}
