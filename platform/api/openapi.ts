import { z } from 'zod';
import { problemSchema } from './problem.ts';
import { NAMED_RESOURCES } from './resources.ts';
import type { AnswerDocument, Route } from './route.ts';

const COMPONENTS = '#/components/schemas/';
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ ...NAMED_RESOURCES, Problem: problemSchema })) {
  named.add(schema, { id });
}

/** The OpenAPI 3.1 document of the routes, made of the schemas that check requests. */
export function createOpenApi(routes: readonly Route[], serverUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.prefix + route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
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
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
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
  readonly properties?: Record<string, { description?: string }>;
  readonly required?: readonly string[];
}

function parameters(place: 'path' | 'query', schema: z.ZodObject): object[] {
  const { properties = {}, required = [] } = toSchema(schema) as ObjectSchema;
  return Object.entries(properties).map(([name, { description, ...rest }]) => {
    const parameter = {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: rest,
    };
    return description === undefined ? parameter : Object.assign(parameter, { description });
  });
}

function response({ description, schema, types = [] }: AnswerDocument): object {
  const texts = types.map((type) => [type.split(';')[0], { schema: { type: 'string' } }]);
  const json = schema === undefined ? [] : [['application/json', { schema: toSchema(schema) }]];
  if (texts.length + json.length === 0) return { description };
  return { description, content: Object.fromEntries([...json, ...texts]) as object };
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
