/** The trusted code in the guest; its frames are taken out of authors' stacks. */
export const BOOTSTRAP_NAME = 'vumi:sandbox';

/** The worker, as its last line says (bundle/compile-app.ts); its frames are traced back to the author's files. */
export const WORKER_NAME = 'worker.js';
