import {
  stampOf,
  VumiError,
  type Middleware,
  type Stamp,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { defineMiddleware } from '@vumi/middleware';
import { z } from 'zod';
import { isUnrouted } from '../dispatcher.ts';
import { both } from './both.ts';
import { storeOf } from './store-of.ts';

/** Where messages are written down. A promise resolves when the row is safe. */
export interface MessageRecorder {
  inbound(
    message: UserMessage,
    owner: Stamp | null,
    status: 'received' | 'unrouted' | 'discarded' | 'failed',
  ): Promise<void>;
  outbound(
    message: UserMessage,
    owner: Stamp | null,
    status: 'queued' | 'discarded' | 'failed',
  ): Promise<void>;
  event(event: TransportEvent): Promise<void>;
}

export interface RecordingPorts {
  readonly recorder: MessageRecorder;
  /** Whether what consumes from the connector records what it gets. */
  readonly isRecordedThere: (connector: string) => boolean;
}

/**
 * Writes messages and events down beside their way: inbound ones as received, or as unrouted; outbound ones as queued
 * when they go to their transport, or as failed when they are refused; each once, whatever comes twice.
 */
export function createRecording(ports: RecordingPorts): Middleware {
  const { recorder } = ports;
  return (transit, next) => {
    const { stage, flow, message } = transit;
    if (flow === 'event')
      return stage === 'consume' ? both(recorder.event(message), next(transit)) : next(transit);
    if (flow === 'outbound') {
      return stage === 'consume'
        ? recordRefused(message, next(transit), recorder)
        : both(recorder.outbound(message, stampOf(message), 'queued'), next(transit));
    }
    if (flow !== 'inbound') return next(transit);
    if (stage === 'consume') return recordUnrouted(message, next(transit), recorder);
    if (ports.isRecordedThere(transit.connector)) return next(transit);
    return both(recorder.inbound(message, stampOf(message), 'received'), next(transit));
  };
}

async function recordUnrouted(
  message: UserMessage,
  handled: Promise<void>,
  recorder: MessageRecorder,
): Promise<void> {
  try {
    await handled;
  } catch (error) {
    if (isUnrouted(error)) await recorder.inbound(message, null, 'unrouted');
    throw error;
  }
}

async function recordRefused(
  message: UserMessage,
  handled: Promise<void>,
  recorder: MessageRecorder,
): Promise<void> {
  try {
    await handled;
  } catch (error) {
    if (error instanceof VumiError && !error.retry) {
      await recorder.outbound(message, stampOf(message), 'failed');
    }
    throw error;
  }
}

export const recordingMiddleware = defineMiddleware({
  type: 'recording',
  aliases: [],
  summary: 'writes messages and events into the database',
  configSchema: z.strictObject({}),
  start: (_config, ports) => ({
    handle: createRecording({ recorder: storeOf(ports).recorder, isRecordedThere: () => false }),
  }),
});
