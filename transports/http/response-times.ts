import type { ComponentHealth } from '../sending/component-health.ts';
import type { HeldConfig } from './options.ts';

/** Says how long replies take, as Vumi did (spec vumi-core §5.2). Null: a request got none in its time. */
export function responseReporter(
  config: Pick<HeldConfig, 'response_time_degraded' | 'response_time_down'>,
  health: ComponentHealth,
): (ms: number | null) => void {
  const component = 'response';
  return (ms) => {
    const seconds = ms === null ? null : ms / 1000;
    if (seconds === null) {
      const message = 'an app did not reply in time';
      health.report({ component, status: 'down', type: 'timeout', message });
    } else if (seconds > config.response_time_down) {
      const message = `replies take more than ${config.response_time_down} s`;
      health.report({ component, status: 'down', type: 'very_slow_response', message });
    } else if (seconds > config.response_time_degraded) {
      const message = `replies take more than ${config.response_time_degraded} s`;
      health.report({ component, status: 'degraded', type: 'slow_response', message });
    } else {
      health.report({ component, status: 'ok', type: 'response_sent', message: 'replies come in time' });
    }
  };
}
