import { json } from '../http/answers.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';

const STATUSES = ['pending', 'delivered', 'failed'] as const;

/** What became of a message that was posted to `outbound_url`: its `message_id` and `delivery_status`. */
export function readReceipt({ fields }: ChannelRequest): readonly Reading[] {
  const messageId = fields?.get('message_id')?.[0];
  const given = fields?.get('delivery_status')?.[0];
  const missing = [
    ...(typeof messageId === 'string' && messageId !== '' ? [] : ['message_id']),
    ...(given === undefined ? ['delivery_status'] : []),
  ];
  if (missing.length > 0) return [{ kind: 'refused', answer: json(400, { missing_parameter: missing }) }];
  const status = STATUSES.find((one) => one === given);
  if (status === undefined || typeof messageId !== 'string')
    return [{ kind: 'refused', answer: json(400, { invalid_parameter: ['delivery_status'] }) }];
  return [{ kind: 'receipt', messageId, status }];
}
