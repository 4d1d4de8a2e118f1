import { isUtf8 } from 'node:buffer';
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

/** As Vumi's: it waited for four minutes. */
const REQUEST_TIMEOUT = 240;

const rpcOptions = {
  to_addr: z
    .string()
    .min(1)
    .default('http_rpc')
    .describe('Address that requests are for, by which a route leads them to an app. Default: `http_rpc`'),
  from_addr: z
    .string()
    .min(1)
    .optional()
    .describe("Address that requests are from. Default: the caller's IP address"),
  response_content_type: z
    .string()
    .regex(/^[\x21-\x7e]+\/[\x20-\x7e]+$/, 'a media type such as application/json')
    .default('text/plain; charset=utf-8')
    .describe('Media type of the responses. Default: `text/plain; charset=utf-8`'),
} as const;

/** The options in the groups in which the reference lists them. */
export const HTTP_RPC_GROUPS = {
  Requests: rpcOptions,
  Callers: callerOptions,
  Replies: heldOptions(REQUEST_TIMEOUT),
  Messages: messageOptions('http_rpc'),
  'Without effect': ignoredHttpOptions,
} as const;

const configSchema = z
  .strictObject({
    ...rpcOptions,
    ...callerOptions,
    ...heldOptions(REQUEST_TIMEOUT),
    ...messageOptions('http_rpc'),
    ...ignoredHttpOptions,
  })
  .superRefine(checkCallers);

type HttpRpcConfig = z.infer<typeof configSchema>;

/**
 * Any request, answered by an app: what Vumi had as the base of its dialects (spec vumi-core §5.2). The body is the
 * content, or the query where there is no body; method, query and content type are in `transport_metadata.http_rpc`. The
 * content of the reply is the body of the response.
 */
export const httpRpcTransport = defineHttpChannel({
  type: 'http_rpc',
  aliases: withModules(['vumi.transports.httprpc', 'vumi.transports.httprpc.httprpc'], {
    HttpRpcTransport: {},
  }),
  summary: 'Any HTTP request, answered by an app: bodies in and out as they are',
  configSchema,
  transportType: 'http_rpc',
  fillIn: fillInSecretPath,
  routes: [
    {
      path: '',
      purpose: 'ask the app: the body of the request is the message, that of the response the reply',
      methods: ['GET', 'POST', 'PUT'],
      read: readRequest,
      answer: () => ({ status: 204 }),
    },
  ],
  reply: {
    waits: () => true,
    answer: ({ content }, _request, { response_content_type }) => ({
      status: 200,
      headers: { 'content-type': response_content_type },
      body: content ?? '',
    }),
  },
});

function readRequest(request: ChannelRequest, config: HttpRpcConfig): readonly Reading[] {
  const { body, url, method, headers, remoteAddress } = request;
  if (!isUtf8(body)) return [{ kind: 'refused', answer: plain(400, 'The body must be UTF-8') }];
  const query = url.search.slice(1);
  return [
    {
      kind: 'message',
      fields: {
        to_addr: config.to_addr,
        from_addr: config.from_addr ?? remoteAddress,
        content: body.length > 0 ? body.toString('utf8') : query,
        transport_metadata: {
          http_rpc: { method, query, content_type: headers['content-type'] ?? null },
        },
      },
    },
  ];
}
