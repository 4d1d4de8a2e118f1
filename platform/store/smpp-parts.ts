import type { Database } from './database.ts';
import type { SmppPartGroup } from './records.ts';
import type { SmppParts } from './routing-ports.ts';

interface Row {
  readonly system_id: string;
  readonly message_key: string;
  readonly part: number;
  readonly body: unknown;
}

export function openSmppParts(database: Database): SmppParts {
  const read = ({ systemId, key }: SmppPartGroup): Promise<Row[]> =>
    database.query<Row>(
      'select part, body from smpp_parts where system_id = $1 and message_key = $2 order by part',
      [systemId, key],
    );
  return {
    async add(group, part, body) {
      await database.query(
        `insert into smpp_parts (system_id, message_key, part, body) values ($1, $2, $3, $4) on conflict do nothing`,
        [group.systemId, group.key, part, JSON.stringify(body)],
      );
      // A statement of its own: of two parts that come at once, the one that is committed later sees both.
      return new Map((await read(group)).map((row) => [row.part, row.body]));
    },
    async remove({ systemId, key }) {
      await database.query('delete from smpp_parts where system_id = $1 and message_key = $2', [
        systemId,
        key,
      ]);
    },
    async stale(before, limit) {
      const rows = await database.query<Row>(
        `select system_id, message_key, part, body from smpp_parts where (system_id, message_key) in (
           select system_id, message_key from smpp_parts group by 1, 2
           having max(at) < to_timestamp($1 / 1000.0) order by max(at) limit $2)
         order by system_id, message_key, part`,
        [before, limit],
      );
      const groups = Map.groupBy(rows, (row) => `${row.system_id} ${row.message_key}`);
      return [...groups.values()].flatMap((parts) => {
        const [first] = parts;
        if (first === undefined) return [];
        const bodies = new Map(parts.map((row) => [row.part, row.body]));
        return [{ systemId: first.system_id, key: first.message_key, parts: bodies }];
      });
    },
  };
}
