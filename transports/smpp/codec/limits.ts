/** Longest short_message; 255 is not allowed (section 5.2.21). */
export const MAX_SHORT_MESSAGE = 254;
/** Most receivers of a submit_multi (section 5.2.24). */
export const MAX_DESTINATIONS = 254;

/** Greatest lengths with the NUL (sections 4 and 5.2). */
export const MAX = {
  systemId: 16,
  password: 9,
  systemType: 13,
  addressRange: 41,
  serviceType: 6,
  address: 21,
  /** data_sm and alert_notification allow longer ones. */
  longAddress: 65,
  time: 17,
  /** Section 5.2.23. */
  messageId: 65,
  /** Section 5.2.29. */
  listName: 21,
} as const;
