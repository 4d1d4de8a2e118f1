import type { InterfaceDialect } from '@vumi/core';
import { capcom6 } from './capcom6/capcom6.ts';
import type { Dialect } from './dialect.ts';
import { jasmin } from './jasmin/jasmin.ts';
import { junebug } from './junebug/junebug.ts';
import { kannel } from './kannel/kannel.ts';
import { vumiGo } from './vumi-go/vumi-go.ts';

/** Every gateway whose clients are served; a new one is a folder and a line here. */
export const dialects = { kannel, jasmin, junebug, vumi_go: vumiGo, capcom6 } as const satisfies Record<
  InterfaceDialect,
  Dialect
>;
