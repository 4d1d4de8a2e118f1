/** Keys of a place whose keys were never listed. */
const NAME_ALL = `
      if redis.call('EXISTS', names) == 0 then redis.call('ZUNIONSTORE', names, 1, index, 'WEIGHTS', 0) end`;

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
   * KEYS: the sorted sets of a quota. ARGV: where to begin and to end, how many keys, about how many bytes of values.
   * Answers the key to go on after ('' at the end), then keys and values. Forgets the names of keys that have expired.
   */
  vumiList: {
    numberOfKeys: 2,
    lua: `
      local index, names = KEYS[1], KEYS[2]
      ${NAME_ALL}
      local from, bytes, found = ARGV[1], 0, {''}
      while true do
        local page = redis.call('ZRANGE', names, from, ARGV[2], 'BYLEX', 'LIMIT', 0, 100)
        for _, key in ipairs(page) do
          if #found > 2 * tonumber(ARGV[3]) or bytes >= tonumber(ARGV[4]) then
            found[1] = found[#found - 1]
            return found
          end
          local value = redis.call('GET', key)
          if value then
            found[#found + 1] = key
            found[#found + 1] = value
            bytes = bytes + #value
          else redis.call('ZREM', names, key) end
          from = '(' .. key
        end
        if #page < 100 then return found end
      end`,
  },
  /**
   * KEYS: marker, the key of each write, and with a quota the sorted sets that have its keys by the time of their expiry
   * and by their bytes.
   * ARGV: milliseconds until the marker's expiry, the outbox as JSON, the quota ('' for none) and the beginning of its
   * keys, then for each write its operation, its value or amount, and its milliseconds until expiry ('' for none); the
   * number of keys comes first. Answers the earlier outbox, or false when it wrote. Redis does not undo a script that
   * fails half way: increments and growth are tried on paper first.
   */
  vumiCommit: {
    lua: `
      local earlier = redis.call('GET', KEYS[1])
      if earlier then return earlier end
      local never = 9007199254740991
      local most, prefix = tonumber(ARGV[3]), ARGV[4]
      local last = most and #KEYS - 2 or #KEYS
      local index, names = most and KEYS[#KEYS - 1], most and KEYS[#KEYS]
      local now, alive, growth = 0, {}, 0
      if most then
        local time = redis.call('TIME')
        now = time[1] * 1000 + math.floor(time[2] / 1000)
        local after = {}
        for i = 2, last do
          local key = KEYS[i]
          if string.sub(key, 1, #prefix) == prefix then
            if alive[key] == nil then
              local expiry = tonumber(redis.call('ZSCORE', index, key) or 0)
              alive[key] = expiry > now and expiry
              after[key] = alive[key] ~= false
            end
            local stays = ARGV[3 * i - 1] ~= 'delete'
            if stays ~= after[key] then growth = growth + (stays and 1 or -1) end
            after[key] = stays
          end
        end
        if growth > 0 then
          ${NAME_ALL}
          for _, key in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', now)) do redis.call('ZREM', names, key) end
          redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
          if redis.call('ZCARD', index) + growth > most then return redis.error_reply('TOO_MANY_KEYS') end
        end
      end
      local values = {}
      for i = 2, last do
        local key, at = KEYS[i], 3 * i - 1
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
      for i = 2, last do
        local key, at = KEYS[i], 3 * i - 1
        local op, value, ttl = ARGV[at], ARGV[at + 1], ARGV[at + 2]
        if alive[key] ~= nil then
          local expiry = op == 'increment' and alive[key] or never
          if ttl ~= '' then expiry = now + ttl end
          if not alive[key] and op ~= 'delete' then redis.call('ZADD', names, 0, key) end
          if op == 'delete' then
            redis.call('ZREM', index, key)
            redis.call('ZREM', names, key)
          elseif expiry ~= alive[key] then redis.call('ZADD', index, expiry, key) end
          alive[key] = op ~= 'delete' and expiry
        end
        if op == 'delete' then redis.call('DEL', key)
        elseif op == 'increment' then redis.call('INCRBY', key, value)
        elseif ttl == '' then redis.call('SET', key, value)
        else redis.call('SET', key, value, 'PX', ttl) end
      end
      redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
      return false`,
  },
};
