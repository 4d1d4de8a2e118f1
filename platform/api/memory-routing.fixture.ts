import { readRouteTarget, VumiError, type AssignedNumber } from '@vumi/core';
import type { NumberInput, Route, RouteInput, Store } from '@vumi/store';
import { found, paged } from './memory-page.fixture.ts';

/** Routes and numbers in memory. Numbers have one spelling here, and nothing is shared. */
export function memoryRouting(): Pick<Store, 'routes' | 'numbers'> {
  const routes = new Map<string, Route>();
  const proofs = new Map<string, unknown>();
  const numbers = memoryNumbers(routes);
  const get = (account: string, name: string): Route =>
    found(routes.get(`${account}/${name}`), `route "${name}"`);
  return {
    numbers,
    routes: {
      put: async (input, by, { proof = null } = {}) => {
        const route = toRoute(input);
        const { account, transport, to_addr } = route;
        refuseConflict(route, routes.values());
        const number = { transport, number: to_addr };
        if (by === 'operator') await numbers.assign(account, number);
        else if (!(await numbers.list({ account })).items.some((one) => isSame(one, number))) {
          throw new VumiError('number.not_assigned', 'it is not assigned to the account');
        }
        routes.set(`${account}/${route.name}`, route);
        proofs.set(`${account}/${route.name}`, proof);
        return route;
      },
      get: async (account, name) => get(account, name),
      proof: async (account, name) => proofs.get(`${account}/${get(account, name).name}`) ?? null,
      list: async (account, page) =>
        paged(
          [...routes.values()].filter((one) => one.account === account),
          page,
        ),
      remove: async (account, name) => {
        routes.delete(`${account}/${get(account, name).name}`);
      },
    },
  };
}

function memoryNumbers(routes: ReadonlyMap<string, Route>): Store['numbers'] {
  const numbers: AssignedNumber[] = [];
  return {
    assign: async (account, input) => {
      const { transport, number = null, range = false, keyword = null } = input;
      const holder = numbers.find((one) => isSame(one, input));
      if (holder !== undefined && holder.account !== account) {
        throw new VumiError('number.taken', `it belongs to account "${holder.account}"`);
      }
      const assigned = holder ?? { account, transport, number, range, keyword };
      if (holder === undefined) numbers.push(assigned);
      return assigned;
    },
    release: async (input) => {
      const ended = found(
        numbers.find((one) => isSame(one, input)),
        'such number',
      );
      numbers.splice(numbers.indexOf(ended), 1);
      const stopped = [...routes.values()].filter((one) => isSame({ ...one, number: one.to_addr }, input));
      return { numbers: [ended], stopped };
    },
    list: async ({ account, ...page }) =>
      paged(
        numbers.filter((one) => account === null || one.account === account),
        page,
      ),
  };
}

function isSame(one: NumberInput, other: NumberInput): boolean {
  return one.transport === other.transport && one.number === (other.number ?? null);
}

function toRoute(input: RouteInput): Route {
  const { to_addr = null, prefix = null, endpoint = 'default', weight = null, failover = null } = input;
  const keyword = input.keyword?.toLowerCase() ?? null;
  const sending = { endpoint, default: input.default ?? false, weight, failover };
  return { ...input, ...readRouteTarget(input), to_addr, keyword, prefix, ...sending, assigned: true };
}

function refuseConflict(route: Route, routes: Iterable<Route>): void {
  for (const other of routes) {
    const isOther = other.name !== route.name && other.transport === route.transport;
    if (!isOther || other.to_addr !== route.to_addr || other.keyword !== route.keyword) continue;
    throw new VumiError('route.conflict', `route "${other.name}" has these messages`, {
      details: { route: other },
    });
  }
}
