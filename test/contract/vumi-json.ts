/** How a Python Vumi writes and reads the JSON of messages (spec vumi-core §1). */

/** Blanks after colons and commas, and escapes for all that is not ASCII. */
export function writeAsVumi(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeAsVumi).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${ascii(key)}: ${writeAsVumi(member)}`);
    return `{${members.join(', ')}}`;
  }
  return typeof value === 'string' ? ascii(value) : JSON.stringify(value);
}

function ascii(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const TIMESTAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{6}$/;

const PRESENT = {
  user_message: [
    'message_id',
    'to_addr',
    'from_addr',
    'in_reply_to',
    'session_event',
    'content',
    'transport_name',
    'transport_type',
    'transport_metadata',
    'group',
  ],
  event: ['event_id', 'user_message_id', 'event_type'],
  failure_message: ['message', 'failure_code', 'reason'],
  status_event: ['component', 'status', 'type', 'message'],
} as const;

const NOT_NULL = {
  ack: ['sent_message_id'],
  nack: ['nack_reason'],
  delivery_report: ['delivery_status'],
} as const;

/** Throws for what a Vumi would not take: a key that is missing, another version, a timestamp of another form. */
export function readAsVumi(body: string): Record<string, unknown> {
  const message = JSON.parse(body) as Record<string, unknown>;
  const type = message['message_type'] as keyof typeof PRESENT;
  for (const field of ['timestamp', 'routing_metadata', 'helper_metadata', ...PRESENT[type]]) {
    if (!(field in message)) throw new Error(`MissingMessageField: ${field}`);
  }
  if (message['message_version'] !== '20110921') throw new Error('InvalidMessageField: message_version');
  if (!TIMESTAMP.test(String(message['timestamp']))) throw new Error('InvalidMessageField: timestamp');
  if (type === 'event') {
    for (const field of NOT_NULL[message['event_type'] as keyof typeof NOT_NULL]) {
      if ((message[field] ?? null) === null) throw new Error(`InvalidMessageField: ${field}`);
    }
  }
  return message;
}
