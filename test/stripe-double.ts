import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';

/** What came in for a Checkout Session. */
export interface AskedSession {
  readonly id: string;
  readonly form: URLSearchParams;
  readonly key: string;
  readonly authorization: string;
}

/** Stripe as we use it: makes Checkout Sessions over HTTP, and signs events as its documentation says. */
export class StripeDouble implements AsyncDisposable {
  readonly sessions: AskedSession[] = [];
  fails = false;
  readonly #server: Server;
  #events = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const answer = (status: number, json: object): void => {
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
        };
        if (this.fails) return answer(402, { error: { message: 'Your account cannot take payments.' } });
        const key = String(request.headers['idempotency-key']);
        const known = this.sessions.find((session) => session.key === key);
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        const authorization = String(request.headers.authorization);
        const made = known ?? { id: `cs_test_${this.sessions.length + 1}`, form, key, authorization };
        if (known === undefined) this.sessions.push(made);
        answer(200, { id: made.id, url: `https://checkout.stripe.example/${made.id}` });
      });
    });
  }

  static async start(): Promise<StripeDouble> {
    const double = new StripeDouble();
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  event(type: string, object: object, id: string = `evt_${++this.#events}`): string {
    return JSON.stringify({ id, object: 'event', type, data: { object } });
  }

  completed({ id, form }: AskedSession, fields: object = {}): object {
    return {
      id,
      object: 'checkout.session',
      client_reference_id: form.get('client_reference_id'),
      payment_status: 'paid',
      payment_intent: `pi_of_${id}`,
      amount_total: Number(form.get('line_items[0][price_data][unit_amount]')),
      currency: form.get('line_items[0][price_data][currency]'),
      ...fields,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** `Stripe-Signature` of a body, written apart from the code that checks it. */
export function stripeSignature(body: string, secrets: readonly string[], at: number = Date.now()): string {
  const t = Math.floor(at / 1000);
  const signatures = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'),
  );
  return [`t=${t}`, ...signatures.map((hex) => `v1=${hex}`), 'v0=0000'].join(',');
}
