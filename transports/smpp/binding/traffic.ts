import type { Socket } from 'node:net';
import { transportMeasures } from '@vumi/measures';

/** Counts the bytes of a socket, as far as it has come since it was asked last. */
export class Traffic {
  readonly #socket: Pick<Socket, 'bytesRead' | 'bytesWritten'>;
  readonly #transport: string;
  #read = 0;
  #written = 0;

  constructor(socket: Pick<Socket, 'bytesRead' | 'bytesWritten'>, transport: string) {
    this.#socket = socket;
    this.#transport = transport;
  }

  count(): void {
    const { bytesRead, bytesWritten } = this.#socket;
    transportMeasures.smppBytes.add(bytesRead - this.#read, this.#transport, 'in');
    transportMeasures.smppBytes.add(bytesWritten - this.#written, this.#transport, 'out');
    [this.#read, this.#written] = [bytesRead, bytesWritten];
  }
}
