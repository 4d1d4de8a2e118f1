export { backUp, type BackupPlace, type BackupReport } from './back-up.ts';
export type { QueueServer, WaitingMessages } from './waiting-messages.ts';
export { checkBackup, restore, type RestoreReport } from './restore.ts';
