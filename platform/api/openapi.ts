import { z } from 'zod';
import { problemSchema } from './problem.ts';
import { NAMED_RESOURCES } from './resources.ts';
import type { AnswerDocument, Route } from './route.ts';

/** Of a parameter that goes on working for those who knew it, and has a better address now. */
export const UNDOCUMENTED = 'x-undocumented';

const COMPONENTS = '#/components/schemas/';
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ ...NAMED_RESOURCES, Problem: problemSchema })) {
  named.add(schema, { id });
}

const ORIGIN_VARIABLES = {
  account: { default: 'demo', description: 'The account of the app' },
  app: { default: 'quiz', description: 'The app whose page asks' },
};

/** The OpenAPI 3.1 document of the routes, made of the schemas that check requests. */
export function createOpenApi(
  routes: readonly Route[],
  serverUrl: string,
  pages: { readonly routes: readonly Route[]; readonly url: string } = { routes: [], url: '' },
): object {
  const paths: Record<string, Record<string, object>> = {};
  const add = (route: Route, more: object): void => {
    const path = route.prefix + route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: { ...operation(route), ...more } };
  };
  for (const route of routes) add(route, {});
  const servers = [{ url: pages.url.replace(/\/$/, ''), variables: ORIGIN_VARIABLES }];
  for (const route of pages.routes) add(route, { tags: ['pages of apps'], servers });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vumi',
      version: 'v1',
      description:
        'Errors are application/problem+json with a stable code. Lists are paged by cursor. ' +
        "A token of an account opens that account only; an administrator's opens everything.",
    },
    servers: [{ url: serverUrl }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: componentSchemas(),
    },
  };
}

function operation(route: Route): object {
  return {
    operationId: route.id,
    summary: route.summary,
    ...(route.scope === null
      ? { security: [] }
      : { description: `Scope: \`${route.scope}\`.`, security: securityOf(route) }),
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...parameters('header', route.headers),
    ],
    ...(route.body === null ? {} : { requestBody: route.body }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, response(answer)]),
      ),
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: toSchema(problemSchema) } },
      },
    },
  };
}

function securityOf({ tokenOptional }: Route): object[] {
  return tokenOptional ? [{}, { token: [] }] : [{ token: [] }];
}

interface ObjectSchema {
  readonly properties?: Record<string, { description?: string; [UNDOCUMENTED]?: boolean }>;
  readonly required?: readonly string[];
}

function parameters(place: 'path' | 'query' | 'header', schema: z.ZodObject): object[] {
  const { properties = {}, required = [] } = toSchema(schema) as ObjectSchema;
  const documented = Object.entries(properties).filter(([, property]) => property[UNDOCUMENTED] !== true);
  return documented.map(([name, { description, ...rest }]) => {
    const parameter = {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: rest,
    };
    return description === undefined ? parameter : Object.assign(parameter, { description });
  });
}

/** One type for each status: generated clients know what they get. */
function response({ description, schema, type }: AnswerDocument): object {
  if (schema !== undefined)
    return { description, content: { 'application/json': { schema: toSchema(schema) } } };
  if (type === undefined) return { description };
  const [mediaType = type] = type.split(';');
  return { description, content: { [mediaType]: { schema: { type: 'string' } } } };
}

/** A schema in which the named ones are references to the components. */
function toSchema(schema: z.ZodType): object {
  const id = named.get(schema)?.id;
  if (id !== undefined) return { $ref: COMPONENTS + id };
  return withComponentReferences(
    z.toJSONSchema(schema, { io: 'input', metadata: named, unrepresentable: 'any' }),
  );
}

function componentSchemas(): Record<string, object> {
  const { schemas } = z.toJSONSchema(named, { io: 'input', uri: (id) => COMPONENTS + id });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [id, withComponentReferences(schema)]),
  );
}

function withComponentReferences(schema: object): object {
  const { $schema: _, $id: __, $defs: ___, ...rest } = schema as Record<string, unknown>;
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', `"${COMPONENTS}`)) as object;
}
