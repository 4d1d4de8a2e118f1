// Read by Node before the platform that lies beside it, in each of its processes and threads: its modules are TypeScript by
// name, have no types left, and import each other by the names of workspaces (platform-package.ts).
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const HERE = new URL('./', import.meta.url).href;
const MODULES = JSON.parse(readFileSync(new URL('modules.json', HERE), 'utf8'));

registerHooks({
  resolve(specifier, context, next) {
    const file = MODULES[specifier];
    return file === undefined ? next(specifier, context) : next(new URL(file, HERE).href, context);
  },
  load(url, context, next) {
    const plain = url.split('?', 1)[0];
    if (!plain.startsWith(HERE) || !plain.endsWith('.ts')) return next(url, context);
    return { format: 'module', source: readFileSync(new URL(plain), 'utf8'), shortCircuit: true };
  },
});
