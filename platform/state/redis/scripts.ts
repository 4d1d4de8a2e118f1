/** What Redis does in one step, as Lua (Redis 7). Errors of ours start with NOT_A_NUMBER and the key. */
export const SCRIPTS = {
  /** KEYS: key. ARGV: by, milliseconds until expiry for a key that has none. */
  vumiIncrement: {
    numberOfKeys: 1,
    lua: `
      local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
      redis.call('PEXPIRE', KEYS[1], ARGV[2], 'NX')
      return sum`,
  },
  /** KEYS: key. ARGV: field, value, milliseconds until expiry. */
  vumiPutField: {
    numberOfKeys: 1,
    lua: `
      redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
      redis.call('PEXPIRE', KEYS[1], ARGV[3])
      return redis.call('HGETALL', KEYS[1])`,
  },
  /**
   * KEYS: marker, then the key of each write. ARGV: milliseconds until the marker's expiry, the outbox as JSON, then
   * for each write its operation, its value or amount, and its milliseconds until expiry ('' for none); the number of keys comes first. Answers the
   * earlier outbox, or false when it wrote. Redis does not undo a script that fails half way: the increments are
   * tried on paper first.
   */
  vumiCommit: {
    lua: `
      local earlier = redis.call('GET', KEYS[1])
      if earlier then return earlier end
      local values = {}
      for i = 2, #KEYS do
        local key, at = KEYS[i], 3 * i - 3
        local op, value = ARGV[at], ARGV[at + 1]
        if op == 'set' then values[key] = value
        elseif op == 'delete' then values[key] = '0'
        else
          local before = values[key] or redis.call('GET', key) or '0'
          local sum = tonumber(before) and tonumber(before) + tonumber(value)
          local written = before == '0' or string.find(before, '^%-?[1-9]%d*$')
          if not written or not sum or sum > 9007199254740991 or sum < -9007199254740991 then
            return redis.error_reply('NOT_A_NUMBER ' .. key)
          end
          values[key] = string.format('%.0f', sum)
        end
      end
      for i = 2, #KEYS do
        local key, at = KEYS[i], 3 * i - 3
        local op, value, ttl = ARGV[at], ARGV[at + 1], ARGV[at + 2]
        if op == 'delete' then redis.call('DEL', key)
        elseif op == 'increment' then redis.call('INCRBY', key, value)
        elseif ttl == '' then redis.call('SET', key, value)
        else redis.call('SET', key, value, 'PX', ttl) end
      end
      redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
      return false`,
  },
};
