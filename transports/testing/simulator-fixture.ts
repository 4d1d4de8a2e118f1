import { silentLogger } from '@vumi/core';
import { BLANK_MESSAGE, type BindBody, type MessageBody, type Pdu } from '../smpp/codec/pdu.ts';
import { Wire } from '../smpp/conformance/wire.ts';
import type { Simulator } from '../smpp/simulator/options.ts';
import type { ScriptInput } from '../smpp/simulator/script.ts';
import { startSmscSimulator } from '../smpp/simulator/simulator.ts';
import { eventually } from './eventually.ts';

/** Longer than any answer of the simulator takes, in milliseconds. */
export const MS = 1000;
/** What a test has started; `stopAll` ends it. */
const stack: AsyncDisposable[] = [];

export async function stopAll(): Promise<void> {
  for (const running of stack.splice(0).toReversed()) await running[Symbol.asyncDispose]();
}

export async function startScripted(script: ScriptInput = {}): Promise<Simulator> {
  const smsc = await startSmscSimulator({ port: 0, logger: silentLogger, injectTimeoutMs: 200, script });
  stack.push(smsc);
  return smsc;
}

export async function bindWire(smsc: Simulator, bind: Partial<BindBody> = {}): Promise<Wire> {
  const wire = await Wire.connect(smsc.port);
  stack.push({ [Symbol.asyncDispose]: async () => wire.destroy() });
  await wire.bind({ systemId: 'esme', password: 'pw', ...bind }, MS);
  return wire;
}

export function submitBody(fields: Partial<MessageBody> = {}): MessageBody {
  return {
    ...BLANK_MESSAGE,
    command: 'submit_sm',
    sourceAddr: '12345',
    destinationAddr: '27761234567',
    shortMessage: Buffer.from('hi'),
    ...fields,
  };
}

export function idOf(pdu: Pdu | null): string {
  return pdu !== null && 'messageId' in pdu.body ? pdu.body.messageId : '';
}

/** Receipts as the ESME got them, answered. */
export async function receivedMessages(wire: Wire, count: number): Promise<MessageBody[]> {
  const found = await eventually(
    () => wire.pdus.map(({ body }) => body).filter((body) => body.command === 'deliver_sm'),
    (bodies) => bodies.length >= count,
  );
  return found as MessageBody[];
}
