import { dispatchMeasures } from '@vumi/measures';

/** What became of a message in a dispatcher; one that could not be handled now is put back by whoever has it. */
export type PassageOutcome = 'routed' | 'unrouted' | 'refused';

const { messages, seconds } = dispatchMeasures;

export async function measuredPassage(
  flow: 'inbound' | 'event' | 'outbound',
  connector: string,
  pass: () => Promise<PassageOutcome>,
): Promise<void> {
  const startedAt = performance.now();
  try {
    messages.add(1, flow, connector, await pass());
    seconds.since(startedAt, flow);
  } catch (error) {
    messages.add(1, flow, connector, 'put_back');
    throw error;
  }
}
