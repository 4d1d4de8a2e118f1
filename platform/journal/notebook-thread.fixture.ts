import { serveJournal } from './journal-thread.ts';

/** A journal for tests: `['add', text]` writes a line, `['fail']` breaks its batch, `['all']` reads. */
serveJournal<readonly [op: 'add', text: string] | readonly [op: 'fail'] | readonly [op: 'all']>(
  'CREATE TABLE IF NOT EXISTS line (text TEXT NOT NULL)',
  (database) => {
    const add = database.prepare('INSERT INTO line (text) VALUES (?)');
    const all = database.prepare('SELECT text FROM line ORDER BY rowid');
    return (request) => {
      switch (request[0]) {
        case 'add':
          return add.run(request[1]).changes;
        case 'fail':
          throw new Error('the disk is full');
        default:
          return all.all().map(({ text }) => String(text));
      }
    };
  },
);
