import { optoutSchedule, type OptoutNews } from '@vumi/core';
import type { OptoutEffect, ScheduleEffect } from './store-effects.ts';

/** What an app is told of an effect that has changed who has opted out. */
export function optoutNews(effect: OptoutEffect): OptoutNews {
  return {
    turn: effect.kind === 'optout.put' ? 'optout' : 'optin',
    user: effect.user ?? effect.address_value,
    type: effect.address_type,
    message_id: effect.message_id ?? null,
    ...(effect.chain === undefined ? {} : { chain: effect.chain }),
  };
}

/** What tells an app of it, due at once. `id` is that of the change. */
export function tellingEffect(
  news: OptoutNews,
  app: string,
  { id, due }: { readonly id: string; readonly due: number },
): ScheduleEffect & { readonly kind: 'schedule.put' } {
  return { kind: 'schedule.put', due, ...optoutSchedule(news, app, id) };
}
