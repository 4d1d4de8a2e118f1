import { VumiError } from '@vumi/core';
import type { MessageQuery, Store } from '@vumi/store';
import { z } from 'zod';
import { type Access, accountScope, platformScope } from '../access.ts';
import { eventRows, exportRows, EXPORT_TYPES, type ExportForm, type ExportStart } from '../message-export.ts';
import { exportQuery } from '../message-query.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, present } from '../query.ts';
import { defineRoute, type Answer, type Route } from '../route.ts';

const messagesQuery = exportQuery;
const eventsQuery = exportQuery.omit({ direction: true }).extend({
  after_event: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('With `after`: go on after this event of that message; absent: after all of its events'),
});

/** Whose messages: of one account, or of all and of none. */
const PLACES = [
  {
    base: '/accounts/:account',
    id: '',
    whose: '',
    access: accountScope('messages:read'),
    params: accountParams,
  },
  {
    base: '',
    id: 'All',
    whose: ' of all accounts and of none',
    access: platformScope('messages:read'),
    params: z.strictObject({}),
  },
] as const satisfies readonly Place[];

interface Place {
  readonly base: string;
  readonly id: string;
  readonly whose: string;
  readonly access: Access;
  readonly params: z.ZodObject;
}

/** Messages and what became of them as files, for programs that read streams and for spreadsheets. */
export function messageExportRoutes({ store }: ApiPorts): Route[] {
  return PLACES.flatMap((place) =>
    (['csv', 'ndjson'] as const).flatMap((format) => [
      messagesRoute(store, place, format),
      eventsRoute(store, place, format),
    ]),
  );
}

function messagesRoute(store: Store, place: Place, format: ExportForm['format']): Route {
  return defineRoute({
    ...common(place, 'messages', format),
    summary: `Messages${place.whose} as ${format.toUpperCase()}, newest first`,
    query: messagesQuery,
    answers: { 200: { description: 'Messages, all from the start on', type: EXPORT_TYPES[format] } },
    handle: async ({ params, query: { columns, ...query } }) =>
      answerExport(store, accountOf(params), { form: { of: 'messages', format, columns }, query }),
  });
}

function eventsRoute(store: Store, place: Place, format: ExportForm['format']): Route {
  return defineRoute({
    ...common(place, 'events', format),
    summary: `Events of outbound messages${place.whose} as ${format.toUpperCase()}, those of the newest message first; filters are of the messages`,
    query: eventsQuery,
    answers: { 200: { description: 'Events, all from the start on', type: EXPORT_TYPES[format] } },
    handle: async ({ params, query: { columns, ...query } }) =>
      answerExport(store, accountOf(params), {
        form: { of: 'events', format, columns },
        query: { ...query, direction: 'outbound' },
      }),
  });
}

function common({ base, id, access, params }: Place, of: ExportForm['of'], format: ExportForm['format']) {
  const name = `${of === 'messages' ? 'Messages' : 'Events'}${format === 'csv' ? 'Csv' : 'Ndjson'}`;
  return {
    method: 'GET',
    path: `${base}/exports/${of}.${format}`,
    id: `export${id}${name}`,
    access,
    params,
  } as const;
}

function accountOf(params: Readonly<Record<string, unknown>>): string | null {
  const { account } = params;
  return typeof account === 'string' ? account : null;
}

interface ExportRequest {
  readonly form: ExportForm;
  readonly query: Omit<z.infer<typeof exportQuery>, 'columns'> & {
    readonly after_event?: string | undefined;
  };
}

/** Throws before anything is sent where it can be known then: `not_found`, `request.invalid`. */
export async function answerExport(
  store: Store,
  account: string | null,
  { form, query: { cursor, after, after_event: afterEvent, ...filters } }: ExportRequest,
): Promise<Answer> {
  const filter: MessageQuery = { ...present(filters), account };
  const start: ExportStart =
    after === undefined ? { cursor } : await goOn(store, account, { of: form.of, after, afterEvent });
  const chunks = exportRows(form, (page) => store.messages.list({ ...filter, ...page }), start);
  return { status: 200, type: EXPORT_TYPES[form.format], chunks };
}

async function goOn(
  store: Store,
  account: string | null,
  { of, after, afterEvent }: { of: ExportForm['of']; after: string; afterEvent: string | undefined },
): Promise<ExportStart> {
  const cursor = await store.messages.cursorAfter(account, after);
  if (of === 'messages' || afterEvent === undefined) return { cursor, resumed: [] };
  const message = await store.messages.get(account, after);
  if (message.events.some((event) => event.event_id === afterEvent)) {
    return { cursor, resumed: eventRows(message, afterEvent) };
  }
  throw new VumiError('not_found', `message "${after}" has no event "${afterEvent}": start the export anew`, {
    field: 'after_event',
  });
}
