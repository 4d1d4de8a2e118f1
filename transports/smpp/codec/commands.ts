/** Command ids of SMPP v3.4 (section 5.1.2.1, p. 110). The names are the specification's. */
export const COMMAND_IDS = {
  generic_nack: 0x80000000,
  bind_receiver: 0x00000001,
  bind_receiver_resp: 0x80000001,
  bind_transmitter: 0x00000002,
  bind_transmitter_resp: 0x80000002,
  query_sm: 0x00000003,
  query_sm_resp: 0x80000003,
  submit_sm: 0x00000004,
  submit_sm_resp: 0x80000004,
  deliver_sm: 0x00000005,
  deliver_sm_resp: 0x80000005,
  unbind: 0x00000006,
  unbind_resp: 0x80000006,
  replace_sm: 0x00000007,
  replace_sm_resp: 0x80000007,
  cancel_sm: 0x00000008,
  cancel_sm_resp: 0x80000008,
  bind_transceiver: 0x00000009,
  bind_transceiver_resp: 0x80000009,
  outbind: 0x0000000b,
  enquire_link: 0x00000015,
  enquire_link_resp: 0x80000015,
  submit_multi: 0x00000021,
  submit_multi_resp: 0x80000021,
  alert_notification: 0x00000102,
  data_sm: 0x00000103,
  data_sm_resp: 0x80000103,
} as const;

export type CommandName = keyof typeof COMMAND_IDS;

const NAMES: ReadonlyMap<number, CommandName> = new Map(
  (Object.keys(COMMAND_IDS) as CommandName[]).map((name) => [COMMAND_IDS[name], name]),
);

/** The name of a command id, or undefined when this codec does not know it. */
export function commandName(id: number): CommandName | undefined {
  return NAMES.get(id);
}

const RESPONSE_BIT = 0x80000000;

/** Responses, generic_nack among them, are never answered (section 3.3). */
export function isResponseId(id: number): boolean {
  return id >= RESPONSE_BIT;
}

/** The id of the response to a request's id. */
export function responseId(id: number): number {
  return id + RESPONSE_BIT;
}
