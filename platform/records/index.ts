export * from './account-records.ts';
export * from './contact.ts';
export * from './contact-input.ts';
export * from './contact-query.ts';
export * from './identity.ts';
export * from './query-match.ts';
export * from './record-text.ts';
export * from './store-effects.ts';
