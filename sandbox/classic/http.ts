import { deriveId, errorText } from '@vumi/core';
import type { HttpGateway } from '../http/gateway.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { refuse, succeed, type Command, type Reply } from './replies.ts';

/** Limits of the original (spec sandbox-api §2). */
export const CLASSIC_HTTP = { timeoutMs: 30_000, maxBytes: 128 * 1024 } as const;
/** The platform sets these itself: an app that does so too is no worse for it. */
const OURS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect']);
const TOO_LONG = /is longer than (\d+) bytes/;

interface File {
  readonly file_name: string;
  readonly content_type: string;
  /** Base64. */
  readonly data: string;
}

export interface HttpPorts {
  readonly http: HttpGateway;
}

/** Values come in lists; null when the headers have another form. */
function headersOf(given: unknown): Record<string, string> | null {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object') return null;
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(given)) {
    const list: unknown[] = Array.isArray(values) ? values : [values];
    if (!list.every((value) => typeof value === 'string')) return null;
    if (!OURS.has(name.toLowerCase())) headers[name] = list.join(', ');
  }
  return headers;
}

function isFile(file: unknown): file is File {
  if (typeof file !== 'object' || file === null) return false;
  const { file_name, content_type, data } = file as Record<string, unknown>;
  return [file_name, content_type, data].every((part) => typeof part === 'string');
}

/** A part's name must not end the line that it stands in. */
function quoted(text: string): string {
  return `"${text.replaceAll(/[\r\n]/g, ' ').replaceAll('"', '%22')}"`;
}

/** A body of multipart/form-data; null when the files have another form. */
function multipart(files: unknown, boundary: string): { body: Buffer; contentType: string } | null {
  if (typeof files !== 'object' || files === null) return null;
  const parts: Buffer[] = [];
  for (const [name, file] of Object.entries(files)) {
    if (!isFile(file)) return null;
    const type = file.content_type.replaceAll(/[\r\n]/g, ' ');
    const head = `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(name)}; filename=${quoted(file.file_name)}\r\nContent-Type: ${type}\r\n\r\n`;
    parts.push(Buffer.from(head), Buffer.from(file.data, 'base64'), Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { body: Buffer.concat(parts), contentType: `multipart/form-data; boundary=${boundary}` };
}

function reasonOf(error: unknown): string {
  const text = errorText(error);
  const most = TOO_LONG.exec(text)?.[1];
  return most === undefined ? text : `Received more bytes, maximum of ${most} bytes allowed.`;
}

interface Asked {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer | null;
}

/** What a command asks for, or what is wrong with it. */
function read({ url, headers: given, data = null, files = null }: Command, boundary: string): Asked | string {
  if (typeof url !== 'string') return 'No URL given';
  const headers = headersOf(given);
  if (headers === null) return 'the values of headers are lists of texts';
  if (data !== null && typeof data !== 'string') return 'data must be a text';
  if (files === null) return { url, headers, body: data };
  const form = multipart(files, boundary);
  if (form === null) return 'files need file_name, content_type and data';
  return { url, headers: { ...headers, 'content-type': form.contentType }, body: form.body };
}

/** `http.get` and its like. Any status is a success; `ssl_method` and `verify_options` say nothing any more. */
export function httpWith(method: string) {
  return async (ports: HttpPorts, { origin, app, effects }: TurnScope, command: Command): Promise<Reply> => {
    const number = effects.httpCalls;
    const asked = read(command, deriveId(origin.id, 'http boundary', number));
    if (typeof asked === 'string') return refuse(asked);
    effects.httpCalls++;
    if (number >= app.limits.http_calls) return refuse(`limit: ${app.limits.http_calls} HTTP calls`);
    try {
      const idempotencyKey = deriveId(origin.id, 'http', number);
      const answer = await ports.http.request({
        ...asked,
        method,
        idempotencyKey,
        allow: app.manifest.http?.allow,
        services: app.services,
      });
      return succeed({ code: answer.status, body: answer.body });
    } catch (error) {
      return refuse(reasonOf(error));
    }
  };
}
