import { ignoredOptions as optional, WORKER_REASONS } from '../../ignored-options.ts';

/** Options of Vumi that mean nothing here, and why: its configurations work as they are. */
const IGNORED_REASONS = {
  ...WORKER_REASONS,
  transport_type: 'each message has its own',
  codec_class: 'there is one codec; data_coding_overrides says how texts are read',
  deliver_short_message_processor: 'there is one; its options stand beside the others',
  submit_short_message_processor: 'there is one; its options stand beside the others',
  delivery_report_processor: 'there is one; its options stand beside the others',
} as const satisfies Record<string, string>;

export const ignoredOptions = optional(IGNORED_REASONS);
