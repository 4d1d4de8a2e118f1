/** Both sides of the isolate say it: why nothing can be sent by an endpoint that has no route. */
export function noRoute(endpoint: string): string {
  const option = endpoint === 'default' ? '' : ` --endpoint ${endpoint}`;
  return (
    `the endpoint "${endpoint}" of this app has no route to send by: ` +
    `"npx vumi route set NAME --app APP --transport TRANSPORT --to NUMBER${option}" makes one`
  );
}
