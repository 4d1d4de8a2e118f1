export { openJournal, type Journal, type JournalConfig } from './journal.ts';
export { openOwnDatabase } from './own-database.ts';
