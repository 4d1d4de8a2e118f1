import type { UserMessage } from '@vumi/core';

/** By `transport_type`; anything else is taken for SMS, as Vumi Go did. */
const CLASSES: Readonly<Record<string, string>> = {
  mxit: 'mxit',
  twitter: 'twitter',
  ussd: 'ussd',
  voice: 'voice',
  wechat: 'wechat',
  xmpp: 'gtalk',
};
const DEFAULT_CLASS = 'sms';

/** What a classic app finds in `helper_metadata.delivery_class`: the kind of address that it may look a contact up by. */
export function deliveryClassOf({ transport_type: type }: Pick<UserMessage, 'transport_type'>): string {
  return (type === null ? undefined : CLASSES[type]) ?? DEFAULT_CLASS;
}
