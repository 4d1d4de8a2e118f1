const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LAST_OCTET = 0xff;

/** Base64 of a text whose characters stand for octets. */
export function btoa(value: unknown): string {
  const octets = String(value);
  let encoded = '';
  for (let index = 0; index < octets.length; index += 3) {
    const left = octets.length - index;
    const bits =
      (octetAt(octets, index) << 16) | (octetAt(octets, index + 1) << 8) | octetAt(octets, index + 2);
    encoded += digit(bits >> 18) + digit(bits >> 12);
    encoded += left > 1 ? digit(bits >> 6) : '=';
    encoded += left > 2 ? digit(bits) : '=';
  }
  return encoded;
}

/** The octets of base64, each as a character. White space counts for nothing. */
export function atob(value: unknown): string {
  const digits = String(value)
    .replace(/[\t\n\f\r ]/g, '')
    .replace(/^((?:.{4})*?)={1,2}$/, '$1')
    .replace(/^((?:.{4})*.{2,3}?)={1,2}$/, '$1');
  if (digits.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(digits))
    throw new RangeError('atob: this is no base64');
  let decoded = '';
  let bits = 0;
  for (let index = 0; index < digits.length; index++) {
    bits = ((bits << 6) | ALPHABET.indexOf(digits.charAt(index))) & 0xff_ffff;
    const place = index % 4;
    if (place > 0) decoded += String.fromCharCode((bits >> (6 - 2 * place)) & LAST_OCTET);
  }
  return decoded;
}

function digit(bits: number): string {
  return ALPHABET.charAt(bits & 63);
}

function octetAt(octets: string, index: number): number {
  if (index >= octets.length) return 0;
  const code = octets.charCodeAt(index);
  if (code <= LAST_OCTET) return code;
  throw new RangeError(
    'btoa takes characters up to U+00FF: encode the text first, with new TextEncoder().encode(text)',
  );
}
