import { checkMiddleware, takeMiddleware } from '@vumi/middleware';
import { transportTypes, type TransportType } from '@vumi/transports';

type Options = Readonly<Record<string, unknown>>;

/** The types of transports, each of which takes middleware beside its own options: what they are asked is without it. */
export const offeredTransports: Readonly<Record<string, TransportType>> = Object.fromEntries(
  Object.entries<TransportType>(transportTypes).map(([name, type]) => [name, offered(type)]),
);

function offered(type: TransportType): TransportType {
  const { textOptions, countSegments, places } = type;
  return Object.assign(
    {},
    type,
    textOptions === undefined ? {} : { textOptions: (config: unknown) => textOptions(ownOptions(config)) },
    countSegments === undefined
      ? {}
      : { countSegments: (config: unknown) => countSegments(ownOptions(config)) },
    places === undefined ? {} : { places: (config: unknown) => places(ownOptions(config)) },
  );
}

function ownOptions(config: unknown): unknown {
  return takeMiddleware(config as Options).config;
}

/** Answers the options of the transport itself. Throws `config.invalid`. */
export async function checkTransportMiddleware(config: Options): Promise<Options> {
  const taken = takeMiddleware(config);
  await checkMiddleware(taken.entries);
  return taken.config;
}
