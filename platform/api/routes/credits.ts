import { creditsSchema, csvLine, DEFAULT_PRICES, nameSchema, REFUND_POLICIES, slugSchema } from '@vumi/core';
import { ENTRY_KINDS, type Page, type CreditEntry, type PageQuery } from '@vumi/store';
import { z } from 'zod';
import { accountScope, actorOf, platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import {
  balanceSchema,
  creditEntrySchema,
  priceSchema,
  showBalance,
  showEntry,
  showPrice,
  showStatement,
  statementSchema,
} from '../credit-resources.ts';
import { EXPORT_TYPES } from '../message-export.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf } from '../resources.ts';
import { created, defineRoute, done, ok, type Route } from '../route.ts';

const LONGEST_TEXT = 500;
/** What administrators add; payment providers have names of their own. */
const SOURCE = 'administrator';

const entriesQuery = pageQuery.extend({
  from: z.string().max(40).optional().describe('Not before this instant'),
  to: z.string().max(40).optional().describe('Before this instant'),
  kind: z.enum(ENTRY_KINDS).optional(),
});
const exportQuery = entriesQuery.omit({ limit: true, cursor: true });
const monthQuery = z.strictObject({ month: z.string().describe('In UTC: 2026-11') });
const monthParams = accountParams.extend({ month: z.string() });

const topUpBody = jsonBody(
  z.strictObject({
    amount: creditsSchema.describe(
      'Credits, as a number or a text: 100, "0.75"; negative, they are taken away',
    ),
    reason: z.string().trim().min(1).max(LONGEST_TEXT).describe('Why; it is kept in the ledger'),
    reference: z
      .string()
      .trim()
      .min(1)
      .max(LONGEST_TEXT)
      .optional()
      .describe('Such as the number of an invoice: what is added under it is added once'),
  }),
);

const outbound = DEFAULT_PRICES.outbound;
const noCredits = creditsSchema.default(0);
const priceBody = jsonBody(
  z.strictObject({
    account: slugSchema.nullable().default(null).describe('null: of every account. Default: null'),
    route: slugSchema
      .nullable()
      .default(null)
      .describe('A route of the account, in place of a transport; null: any. Default: null'),
    transport: nameSchema.nullable().default(null).describe('null: over any. Default: null'),
    direction: z.enum(['inbound', 'outbound']).default('outbound').describe('Default: outbound'),
    prefix: z
      .string()
      .transform((text) => text.trim().replace(/^\+/, ''))
      .pipe(z.string().regex(/^\d{1,15}$/, 'digits that numbers begin with, such as 27 or +2782'))
      .nullable()
      .default(null)
      .describe("What the user's number begins with, with or without its plus; null: any. Default: null"),
    per_segment: noCredits.describe('Credits for each segment. Default: 0'),
    per_message: noCredits.describe('Credits for each message. Default: 0'),
    per_session: noCredits.describe('Credits for a message that begins a session. Default: 0'),
    refund: z
      .enum(REFUND_POLICIES)
      .default(outbound.refund)
      .describe(
        'What is paid back. unsent: what never left (cancelled, expired, discarded); refused: also what the network refused; never. Default: unsent',
      ),
  }),
);

/** Balance, ledger and statements of accounts, and what messages cost. */
export function creditRoutes(ports: ApiPorts): Route[] {
  return [
    ...ledgerRoutes(ports),
    ...topUpRoutes(ports),
    ...statementRoutes(ports),
    ...exportRoutes(ports),
    ...priceRoutes(ports),
  ];
}

function ledgerRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/credits',
      id: 'listCredits',
      summary: 'The ledger of an account: charges, refunds and top-ups, newest first',
      access: accountScope('credits:read'),
      params: accountParams,
      query: entriesQuery,
      answers: { 200: { description: 'Entries', schema: pageOf(creditEntrySchema) } },
      handle: async ({ params, query: { from, to, kind, ...page } }) => {
        const { items, next_cursor } = await store.credits.entries(params.account, {
          from,
          to,
          kind,
          ...pageOfQuery(page),
        });
        return ok({ items: items.map(showEntry), next_cursor });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/credits/balance',
      id: 'getBalance',
      summary: 'What an account has left, and how it pays',
      access: accountScope('credits:read'),
      params: accountParams,
      answers: { 200: { description: 'The balance', schema: balanceSchema } },
      handle: async ({ params: { account } }) =>
        ok(showBalance(await store.credits.balance(account), await store.accounts.get(account))),
    }),
  ];
}

function topUpRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/credits',
      id: 'addCredits',
      audited: 'in its transaction',
      summary: 'Add to the credit of an account, or take from it. The same reference again changes nothing',
      access: platformScope('credits:write'),
      params: accountParams,
      body: topUpBody,
      answers: {
        200: {
          description: 'The entry that was made under this reference before',
          schema: creditEntrySchema,
        },
        201: { description: 'The entry', schema: creditEntrySchema },
      },
      handle: async ({ params: { account }, body: { amount, reason, reference = null }, caller }) => {
        const made = await store.credits.topUp({
          account,
          amount,
          source: SOURCE,
          reference,
          reason,
          actor: actorOf(caller),
        });
        return (made.created ? created : ok)(showEntry(made.entry));
      },
    }),
  ];
}

function statementRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/credits/statements/:month',
      id: 'getStatement',
      summary: 'A month (UTC): what was spent on what, between its opening and its closing balance',
      access: accountScope('credits:read'),
      params: monthParams,
      answers: { 200: { description: 'The statement', schema: statementSchema } },
      handle: async ({ params: { account, month } }) =>
        ok(showStatement(await store.credits.statement(account, month))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/exports/statement.csv',
      id: 'exportStatementCsv',
      summary: 'The same as CSV, with a line for each balance',
      access: accountScope('credits:read'),
      params: accountParams,
      query: monthQuery,
      answers: { 200: { description: 'The statement', type: EXPORT_TYPES.csv } },
      handle: async ({ params: { account }, query: { month } }) => ({
        status: 200,
        type: EXPORT_TYPES.csv,
        text: statementCsv(showStatement(await store.credits.statement(account, month))),
      }),
    }),
  ];
}

const LINE_COLUMNS = [
  'kind',
  'direction',
  'transport',
  'route',
  'source',
  'per_segment',
  'per_message',
  'per_session',
  'entries',
  'segments',
  'amount',
] as const;

function statementCsv({ from, to, opening, closing, lines }: z.infer<typeof statementSchema>): string {
  const balance = (what: string, at: string, amount: string): string =>
    csvLine([what, ...LINE_COLUMNS.slice(1, -1).map(() => null), amount, at]);
  return [
    csvLine([...LINE_COLUMNS, 'at']),
    balance('opening', from, opening),
    ...lines.map((line) => csvLine([...LINE_COLUMNS.map((column) => line[column]), null])),
    balance('closing', to, closing),
  ].join('');
}

/** Of one read of the ledger. */
const MOST = 1000;

function exportRoutes({ store }: ApiPorts): Route[] {
  return (['csv', 'ndjson'] as const).map((format) =>
    defineRoute({
      method: 'GET',
      path: `/accounts/:account/exports/credits.${format}`,
      id: `exportCredits${format === 'csv' ? 'Csv' : 'Ndjson'}`,
      summary: `The ledger of an account as ${format.toUpperCase()}, newest first`,
      access: accountScope('credits:read'),
      params: accountParams,
      query: exportQuery,
      answers: { 200: { description: 'Entries', type: EXPORT_TYPES[format] } },
      handle: async ({ params: { account }, query }) => {
        const list = (page: PageQuery): Promise<Page<CreditEntry>> =>
          store.credits.entries(account, { ...query, ...page });
        // An error of the first page is answered as one.
        const first = await list({ limit: MOST });
        return { status: 200, type: EXPORT_TYPES[format], chunks: exportEntries(format, first, list) };
      },
    }),
  );
}

const ENTRY_COLUMNS = Object.keys(creditEntrySchema.shape) as (keyof z.infer<typeof creditEntrySchema>)[];

async function* exportEntries(
  format: keyof typeof EXPORT_TYPES,
  first: Page<CreditEntry>,
  list: (page: PageQuery) => Promise<Page<CreditEntry>>,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(ENTRY_COLUMNS);
  for (let page: Page<CreditEntry> | null = first; page !== null;) {
    const rows = page.items.map(showEntry);
    const write = (row: (typeof rows)[number]): string =>
      format === 'csv' ? csvLine(ENTRY_COLUMNS.map((column) => row[column])) : `${JSON.stringify(row)}\n`;
    if (rows.length > 0) yield rows.map(write).join('');
    const cursor: string | null = page.next_cursor;
    page = cursor === null ? null : await list({ limit: MOST, cursor });
  }
}

function priceRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/prices',
      id: 'listPrices',
      summary: 'What messages cost, where it is not the default of one credit for each segment that is sent',
      access: platformScope('prices:read'),
      answers: { 200: { description: 'Prices', schema: z.object({ items: z.array(priceSchema) }) } },
      handle: async () => ok({ items: (await store.prices.list()).map(showPrice) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/prices',
      id: 'setPrice',
      audited: 'in its transaction',
      summary:
        "Set what messages cost, in place of the price for the same. The closest price counts: the account's own, of these the route's, then the transport's, then the longest prefix",
      access: platformScope('prices:write'),
      body: priceBody,
      answers: { 201: { description: 'The price', schema: priceSchema } },
      handle: async ({ body, caller }) => created(showPrice(await store.prices.set(body, actorOf(caller)))),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/prices/:id',
      id: 'removePrice',
      audited: 'in its transaction',
      summary: 'Remove a price. What was charged at it stays as it is',
      access: platformScope('prices:write'),
      params: z.strictObject({ id: z.string().max(40) }),
      answers: { 204: { description: 'It is gone' } },
      handle: async ({ params: { id }, caller }) => {
        await store.prices.remove(id, actorOf(caller));
        return done;
      },
    }),
  ];
}
