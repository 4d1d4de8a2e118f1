/** Longest short_message; 255 is not allowed (section 5.2.21). */
export const MAX_SHORT_MESSAGE = 254;
/** Most receivers of a submit_multi (section 5.2.24). */
export const MAX_DESTINATIONS = 254;

/** Greatest lengths with the NUL (sections 4 and 5.2). */
export const MAX = {
  systemId: 16,
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

/**
 * Of names and passwords in binds. The specification has room for 15, 8 and 12 characters (sections 5.2.1 to 5.2.3), but
 * operators give out longer ones and take them whole, since a NUL ends them.
 */
export const MAX_BIND_TEXT = 65;
