import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where the signature of a request that the platform makes stands (webhooks, relays). */
export const SIGNATURE_HEADER = 'vumi-signature';
/** A signature that is older, or that much in the future, is none: seconds. */
const TOLERANCE_S = 300;

/**
 * `t=<seconds since the epoch>,v1=<hex>`: HMAC-SHA256 with the secret over `<t>.<body as it is sent>`. While a secret is
 * being changed there is one `v1` for each, and the receiver is content with either.
 */
export function signRequest(body: string | Buffer, secrets: readonly string[], now: number): string {
  const time = String(Math.floor(now / 1000));
  return [`t=${time}`, ...secrets.map((secret) => `v1=${digestOf(time, body, secret)}`)].join(',');
}

/** Whether a header was made by `signRequest` over this body with this secret within the last five minutes. */
export function isSigned(
  header: string | undefined,
  { body, secret, now }: { readonly body: string | Buffer; readonly secret: string; readonly now: number },
): boolean {
  const parts = (header ?? '').split(',').map((part) => part.trim());
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const fresh = /^\d{1,12}$/.test(time) && Math.abs(now / 1000 - Number(time)) <= TOLERANCE_S;
  const expected = Buffer.from(digestOf(time, body, secret));
  return (
    fresh && parts.some((part) => part.startsWith('v1=') && isEqual(Buffer.from(part.slice(3)), expected))
  );
}

function digestOf(time: string, body: string | Buffer, secret: string): string {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
