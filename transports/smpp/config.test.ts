import { parseInput } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { smppConfigSchema, type SmppConfig } from './config.ts';

const LEAST = { host: 'smsc.example', port: 2775, system_id: 'me', password: 'secret' };

const parse = (options: Record<string, unknown>): SmppConfig =>
  parseInput(smppConfigSchema, { ...LEAST, ...options }, 'config.invalid');

describe('the configuration of a Vumi worker', () => {
  it('is taken with its sections, its endpoint and what has no meaning any more', () => {
    const config = parseInput(smppConfigSchema, {
      transport_name: 'mno',
      transport_type: 'sms',
      twisted_endpoint: 'tcp:host=smsc.example:port=2776',
      system_id: 'me',
      password: 'secret',
      redis_manager: { key_prefix: 'vumi' },
      codec_class: 'vumi.codecs.VumiCodec',
      deliver_short_message_processor: 'vumi.transports.smpp.processors.DeliverShortMessageProcessor',
      deliver_short_message_processor_config: {
        data_coding_overrides: { 0: 'utf-8' },
        allow_empty_messages: true,
      },
      submit_short_message_processor_config: { send_multipart_sar: true, submit_sm_data_coding: 8 },
      delivery_report_processor_config: { delivery_report_use_esm_class: false },
      mt_tps: 20,
    });
    expect(config).toMatchObject({
      host: 'smsc.example',
      port: 2776,
      data_coding_overrides: { 0: 'utf-8' },
      send_multipart_sar: true,
      submit_sm_data_coding: 8,
      delivery_report_use_esm_class: false,
      mt_tps: 20,
      submit_sm_expiry: 86_400,
    });
  });

  it.each([
    ['tcp:smsc.example:2775', { host: 'smsc.example', port: 2775, tls: false }],
    ['ssl:host=smsc.example:port=3550', { host: 'smsc.example', port: 3550, tls: true }],
    ['tcp:host=fe80\\:\\:1:port=1', { host: 'fe80::1', port: 1 }],
  ])('has the endpoint %s', (twisted_endpoint, expected) => {
    const options = { system_id: 'me', password: 'secret', twisted_endpoint };
    expect(parseInput(smppConfigSchema, options)).toMatchObject(expected);
  });
});

describe('a configuration is refused', () => {
  it.each([
    ['without a host', { host: undefined }, '"host" is missing'],
    ['with a mistyped option', { mt_tsp: 3 }, 'did you mean "mt_tps"?'],
    [
      'with an unknown option in a section',
      { outbind: { port: 1, system_id: 'a', password: 'b', hots: 'x' } },
      '"outbind.hots"; did you mean "host"?',
    ],
    ['with two ways to send long texts', { send_multipart_sar: true, send_long_messages: true }, 'only one'],
    ['with a certificate and no key', { tls: true, tls_cert: 'a.pem' }, 'need each other'],
    ['with an authority and no TLS', { tls_ca: 'ca.pem' }, 'without "tls": true'],
    ['that waits for outbinds nowhere', { bind_type: 'outbind' }, '"outbind" is missing'],
    ['with an endpoint that is none', { twisted_endpoint: 'smsc' }, 'an endpoint such as'],
  ])('%s', (_, options, text) => {
    expect(() => parse(options)).toThrow(text);
  });

  it('but the SMSC that calls us needs no address', () => {
    const outbind = { port: 0, system_id: 'smsc', password: 'pw' };
    const options = { system_id: 'me', password: 'x', bind_type: 'outbind', outbind };
    expect(parseInput(smppConfigSchema, options)).toMatchObject({ bind_type: 'outbind' });
  });
});
