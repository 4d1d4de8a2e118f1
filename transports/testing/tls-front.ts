import { once } from 'node:events';
import { createConnection, type AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';

/** Made for these tests with openssl; valid until 2126. The authority has signed the other two. */
export const AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBkjCCATmgAwIBAgIUV/kS3EfNtYv1s48yS2FvPKbMtbAwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTVnVtaSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjUwMzE0NTla
GA8yMTI2MTEwMTAzMTQ1OVowHjEcMBoGA1UEAwwTVnVtaSB0ZXN0IGF1dGhvcml0
eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABId7OYLN7rReCYpgBKOhA1S13BKL
OBDohzIVIU5asWeOdPFcnynDXkSIIiE7JY39TWN/vdwDwST2EFyLMSEH+ayjUzBR
MB0GA1UdDgQWBBTdcmHHHNSTkfPSbCexjsKBDwdotDAfBgNVHSMEGDAWgBTdcmHH
HNSTkfPSbCexjsKBDwdotDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cA
MEQCIFSt6xjDzbuPprZdUELLdfJotByR65WFYrSkbzhb4idNAiAUI+Qccr8Hle+B
/iRTX5KcbnGChH3hmvZ1vDQXnNvnIA==
-----END CERTIFICATE-----
`;

/** For `smsc.test`. */
export const SMSC_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjzCCATSgAwIBAgIUMakWnRel9FLOtIE4Z/7qO2wmTZcwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTVnVtaSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjUwMzE0NTla
GA8yMTI2MTEwMTAzMTQ1OVowFDESMBAGA1UEAwwJc21zYy50ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEF0xs9X9ixCT6mIoUf+ZBRQxZxDvedD3EEP/UW++t
/aIbLe6XPM26CAg9N5ivqP+OiDECsWC/OhayA261jyqVN6NYMFYwFAYDVR0RBA0w
C4IJc21zYy50ZXN0MB0GA1UdDgQWBBT0od5S9CcpD2enbYhdrhhIWMKp4DAfBgNV
HSMEGDAWgBTdcmHHHNSTkfPSbCexjsKBDwdotDAKBggqhkjOPQQDAgNJADBGAiEA
n/76KDe3blKKxGY2fQHJGM2xW1pxTfWPZ2uu4/du6FoCIQCOO/WlGwRVWXSSrxhc
/8UwGDofh2OF+ifj9N63vFAbtQ==
-----END CERTIFICATE-----
`;
export const SMSC_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPo80Q1DPoYHx4Iqu
YAVRhywGhpmS2qOlX0o4y0mjKKGhRANCAAQXTGz1f2LEJPqYihR/5kFFDFnEO950
PcQQ/9Rb7639ohst7pc8zboICD03mK+o/46IMQKxYL86FrIDbrWPKpU3
-----END PRIVATE KEY-----
`;

/** For `esme.test`. */
export const ESME_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjzCCATSgAwIBAgIUMakWnRel9FLOtIE4Z/7qO2wmTZgwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTVnVtaSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjUwMzE1MDBa
GA8yMTI2MTEwMTAzMTUwMFowFDESMBAGA1UEAwwJZXNtZS50ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE8AjvTNqZhSY7q9tXlJR5c30c1lqooiCirgw+rzNv
p4kP22ZCJK9dk9EkBtunaNnXB+l6LiPfnQ517VrpeEW9U6NYMFYwFAYDVR0RBA0w
C4IJZXNtZS50ZXN0MB0GA1UdDgQWBBRKFFrIhA1wfpKlJDgOfLH8jP3tnjAfBgNV
HSMEGDAWgBTdcmHHHNSTkfPSbCexjsKBDwdotDAKBggqhkjOPQQDAgNJADBGAiEA
15jMEiDHxglo9OcNZmKU7tqQWP/jotr/RtlUvxAZgT0CIQD+5PaicjX6ciZJt4S3
8zwx7p9nAuprrR+KqcCt6QbbYQ==
-----END CERTIFICATE-----
`;
export const ESME_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWo7CxAQQneQKPGLE
sEvnAX70DWoMIalP8yNGMTFOSFOhRANCAATwCO9M2pmFJjur21eUlHlzfRzWWqii
IKKuDD6vM2+niQ/bZkIkr12T0SQG26do2dcH6XouI9+dDnXtWul4Rb1T
-----END PRIVATE KEY-----
`;

/** A TLS port before a plain one, as operators put it before their SMSC. */
export class TlsFront implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: Set<TLSSocket>;

  private constructor(server: Server, sockets: Set<TLSSocket>) {
    this.#server = server;
    this.#sockets = sockets;
  }

  static async start(behind: number, options: TlsOptions = {}): Promise<TlsFront> {
    const sockets = new Set<TLSSocket>();
    const server = createServer({ cert: SMSC_CERTIFICATE, key: SMSC_KEY, ...options }, (socket) => {
      sockets.add(socket);
      const inner = createConnection({ host: '127.0.0.1', port: behind });
      inner.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.on('error', () => inner.destroy()).on('close', () => inner.destroy());
      socket.pipe(inner).pipe(socket);
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server, sockets);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
