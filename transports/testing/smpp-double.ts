import { silentLogger } from '@vumi/core';
import type { Simulator } from '../smpp/simulator/options.ts';
import type { ScriptInput } from '../smpp/simulator/script.ts';
import { startSmscSimulator } from '../smpp/simulator/simulator.ts';
import type {
  Got,
  NetworkTurn,
  Told,
  TransportDouble,
  TransportSetUp,
  UserText,
} from './transport-double.ts';

const SECRET = 'pearl';
const REFUSED = 'ESME_RINVDSTADR';

/** The simulated SMSC, which is told by scripts what to do. */
class SmppDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly replies = 'as messages';
  readonly impatient = { response_timeout: 0.2 };
  readonly words = { away: 'connection_lost', refusal: () => REFUSED };
  readonly oddText = 'Héllo 😀 שלום €{}';
  readonly #port: number;
  readonly #earlier: Got[] = [];
  #smsc: Simulator;

  private constructor(smsc: Simulator) {
    this.#smsc = smsc;
    this.#port = smsc.port;
  }

  static async open(): Promise<SmppDouble> {
    return new SmppDouble(await start(0));
  }

  get config(): Readonly<Record<string, unknown>> {
    const fast = { initial_reconnect_delay: 0.02, max_reconnect_delay: 0.1, throttle_delay: 0.02 };
    return { host: '127.0.0.1', port: this.#port, system_id: 'vumi', password: SECRET, ...fast };
  }

  get got(): readonly Got[] {
    const now = this.#smsc
      .messages()
      .map(({ to_addr, content, timestamp }) => ({ to: to_addr, content, at: Date.parse(timestamp) }));
    return [...this.#earlier, ...now];
  }

  async bring({ from, to, content }: UserText): Promise<Told> {
    await this.#smsc.inject({ from_addr: from, to_addr: to, content });
    return { kind: 'taken', text: '' };
  }

  will(...turns: readonly NetworkTurn[]): void {
    const rules = turns.map((turn) => ({ times: 1, do: actionOf(turn) }));
    this.#smsc.replaceScript({ ...SCRIPT, rules });
  }

  async away(): Promise<void> {
    this.#earlier.push(...this.got);
    await this.#smsc[Symbol.asyncDispose]();
  }

  async back(): Promise<void> {
    this.#smsc = await start(this.#port);
  }

  report(): Promise<void> {
    return Promise.reject(new Error('the simulator sends receipts by its script'));
  }

  badRequests() {
    return {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#smsc[Symbol.asyncDispose]();
  }
}

const SCRIPT: ScriptInput = { retry_ms: 20, receipts: { after_ms: 'never' } };

function start(port: number): Promise<Simulator> {
  return startSmscSimulator({ port, logger: silentLogger, script: SCRIPT });
}

function actionOf(turn: NetworkTurn): NonNullable<ScriptInput['rules']>[number]['do'] {
  if (turn === 'never answer') return { silent: true };
  if (turn === 'cut') return { before: 'disconnect' };
  if (typeof turn === 'object') return { status: 'refuse' in turn ? REFUSED : 'ESME_RTHROTTLED' };
  return {};
}

const SIMULATED = 'tested with what the simulator cannot do on demand: ';

export const SMPP_SET_UP: TransportSetUp = {
  type: 'smpp',
  label: 'transceiver',
  open: () => SmppDouble.open(),
  notApplicable: {
    2: 'an SMSC gives no ids to what it delivers; what it sends again: inbound/replay-guard.test.ts',
    4: 'the SMSC is called and proves nothing',
    5: 'nothing is signed',
    6: 'fields that nobody knows are TLVs: codec.test.ts',
    7: 'a PDU has all its fields: session.test.ts',
    9: 'numbers have kinds and plans: outbound/addresses.test.ts',
    10: 'lengths of PDUs: frame-reader.test.ts',
    11: 'there are no batches',
    12: 'no request waits for a reply',
    13: 'no request waits for a reply',
    14: 'sessions are those of USSD: inbound.test.ts',
    15: 'no request waits for a reply',
    16: 'no request waits for a reply',
    17: 'no request waits for a reply',
    18: 'no request waits for a reply',
    22: 'an SMSC names no time: sending/pace.test.ts',
    23: 'a refused bind: binding/binding.test.ts',
    25: 'each response has its status',
    26: `${SIMULATED}receipts/receipts.test.ts`,
    27: 'outbound/compose.test.ts',
    28: 'it speaks no HTTP',
    30: 'decision 0013: test/flow/leases.servers.test.ts',
  },
};
