/** What a handler was called for. */
export const RUN_KINDS = ['message', 'event', 'schedule', 'optout', 'optin'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** In sentences. */
export const RUN_NAMES: Readonly<Record<RunKind, string>> = {
  message: 'message',
  event: 'event',
  schedule: 'schedule',
  optout: 'opt-out',
  optin: 'opt-in',
};
