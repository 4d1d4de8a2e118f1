import type { DescribeReceipt } from '../../sending/receipts/message-deliveries.ts';

/** What the report of a receipt says of it in `transport_metadata`. */
export const describeReceipt: DescribeReceipt = (receipt, states) => ({
  ...receipt.details,
  smpp_delivery_status: receipt.state,
  smpp_message_id: receipt.remoteId,
  ...(receipt.error === null ? {} : { smpp_delivery_error: receipt.error }),
  ...(states === null ? {} : { smpp_parts: states.length, smpp_part_states: states }),
});
