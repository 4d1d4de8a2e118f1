import { overloadNow, type OverloadReading } from '@vumi/machine';

/** The worst of several processes. */
export function mostOf(readings: readonly OverloadReading[]): OverloadReading {
  const all = readings.length === 0 ? [overloadNow()] : readings;
  const pressures = all.flatMap(({ pressure }) => pressure ?? []);
  return {
    overloaded: all.some(({ overloaded }) => overloaded),
    lost_share: Math.max(...all.map(({ lost_share }) => lost_share)),
    pressure: pressures.length === 0 ? null : Math.max(...pressures),
  };
}

/** For an operator. */
export function overloadText({ lost_share, pressure }: OverloadReading): string {
  const waits = pressure === null ? '' : `, and others waited in ${percent(pressure)} of the time`;
  return `the machine is overloaded: it had no processor for ${percent(lost_share)} of the last seconds${waits}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
