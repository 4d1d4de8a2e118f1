import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { errorText, VumiError, type Logger } from '@vumi/core';
import type { TlsClient } from '../../dialing/connect.ts';
import type { SmppConfig } from '../config.ts';
import type { OutbindConfig } from '../options/bind-options.ts';

const PEM = '-----BEGIN';

/** Null without TLS. Throws `config.invalid` for a file that cannot be read and for what is no certificate. */
export async function loadTlsClient(config: SmppConfig, logger: Logger): Promise<TlsClient | null> {
  if (!config.tls) return null;
  if (!config.tls_verify) {
    logger.warn(
      { option: 'tls_verify' },
      'TLS without verification: anybody on the way can read and change everything',
    );
  }
  const expected = config.tls_servername ?? config.host ?? '';
  const context = await loadContext(
    {
      tls_ca: config.tls_ca,
      tls_cert: config.tls_cert,
      tls_key: config.tls_key,
    },
    config.tls_passphrase,
  );
  return {
    ...context,
    rejectUnauthorized: config.tls_verify,
    expected,
    ...(isIP(expected) === 0 ? { servername: expected } : {}),
  };
}

/** Null when outbinds come in clear. Throws as `loadTlsClient`. */
export async function loadOutbindTls(outbind: OutbindConfig): Promise<SecureContextOptions | null> {
  const { tls_cert, tls_key, tls_ca } = outbind;
  if (tls_cert === undefined) return null;
  return loadContext({ 'outbind.tls_ca': tls_ca, 'outbind.tls_cert': tls_cert, 'outbind.tls_key': tls_key });
}

/** The options end in `ca`, `cert` and `key`; each holds a PEM or the path of one. */
async function loadContext(
  options: Readonly<Record<string, string | undefined>>,
  passphrase?: string,
): Promise<SecureContextOptions> {
  const context: SecureContextOptions = passphrase === undefined ? {} : { passphrase };
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const part = option.slice(option.lastIndexOf('_') + 1);
    Object.assign(context, { [part]: await loadPem(option, value) });
  }
  try {
    createSecureContext(context);
    // OpenSSL passes over an authority that it cannot read.
    for (const pem of [context.ca, context.cert]) if (typeof pem === 'string') void new X509Certificate(pem);
  } catch (error) {
    const fields = Object.keys(options).filter((option) => options[option] !== undefined);
    throw new VumiError('config.invalid', `"${fields.join('", "')}": ${errorText(error)}`, {
      field: fields[0] ?? '',
    });
  }
  return context;
}

async function loadPem(option: string, value: string): Promise<string> {
  if (value.includes(PEM)) return value;
  try {
    const text = await readFile(value, 'utf8');
    if (text.includes(PEM)) return text;
    throw new Error(`${value} holds no PEM`);
  } catch (error) {
    throw new VumiError('config.invalid', `"${option}": ${errorText(error)}`, { field: option });
  }
}
