import { expect, it } from 'vitest';
import { z } from 'zod';
import { transportTypes } from './registry.ts';
import { ProviderPlay } from './testing/provider-play.ts';

type TypeName = keyof typeof transportTypes;

const words = (text: string): string[] => text.split(' ');

/** Of every transport of Vumi (spec vumi-core §5). */
const BASE = ['transport_name', 'publish_status', 'amqp_prefetch_count', 'middleware', 'redis_manager'];
/** Of those that take HTTP requests (spec vumi-core §5.2). */
const HTTP = ['web_path', 'web_port', 'health_path'];
const CALLERS = [...HTTP, 'web_username', 'web_password', 'web_auth_domain'];
const RPC = [
  ...CALLERS,
  'request_timeout',
  'validation_mode',
  'response_time_degraded',
  'response_time_down',
  'noisy',
];

/** Vumi's options by type (spec vumi-core §5, its appendix §A, channels §A). */
const VUMI_OPTIONS: Partial<Record<TypeName, readonly string[]>> = {
  http_api: [...RPC, 'allowed_fields', 'field_defaults', 'reply_expected'],
  http_rpc: [...CALLERS, 'request_timeout', 'response_time_degraded', 'response_time_down', 'noisy'],
  old_simple_http: ['web_path', 'web_port', 'identities'],
  old_template_http: ['web_path', 'web_port', 'identities'],
  vas2nets: [
    ...words('url username password owner service subservice header'),
    ...words('web_receive_path web_receipt_path web_port web_health_path'),
  ],
  mediafone: [...RPC, 'username', 'password', 'outbound_url'],
  opera: [
    ...words('url channel service password max_segments message_id_lifetime'),
    ...words('web_receive_path web_receipt_path web_port'),
  ],
  integrat: ['url', 'username', 'password', 'web_path', 'web_port'],
  truteq: [
    ...words('host port twisted_endpoint username password link_check_period'),
    ...words('ussd_session_lifetime client debug'),
  ],
  xmpp: [
    ...words('host port username password status status_message ping_interval'),
    ...words('presence_interval debug'),
  ],
  irc: ['network', 'port', 'nickname', 'channels'],
  x: ['screen_name', 'terms', 'endpoints', 'autofollow'],
  telnet: ['telnet_port', 'telnet_endpoint', 'twisted_endpoint', 'to_addr', 'transport_type'],
  cellulant: [...RPC, 'ussd_session_timeout'],
  cellulant_sms: [...RPC, 'credentials', 'outbound_url'],
  infobip_ussd: [...CALLERS, 'request_timeout', 'ussd_session_timeout'],
  airtel_ussd: [...RPC, 'airtel_username', 'airtel_password', 'to_addr_pattern', 'ussd_session_timeout'],
  mtech_ussd: [...CALLERS, 'request_timeout', 'ussd_session_timeout'],
  mtech_kenya: [...RPC, 'outbound_url', 'mt_username', 'mt_password'],
  apposit: [...RPC, 'credentials', 'outbound_url'],
  vodacom_messaging: [...RPC, 'ussd_string_prefix', 'web_host'],
  safaricom: [...RPC, 'ussd_session_timeout'],
  imimobile_ussd: [...RPC, 'suffix_to_addrs', 'ussd_session_timeout'],
  dmark_ussd: [...RPC, 'fix_to_addr', 'ussd_session_timeout'],
  aat_ussd: RPC,
  wechat: [...CALLERS, 'auth_token', 'wechat_appid', 'wechat_secret', 'wechat_menu'],
  smssync: [...CALLERS, 'smssync_secret', 'reply_delay', 'country_code', 'account_id'],
  devnull: ['ack_rate', 'failure_rate', 'reply_rate', 'reply_copy'],
  mediaedge_gsm: [
    ...RPC,
    ...words('username password outbound_url outbound_username outbound_password'),
    'operator_mappings',
  ],
  netcore: ['twisted_endpoint', 'web_path', 'health_path', 'reject_none'],
  trueafrican_ussd: ['port', 'interface', 'session_timeout', 'request_timeout'],
  mtn_rwanda_ussd: ['twisted_endpoint', 'web_path', 'timeout', 'session_timeout_period'],
  mtn_nigeria_ussd: [
    ...words('server_hostname server_port twisted_endpoint username password application_id'),
    ...words('enquire_link_interval timeout_period user_termination_response ussd_session_timeout'),
  ],
  parlayx: [
    ...words('web_notification_path web_notification_port notification_endpoint_uri short_code'),
    ...words('remote_send_uri remote_notification_uri start_notifications'),
    ...words('service_provider_service_id service_provider_id service_provider_password'),
  ],
  vumi_bridge: [
    ...words('account_key conversation_key access_token base_url message_life_time'),
    ...HTTP,
    ...words('max_reconnect_delay max_retries initial_delay factor jitter'),
  ],
  gammu: ['connect_retry_interval', 'poll_interval', 'country_code', 'phone_number', 'gammu'],
  smpp: [
    ...words('host port twisted_endpoint system_id password system_type service_type'),
    ...words('address_range interface_version dest_addr_ton dest_addr_npi source_addr_ton'),
    ...words('source_addr_npi registered_delivery smpp_bind_timeout smpp_enquire_link_interval'),
    ...words('initial_reconnect_delay throttle_delay mt_tps submit_sm_expiry third_party_id_expiry'),
    ...words('final_dr_third_party_id_expiry completed_multipart_info_expiry split_bind_prefix'),
    ...words('disable_ack disable_delivery_report deliver_sm_decoding_error codec_class'),
    ...words('submit_sm_encoding submit_sm_data_coding send_long_messages send_multipart_sar'),
    ...words('send_multipart_udh multipart_sar_reference_rollover delivery_report_use_esm_class'),
    ...words('data_coding_overrides allow_empty_messages delivery_report_processor'),
    ...words('deliver_short_message_processor submit_short_message_processor'),
    ...words('COUNTRY_CODE OPERATOR_PREFIX OPERATOR_NUMBER'),
  ],
};

/** Of those that do nothing `warnOfIgnored` tells. */
it.each(Object.entries(VUMI_OPTIONS))('%s takes every option of Vumi', (type, names) => {
  const schema = z.toJSONSchema(transportTypes[type as TypeName].configSchema, {
    io: 'input',
    unrepresentable: 'any',
  });
  const known = Object.keys(schema.properties ?? {});
  expect([...BASE, ...names].filter((name) => !known.includes(name))).toEqual([]);
});

it('every type with a class of Vumi is held to that', () => {
  const classic = Object.values(transportTypes).filter(({ aliases }) =>
    Object.keys(aliases).some((alias) => alias.startsWith('vumi')),
  );
  expect(classic.map(({ type }) => type).filter((type) => !(type in VUMI_OPTIONS))).toEqual([]);
});

const LOGIN = { username: 'u', password: 'p' };
it.each([
  ['truteq', { ...LOGIN, twisted_endpoint: 'tcp:net.example:5001' }, { host: 'net.example', port: 5001 }],
  [
    'mtn_nigeria_ussd',
    { ...LOGIN, application_id: '1', twisted_endpoint: 'tcp:host=net.example:port=5001' },
    { server_hostname: 'net.example', server_port: 5001 },
  ],
  ['telnet', { telnet_endpoint: 'tcp:9001:interface=::1' }, { telnet_port: 9001 }],
  [
    'telnet',
    { twisted_endpoint: 'tcp:port=9001:interface=\\:\\:1', telnet_port: 9002 },
    { telnet_host: '::1', telnet_port: 9002 },
  ],
  ['netcore', { twisted_endpoint: 'tcp:8080' }, { web_port: 8080, web_host: '0.0.0.0' }],
  [
    'trueafrican_ussd',
    { port: 8080, interface: '127.0.0.1', session_timeout: 30 },
    { web_port: 8080, web_host: '127.0.0.1', ussd_session_timeout: 30 },
  ],
  [
    'mtn_rwanda_ussd',
    { twisted_endpoint: 'tcp:8080:interface=127.0.0.1', timeout: 30, session_timeout_period: 90 },
    { web_port: 8080, web_host: '127.0.0.1', request_timeout: 30, ussd_session_timeout: 90 },
  ],
] as const)('%s reads what %j says by other names', (type, given, expected) => {
  expect(transportTypes[type].configSchema.parse(given)).toMatchObject(expected);
});

it('a value is checked by whatever name it comes', () => {
  const { configSchema } = transportTypes.trueafrican_ussd;
  expect(configSchema.safeParse({ port: 'http' }).error?.issues).toMatchObject([{ path: ['web_port'] }]);
});

it.each([
  ['mediafone', { ...LOGIN, outbound_url: 'http://net.example/' }, { to: '8000', from: 'U', sms: 'hi' }],
  ['http_api', {}, { to_addr: '8000', from_addr: 'U', content: 'hi' }],
  [
    'cellulant_sms',
    { credentials: {}, outbound_url: 'http://net.example/' },
    { DESTADDR: '8000', SOURCEADDR: 'U', MESSAGE: 'hi', ID: '1' },
  ],
] as const)(
  '%s refuses a field that it does not know, or takes none of it, as it is told',
  async (type, options, fields) => {
    const form = { ...fields, colour: 'red' };
    await using strict = await ProviderPlay.start(type, { ...options, validation_mode: 'strict' });
    const refused = await strict.ask({ form });
    expect([refused.status, JSON.parse(String(refused.body))]).toEqual([
      400,
      { unexpected_parameter: ['colour'] },
    ]);
    await using permissive = await ProviderPlay.start(type, { ...options, validation_mode: 'permissive' });
    expect((await permissive.ask({ form })).status).toBe(200);
    expect(permissive.memory.inbound).toMatchObject([{ to_addr: '8000', from_addr: 'U', content: 'hi' }]);
  },
);
