export { createSharedKeys, LoopbackHttp } from './loopback-http.ts';
export { ScriptedServer, type ScriptedAnswer, type SeenRequest } from './scripted-server.ts';
