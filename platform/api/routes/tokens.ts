import { z } from 'zod';
import { ACCOUNT_SCOPES, accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams } from '../query.ts';
import { tokenInfoSchema } from '../resources.ts';
import { created, defineRoute, type Route } from '../route.ts';

const newToken = jsonBody(
  z.strictObject({
    label: z.string().min(1).max(100).describe('What the token is for'),
    scopes: z
      .array(z.enum(ACCOUNT_SCOPES))
      .min(1)
      .default(['account'])
      .describe('"account" is everything in the account'),
  }),
);
const tokenSchema = tokenInfoSchema.extend({ token: z.string().describe('Shown this once') });

export function tokenRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/tokens',
      id: 'createToken',
      summary: "Issue a token for the account's programs",
      access: accountScope('account'),
      params: accountParams,
      body: newToken,
      answers: { 201: { description: 'The token, this once', schema: tokenSchema } },
      handle: async ({ params, body }) => {
        const { token, info } = await store.tokens.issue({ account: params.account, ...body });
        return created({ ...info, token });
      },
    }),
  ];
}
