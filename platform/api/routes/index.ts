import { platformScope } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import type { Route } from '../route.ts';
import { accountRoutes } from './accounts.ts';
import { accountPhoneRoutes } from './account-phone.ts';
import { appLogRoutes } from './app-logs.ts';
import { appRolloutRoutes } from './app-rollouts.ts';
import { appRunRoutes } from './app-runs.ts';
import { appSettingRoutes } from './app-settings.ts';
import { appStateRoutes } from './app-state.ts';
import { appTalkRoutes } from './app-talks.ts';
import { alertRoutes } from './alerts.ts';
import { appRoutes } from './apps.ts';
import { auditRoutes } from './audit.ts';
import { batchRoutes } from './batches.ts';
import { componentRoutes } from './components.ts';
import { contactRoutes } from './contacts.ts';
import { creditRoutes } from './credits.ts';
import { countRoutes } from './counts.ts';
import { erasureRoutes } from './erasures.ts';
import { failureRoutes } from './failures.ts';
import { groupRoutes } from './groups.ts';
import { identityRoutes } from './identities.ts';
import { messageExportRoutes } from './message-exports.ts';
import { messageRoutes } from './messages.ts';
import { interfaceRoutes } from './interfaces.ts';
import { metricRoutes } from './metrics.ts';
import { numberRoutes } from './numbers.ts';
import { optoutRoutes } from './optouts.ts';
import { pageGrantRoutes } from './page-grants.ts';
import { pageMemberRoutes } from './page-members.ts';
import { platformRoutes } from './platform.ts';
import { workerRoutes } from './workers.ts';
import { prometheusRoutes } from './prometheus.ts';
import { routeRoutes } from './routes.ts';
import { scheduleRoutes } from './schedules.ts';
import { segmentRoutes } from './segments.ts';
import { seriesRoutes } from './series.ts';
import { simulatorRoutes } from './simulators.ts';
import { smppClientRoutes } from './smpp-clients.ts';
import { tagPoolRoutes } from './tag-pools.ts';
import { tokenRoutes } from './tokens.ts';
import { topUpRoutes } from './top-ups.ts';
import { accountTransportRoutes, transportHelpRoutes, transportRoutes } from './transports.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every route of the API, as served and as documented. */
export function apiRoutes(ports: ApiPorts): Route[] {
  return [
    ...accountRoutes(ports),
    ...tokenRoutes(ports),
    ...auditRoutes(ports),
    ...creditRoutes(ports),
    ...topUpRoutes(ports),
    ...appRoutes(ports),
    ...appSettingRoutes(ports),
    ...appStateRoutes(ports),
    ...appTalkRoutes(ports),
    ...pageGrantRoutes(ports),
    ...pageMemberRoutes(ports),
    ...appLogRoutes(ports),
    ...appRolloutRoutes(ports),
    ...appRunRoutes(ports),
    ...routeRoutes(ports),
    ...numberRoutes(ports),
    ...messageRoutes(ports),
    ...messageExportRoutes(ports),
    ...batchRoutes(ports),
    ...erasureRoutes(ports),
    ...countRoutes(ports),
    ...contactRoutes(ports),
    ...groupRoutes(ports),
    ...identityRoutes(ports),
    ...optoutRoutes(ports),
    ...metricRoutes(ports),
    ...seriesRoutes(ports),
    ...tagPoolRoutes(ports),
    ...scheduleRoutes(ports),
    ...segmentRoutes(ports),
    ...accountPhoneRoutes(ports),
    ...transportRoutes(ports),
    ...transportHelpRoutes(ports),
    ...accountTransportRoutes(ports),
    ...smppClientRoutes(ports),
    ...interfaceRoutes(ports),
    ...webhookRoutes(ports),
    ...alertRoutes(ports),
    ...failureRoutes(ports),
    ...platformRoutes(ports),
    ...workerRoutes(ports),
    ...componentRoutes(ports),
    ...prometheusRoutes(ports),
    ...simulatorRoutes(ports, platformScope('simulators:write')),
  ];
}
