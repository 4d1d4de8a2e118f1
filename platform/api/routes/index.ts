import { administrator } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import type { Route } from '../route.ts';
import { accountRoutes } from './accounts.ts';
import { accountPhoneRoutes } from './account-phone.ts';
import { appLogRoutes } from './app-logs.ts';
import { appRunRoutes } from './app-runs.ts';
import { appSettingRoutes } from './app-settings.ts';
import { appStateRoutes } from './app-state.ts';
import { appRoutes } from './apps.ts';
import { auditRoutes } from './audit.ts';
import { contactRoutes } from './contacts.ts';
import { groupRoutes } from './groups.ts';
import { messageRoutes } from './messages.ts';
import { metricRoutes } from './metrics.ts';
import { numberRoutes } from './numbers.ts';
import { optoutRoutes } from './optouts.ts';
import { pageMemberRoutes } from './page-members.ts';
import { platformRoutes } from './platform.ts';
import { prometheusRoutes } from './prometheus.ts';
import { routeRoutes } from './routes.ts';
import { scheduleRoutes } from './schedules.ts';
import { segmentRoutes } from './segments.ts';
import { simulatorRoutes } from './simulators.ts';
import { smppClientRoutes } from './smpp-clients.ts';
import { tokenRoutes } from './tokens.ts';
import { accountTransportRoutes, transportRoutes } from './transports.ts';

/** Every route of the API, as served and as documented. */
export function apiRoutes(ports: ApiPorts): Route[] {
  return [
    ...accountRoutes(ports),
    ...tokenRoutes(ports),
    ...auditRoutes(ports),
    ...appRoutes(ports),
    ...appSettingRoutes(ports),
    ...appStateRoutes(ports),
    ...pageMemberRoutes(ports),
    ...appLogRoutes(ports),
    ...appRunRoutes(ports),
    ...routeRoutes(ports),
    ...numberRoutes(ports),
    ...messageRoutes(ports),
    ...contactRoutes(ports),
    ...groupRoutes(ports),
    ...optoutRoutes(ports),
    ...metricRoutes(ports),
    ...scheduleRoutes(ports),
    ...segmentRoutes(ports),
    ...accountPhoneRoutes(ports),
    ...transportRoutes(ports),
    ...accountTransportRoutes(ports),
    ...smppClientRoutes(ports),
    ...platformRoutes(ports),
    ...prometheusRoutes(ports),
    ...simulatorRoutes(ports, administrator),
  ];
}
