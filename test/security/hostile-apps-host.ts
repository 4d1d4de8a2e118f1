/** What makes the platform's own thread work: each handler answers `done` when its attack is over, refused or not. */
export interface HostAttack {
  readonly name: string;
  readonly handler: string;
}

/** Carries on whatever is refused. */
const all = (count: number, call: string): string =>
  `await Promise.all(Array.from({ length: ${count} }, async (_, i) => { try { await ${call}; } catch {} }));`;
const oneByOne = (count: number, call: string): string =>
  `for (let i = 0; i < ${count}; i++) { try { await ${call}; } catch {} }`;

const PATTERN = "'name:*a*a*a*b'";

export const hostAttacks: readonly HostAttack[] = [
  {
    name: 'patterns over contacts of its own',
    handler: `${all(15, "app.contacts.create({ name: 'a'.repeat(255), extra: { t: 'a'.repeat(4096), u: 'a'.repeat(4096) } })")} ${all(100, "app.contacts.search('*a*a*a*ab OR extras-t:*aa*aa*aa*ab')")}`,
  },
  {
    name: 'patterns of many terms',
    handler: `${all(60, "app.contacts.create({ extra: { t: 'a'.repeat(4000) } })")} ${all(100, `app.contacts.search(Array.from({ length: 49 }, () => '*a*b*c*').join(' '))`)}`,
  },
  {
    name: 'a word as long as a query may be',
    handler: `await app.contacts.create({ extra: { t: 'a'.repeat(4096) } }); ${all(150, "app.contacts.search('*' + 'a'.repeat(900) + 'b*')")}`,
  },
  {
    name: 'patterns over groups',
    handler: `${all(80, "app.groups.getOrCreate('a'.repeat(200) + i)")} ${all(100, `app.groups.search(${PATTERN})`)}`,
  },
  { name: 'lists of groups', handler: all(190, 'app.groups.list()') },
  {
    name: 'large values from state, at once',
    handler: `${oneByOne(3, "app.state.set('big' + i, 'x'.repeat(60000))")} ${all(190, "app.state.get('kept' + (i % 3))")}`,
  },
  { name: 'large values from state, one by one', handler: oneByOne(190, "app.state.get('kept' + (i % 3))") },
  { name: 'small values from state', handler: all(190, "app.state.get('small')") },
  { name: 'counters', handler: all(150, "app.state.increment('n' + i)") },
  {
    name: 'values as large as may be',
    handler: oneByOne(10, "app.state.set('kept' + i, 'x'.repeat(64000))"),
  },
  { name: 'values of many parts', handler: oneByOne(4, "app.state.set('k' + i, Array(30000).fill(0))") },
  {
    name: 'values of many quotes',
    handler: oneByOne(4, "app.state.set('k' + i, String.fromCharCode(34, 92).repeat(12000))"),
  },
  { name: 'metrics', handler: all(190, "app.metrics.fire('m' + i, i, 'sum')") },
  {
    name: 'arguments of many parts',
    handler: all(
      4,
      'app.contacts.create({ extra: Object.fromEntries(Array.from({ length: 7000 }, (_, n) => [n, 1])) })',
    ),
  },
  {
    name: 'arguments of the wrong kinds',
    handler: all(8, 'app.contacts.create({ groups: Array.from({ length: 3500 }, () => 1) })'),
  },
  {
    name: 'a contact that grows',
    handler: `const { key } = await app.contacts.create({}); ${oneByOne(100, "app.contacts.updateExtra(key, { ['k' + i]: 'x'.repeat(1000) })")}`,
  },
  { name: 'contacts', handler: all(150, "app.contacts.getOrCreate('+2776' + i)") },
  {
    name: 'opt-outs and their count',
    handler: `${all(95, "app.optouts.optOut('+2776' + i)")} ${all(95, 'app.optouts.count()')}`,
  },
  { name: 'schedules', handler: all(150, "app.schedule.once('s' + i, { in: 86400 })") },
  { name: 'counts of messages', handler: all(190, 'app.messages.countReplies()') },
  { name: 'sends', handler: all(49, "app.send('+27' + i, 'x'.repeat(1000))") },
  {
    name: 'log lines',
    handler:
      "for (let i = 0; i < 100; i++) app.log.info('bearer ' + ' '.repeat(480), { a: 'bearer '.repeat(250) });",
  },
  {
    name: 'log fields of many parts',
    handler:
      'for (let i = 0; i < 100; i++) app.log.info("x", Object.fromEntries(Array.from({ length: 180 }, (_, n) => ["k" + n, 1])));',
  },
  {
    name: 'log lines that all but hold a secret',
    handler: "for (let i = 0; i < 100; i++) app.log.info('s'.repeat(499), { a: 's'.repeat(1900) });",
  },
  {
    name: 'effects of the wrong form',
    handler:
      'Object.prototype.toJSON = function () { return this.sends ? { sends: Array.from({ length: 100000 }, () => ({})), writes: [] } : this };',
  },
  {
    name: 'writes of the wrong form',
    handler:
      "Object.prototype.toJSON = function () { return this.sends ? { sends: [], writes: Array.from({ length: 40000 }, () => ({ op: 'x' })) } : this };",
  },
  {
    name: 'an error with a long stack',
    handler:
      "const e = new Error('x'.repeat(3000)); e.stack = ('at worker.js:1:1' + '\\n').repeat(170); throw e;",
  },
  { name: 'secrets', handler: all(190, "app.secrets.get('long')") },
];
