import { z } from 'zod';
import { bindOptions, connectionOptions, tlsOptions } from './options/bind-options.ts';
import { ignoredOptions } from './options/ignored-options.ts';
import { inboundOptions, receiptOptions, recognitionOptions } from './options/receiving-options.ts';
import { textOptions, throughputOptions } from './options/sending-options.ts';
import { liftVumiSections } from './options/vumi-sections.ts';

/** The options in the groups in which the reference lists them; the names are Vumi's where Vumi has them (spec vumi-core §5.1). */
export const OPTION_GROUPS = {
  Connection: connectionOptions,
  Binds: bindOptions,
  TLS: tlsOptions,
  Throughput: throughputOptions,
  Sending: textOptions,
  Receiving: inboundOptions,
  Receipts: receiptOptions,
  'Number recognition': recognitionOptions,
  'Without effect': ignoredOptions,
} as const;

const fields = z.strictObject({
  ...connectionOptions,
  ...bindOptions,
  ...tlsOptions,
  ...throughputOptions,
  ...textOptions,
  ...inboundOptions,
  ...receiptOptions,
  ...recognitionOptions,
  ...ignoredOptions,
});

export type SmppConfig = z.infer<typeof fields>;

export const smppConfigSchema = z.preprocess(liftVumiSections, fields.superRefine(checkTogether));

const TLS_PARTS = ['tls_ca', 'tls_servername', 'tls_cert', 'tls_key', 'tls_passphrase'] as const;

type Context = z.core.$RefinementCtx<SmppConfig>;

/** What no option can say of itself alone. */
function checkTogether(config: SmppConfig, context: Context): void {
  checkPlaces(config, context);
  checkTls(config, context);
  checkLongMessages(config, context);
}

function checkPlaces(config: SmppConfig, context: Context): void {
  if (config.bind_type === 'outbind') {
    if (config.outbind === undefined) missing('outbind', context);
    return;
  }
  if (config.host === undefined) missing('host', context);
  if (config.port === undefined) missing('port', context);
}

function checkTls(config: SmppConfig, context: Context): void {
  const unused = config.tls ? undefined : TLS_PARTS.find((part) => config[part] !== undefined);
  if (unused !== undefined) refuse(unused, 'has no meaning without "tls": true', context);
  if ((config.tls_cert === undefined) !== (config.tls_key === undefined)) {
    refuse(
      config.tls_cert === undefined ? 'tls_cert' : 'tls_key',
      'certificate and key need each other',
      context,
    );
  }
  const { outbind } = config;
  if (outbind !== undefined && (outbind.tls_cert === undefined) !== (outbind.tls_key === undefined)) {
    refuse('outbind', 'tls_cert and tls_key need each other', context);
  }
}

function checkLongMessages(config: SmppConfig, context: Context): void {
  const ways = [config.send_long_messages, config.send_multipart_sar, config.send_multipart_udh === true];
  if (ways.filter(Boolean).length < 2) return;
  const text = 'of send_long_messages, send_multipart_sar and send_multipart_udh only one may be true';
  refuse('send_long_messages', text, context);
}

function missing(option: keyof SmppConfig, context: Context): void {
  context.addIssue({ code: 'invalid_type', expected: 'string', input: undefined, path: [option] });
}

function refuse(option: keyof SmppConfig, message: string, context: Context): void {
  context.addIssue({ code: 'custom', message, path: [option] });
}
