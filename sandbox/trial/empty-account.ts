import type { AccountRecords } from '@vumi/records';

/** An account without contacts, groups, messages and the like. */
export const NO_RECORDS: AccountRecords = {
  contact: async () => null,
  contactByAddress: async () => null,
  identity: async () => null,
  findContacts: async () => [],
  countContacts: async () => 0,
  groups: async () => [],
  optout: async () => null,
  countOptouts: async () => 0,
  countSchedules: async () => 0,
  countMessages: async () => 0,
  countAddresses: async () => 0,
  countRecent: async () => 0,
  progress: async () => ({
    sent: 0,
    ack: 0,
    nack: 0,
    delivery_report: 0,
    delivery_report_delivered: 0,
    delivery_report_failed: 0,
    delivery_report_pending: 0,
  }),
};
