/** What an app is written for: `@vumi/sdk`, or the classic `api` of Vumi Go. It decides guest and class of runner. */
export const APP_KINDS = ['sdk', 'classic'] as const;

export type AppKind = (typeof APP_KINDS)[number];
