import type { aggregators } from '../aggregators/index.ts';

export type Aggregator = keyof typeof aggregators;

export const U = '+27761234567';
export const u = '27761234567';

const login = { username: 'x', password: 'y' };
/** How each is set up where a row does not say otherwise. */
export const CONFIGS: Readonly<Record<Aggregator, Record<string, unknown>>> = {
  vas2nets: { url: 'http://v/', owner: 'o', service: 's', ...login },
  mediafone: { outbound_url: 'http://m/', ...login },
  cellulant_sms: { outbound_url: 'http://c/', credentials: { '8000': login } },
  mtech_kenya: { outbound_url: 'http://k/', mt_username: 'x', mt_password: 'y' },
  apposit: { outbound_url: 'http://a/', credentials: { '8000': { ...login, service_id: 's' } } },
  netcore: {},
  mediaedge_gsm: {
    outbound_url: 'http://g/',
    outbound_username: 'x',
    outbound_password: 'y',
    operator_mappings: { '2776': { '27761': 'MTN' } },
    request_timeout: 0.05,
    username: 'a',
    password: 'b',
  },
  opera: { url: 'http://o/', channel: 'c', service: 's', password: 'y' },
  integrat: { url: 'http://i/', ...login },
  parlayx: {
    remote_send_uri: 'http://p/send',
    remote_notification_uri: 'http://p/notification',
    start_notifications: false,
    short_code: '8000',
    service_provider_id: 'spid',
    service_provider_service_id: 'sv',
    service_provider_password: 'pw',
  },
};

/** What Vas2Nets puts on a message that is answered. */
export const FROM_V = {
  in_reply_to: 'i1',
  transport_metadata: { original_message_id: '1', network_id: 'mtn', keyword: 'k' },
};
