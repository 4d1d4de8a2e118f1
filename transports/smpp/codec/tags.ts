/** Tags of the optional parameters that this product reads or writes (SMPP v3.4 section 5.3.2). */
export const TAG = {
  PAYLOAD_TYPE: 0x0019,
  RECEIPTED_MESSAGE_ID: 0x001e,
  USER_MESSAGE_REFERENCE: 0x0204,
  SOURCE_PORT: 0x020a,
  DESTINATION_PORT: 0x020b,
  SAR_MSG_REF_NUM: 0x020c,
  SAR_TOTAL_SEGMENTS: 0x020e,
  SAR_SEGMENT_SEQNUM: 0x020f,
  SC_INTERFACE_VERSION: 0x0210,
  NETWORK_ERROR_CODE: 0x0423,
  MESSAGE_PAYLOAD: 0x0424,
  MESSAGE_STATE: 0x0427,
  USSD_SERVICE_OP: 0x0501,
  ITS_SESSION_INFO: 0x1383,
} as const;

/** The exact length in octets of the values that have one (section 5.3.2); a peer's other length is ESME_RINVPARLEN. */
export const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0x0005, 1], // dest_addr_subunit
  [0x0006, 1], // dest_network_type
  [0x0007, 1], // dest_bearer_type
  [0x0008, 2], // dest_telematics_id
  [0x000d, 1], // source_addr_subunit
  [0x000e, 1], // source_network_type
  [0x000f, 1], // source_bearer_type
  [0x0010, 1], // source_telematics_id
  [0x0017, 4], // qos_time_to_live
  [TAG.PAYLOAD_TYPE, 1],
  [0x0030, 1], // ms_msg_wait_facilities
  [0x0201, 1], // privacy_indicator
  [TAG.USER_MESSAGE_REFERENCE, 2],
  [0x0205, 1], // user_response_code
  [TAG.SOURCE_PORT, 2],
  [TAG.DESTINATION_PORT, 2],
  [TAG.SAR_MSG_REF_NUM, 2],
  [0x020d, 1], // language_indicator
  [TAG.SAR_TOTAL_SEGMENTS, 1],
  [TAG.SAR_SEGMENT_SEQNUM, 1],
  [TAG.SC_INTERFACE_VERSION, 1],
  [0x0302, 1], // callback_num_pres_ind
  [0x0304, 1], // number_of_messages
  [0x0420, 1], // dpf_result
  [0x0421, 1], // set_dpf
  [0x0422, 1], // ms_availability_status
  [TAG.NETWORK_ERROR_CODE, 3],
  [0x0425, 1], // delivery_failure_reason
  [0x0426, 1], // more_messages_to_send
  [TAG.MESSAGE_STATE, 1],
  [TAG.USSD_SERVICE_OP, 1],
  [0x1201, 1], // display_time
  [0x1203, 2], // sms_signal
  [0x1204, 1], // ms_validity
  [0x1380, 1], // its_reply_type
  [TAG.ITS_SESSION_INFO, 2],
]);
