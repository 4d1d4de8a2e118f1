import { SUPERSEDED } from '../admin-token.ts';
import type { PlatformProcess } from './ports.ts';

/** What somebody has to look after, a line each for people; none: all is well. */
export function problemsOf({
  processes,
  roles,
  transports,
  validToken,
  smppClients,
}: {
  readonly processes: readonly PlatformProcess[];
  /** All that a process can do. */
  readonly roles: readonly string[];
  /** Names of those that are to run. */
  readonly transports: readonly string[];
  /** The id of the administrator's token that is valid. */
  readonly validToken: string | null;
  /** How many systems of customers may bind to us. */
  readonly smppClients: number;
}): string[] {
  const running = new Set<string>(processes.flatMap((process) => process.roles));
  // Nobody has to listen for SMPP clients while there are none.
  const needed = roles.filter((role) => role !== 'smpp' || smppClients > 0);
  return [
    ...needed.filter((role) => !running.has(role)).map(roleIsMissing),
    ...transports.flatMap((name) => transportProblem(name, processes)),
    ...processes
      .filter(({ admin_token: token }) => (token ?? validToken) !== validToken)
      .map(({ worker_id }) => `process ${worker_id}: ${SUPERSEDED}`),
  ];
}

function roleIsMissing(role: string): string {
  const how =
    role === 'smpp'
      ? 'start one with "vumi up --smpp-port 2776", or SMPP clients cannot bind'
      : `start one with "vumi up --roles ${role}"`;
  return `no process has the role "${role}": ${how}`;
}

/** Where several processes could run a transport, one does and the others wait. */
function transportProblem(name: string, processes: readonly PlatformProcess[]): string[] {
  const states = processes.flatMap(({ transports }) => transports.filter((one) => one.name === name));
  if (states.some(({ status }) => status === 'ok')) return [];
  const [worst] = [...states].sort((a, b) => Number(a.status === 'down') - Number(b.status === 'down'));
  return [
    worst === undefined
      ? `transport "${name}" is not running: no process with the role "transports" has taken it`
      : `transport "${name}" is ${worst.status}: ${worst.message}`,
  ];
}
