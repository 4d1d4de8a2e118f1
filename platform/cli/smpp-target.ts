import { usageError } from './exit.ts';

/** `127.0.0.1:2775`, `[::1]:2775`. */
export function parseTarget(text: string): { host: string; port: number } {
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  const host = found?.[1] ?? found?.[2];
  if (host === undefined || !(port > 0 && port < 65_536))
    throw usageError(`write where the SMSC is as HOST:PORT, not "${text}"`);
  return { host, port };
}
