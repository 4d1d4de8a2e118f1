import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { createAck, createNack, createUserMessage } from '@vumi/core';
import { defineTransport } from '@vumi/transports';
import { z } from 'zod';

/** Whoever connects says its name in the first line; each further line is a message, and each reply is one. */
export default defineTransport({
  type: 'lines',
  summary: 'lines of text over TCP',
  configSchema: z.strictObject({
    port: z.int().min(0).max(65_535).describe('TCP port on 127.0.0.1'),
  }),
  async start({ port }, { end, logger }) {
    const users = new Map<string, Socket>();

    const serve = async (socket: Socket): Promise<void> => {
      let name: string | null = null;
      for await (const line of createInterface({ input: socket })) {
        if (name === null) users.set((name = line), socket);
        else
          await end.publishInbound(
            createUserMessage({
              from_addr: name,
              to_addr: 'lines',
              content: line,
              transport_name: end.name,
              transport_type: 'telnet',
            }),
          );
      }
      if (name !== null) users.delete(name);
    };
    const server = createServer((socket) => {
      serve(socket).catch((error: unknown) => logger.warn({ error }, 'a connection broke'));
    });
    await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));

    // Resolves when the message is on its way, or never will be: the event says which.
    const outbound = await end.onOutbound(
      async (message) => {
        const event = { user_message_id: message.message_id, transport_name: end.name };
        const socket = users.get(message.to_addr ?? '');
        socket?.write(`${message.content ?? ''}\n`);
        await end.publishEvent(
          socket === undefined ? createNack(event, 'not connected') : createAck(event, message.message_id),
        );
      },
      { prefetch: 20 },
    );
    return {
      status: () => ({ component: 'lines', status: 'ok', type: 'listening', message: `port ${port}` }),
      gauges: () => ({ connected_users: users.size }),
      async [Symbol.asyncDispose]() {
        await outbound[Symbol.asyncDispose]();
        for (const socket of users.values()) socket.destroy();
        await new Promise((resolve) => void server.close(resolve));
      },
    };
  },
});
