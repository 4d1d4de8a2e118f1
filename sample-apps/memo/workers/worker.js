import { defineApp } from '@vumi/sdk';

/** @typedef {{ from: string, text: string }} Memo */

const TELL = /^\s*(?:\S+[:,]?\s+)?tell\s+(\S+)\s+(.*\S)\s*$/is;
const MONTH = 30 * 24 * 3600;

export default defineApp({
  async onMessage(message, app) {
    // Memos of one room stay in it.
    const room = message.group ?? '';
    const mine = keyOf(room, message.from_addr);
    /** @type {Memo[]} */
    const memos = (await app.state.get(mine)) ?? [];
    if (memos.length > 0) await app.state.delete(mine);
    for (const { from, text } of memos)
      await message.replyGroup(`${message.from_addr}, message from ${from}: ${text}`);

    const [, name, text] = TELL.exec(message.content ?? '') ?? [];
    if (name === undefined || text === undefined) return;
    const theirs = keyOf(room, name);
    /** @type {Memo[]} */
    const waiting = (await app.state.get(theirs)) ?? [];
    await app.state.set(theirs, [...waiting, { from: message.from_addr, text }], { ttl: MONTH });
    await message.replyGroup(`${message.from_addr}: Sure thing, boss.`);
  },
});

/**
 * @param {string} room
 * @param {string} name
 */
function keyOf(room, name) {
  return `memos/${room}/${name.toLowerCase()}`;
}
