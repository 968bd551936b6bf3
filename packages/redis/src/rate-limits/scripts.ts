import { type Script, scriptOf } from '../script.ts'

/** What rounding may leave over of a token. */
export const TOLERANCE = 1e-6

const CLOCK = `local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000`

/**
 * A decision under one token bucket, the usual case, with as little work for the server as can be: the record is the same, the
 * policy is written into the script, and the caller works out the rest. ARGV: what is asked for.
 * Answers the debt in millionths of a token; for a refusal, one less than its negative.
 */
export function bucketScript(limit: number, perMs: number): Script {
  return scriptOf(`
local ask = ARGV[1] + 0
local raw = redis.call('GET', KEYS[1])
${CLOCK}
local debt = 0
if raw then
  local at
  debt, at = struct.unpack('<dd', raw)
  if now > at then debt = debt - (now - at) * ${perMs} end
  if debt < 0 then debt = 0 end
end
if debt + ask > ${limit + TOLERANCE} then return -1 - math.floor(debt * 1e6 + 0.5) end
if ask > 0 then
  debt = debt + ask
  redis.call('SET', KEYS[1], struct.pack('<dd', debt, now), 'PX', math.ceil(debt * ${1 / perMs}) + 1000)
end
return math.floor(debt * 1e6 + 0.5)
`)
}

/** The same for one fixed window. Answers what is used, and how many microseconds of the window are left. */
export function windowScript(limit: number, windowMs: number): Script {
  return scriptOf(`
local ask = ARGV[1] + 0
local raw = redis.call('GET', KEYS[1])
${CLOCK}
local number, used = math.floor(now / ${windowMs}), 0
if raw then
  local stored, held = struct.unpack('<dd', raw)
  if stored == number + 1 then number = stored end
  if stored >= number then used = held end
end
local left = (number + 1) * ${windowMs} - now
if used + ask > ${limit} then return {-1 - used, math.floor(left * 1000 + 0.5)} end
if ask > 0 then
  used = used + ask
  redis.call('SET', KEYS[1], struct.pack('<dd', number, used), 'PX', math.ceil(left) + 1000)
end
return {used, math.floor(left * 1000 + 0.5)}
`)
}

/**
 * One decision under all policies of one record, in the server's time. The record is a string of doubles: two for a bucket
 * (debt, when it was that) and for a fixed window (its number, used), six for a sliding window (the number of its latest quarter,
 * used in it and in the four before it).
 *
 * ARGV: what is asked for, the most that may be granted, `1` to charge without asking, then for each policy its kind (1 bucket,
 * 2 fixed, 3 sliding), limit, window in milliseconds, refill a millisecond.
 * Answers what was granted (-1 for a refusal; for a charge without asking it says nothing), then for each policy what remains and, in microseconds, when it grows, when
 * it is reset, and when what was refused would be there.
 */
export const SEVERAL: Script = scriptOf(`
local ask, most, force = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local count = (#ARGV - 3) / 4
local kinds, limits, windows, rates, numbers, states, free, parts = {}, {}, {}, {}, {}, {}, {}, {}
local raw, pos = redis.call('GET', KEYS[1]), 1
local least = nil
for i = 1, count do
  local a = i * 4
  local kind, limit, window, rate = ARGV[a], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3])
  kinds[i], limits[i], windows[i], rates[i] = kind, limit, window, rate
  local used
  if kind == '1' then
    local debt, at = 0, now
    if raw then debt, at, pos = struct.unpack('<dd', raw, pos) end
    if now > at then debt = debt - (now - at) * rate end
    if debt < 0 then debt = 0 end
    used, states[i] = debt, debt
  elseif kind == '2' then
    local number, held = math.floor(now / window), 0
    if raw then
      local stored
      stored, held, pos = struct.unpack('<dd', raw, pos)
      if stored == number + 1 then number = stored elseif stored < number then held = 0 end
    end
    used, states[i], numbers[i] = held, held, number
  else
    local quarter = window / 4
    local number = math.floor(now / quarter)
    local state = {0, 0, 0, 0, 0}
    if raw then
      local stored, c1, c2, c3, c4, c5
      stored, c1, c2, c3, c4, c5, pos = struct.unpack('<dddddd', raw, pos)
      local old = {c1, c2, c3, c4, c5}
      if stored > number and stored <= number + 4 then number = stored end
      local shift = math.max(0, number - stored)
      for j = 1, 5 - shift do state[j + shift] = old[j] end
    end
    used = state[1] + state[2] + state[3] + state[4] + state[5]
    states[i], numbers[i], parts[i] = state, number, quarter
  end
  free[i] = limit - used
  if least == nil or free[i] < least then least = free[i] end
end
local granted, refused = ask, false
if not force then
  if least + 1e-6 < ask then
    refused = true
  elseif most > ask then
    granted = math.max(ask, math.min(most, math.floor(least / 2)))
  end
end
local answer, packed, longest = {refused and -1 or granted}, {}, 0
for i = 1, count do
  local kind, limit, window, rate, state = kinds[i], limits[i], windows[i], rates[i], states[i]
  if not refused and granted ~= 0 then
    local amount = granted
    if amount < free[i] - limit then amount = free[i] - limit end
    free[i] = free[i] - amount
    if kind == '3' then
      for j = 1, 5 do
        local sum = state[j] + amount
        amount = math.min(sum, 0)
        state[j] = math.max(sum, 0)
      end
    else
      states[i] = state + amount
    end
  end
  local function until_(amount)
    if free[i] >= amount then return 0 end
    if kind == '1' then return (amount - free[i]) / rate end
    if kind == '2' then return (numbers[i] + 1) * window - now end
    local sum = free[i]
    for j = 5, 1, -1 do
      sum = sum + state[j]
      if sum >= amount then return (numbers[i] - j + 6) * parts[i] - now end
    end
    return (numbers[i] + 5) * parts[i] - now
  end
  local remaining = math.max(0, math.floor(free[i] + 1e-6))
  local reset = until_(limit)
  answer[#answer + 1] = remaining
  answer[#answer + 1] = math.floor(until_(math.min(limit, remaining + 1)) * 1000 + 0.5)
  answer[#answer + 1] = math.floor(reset * 1000 + 0.5)
  answer[#answer + 1] = refused and free[i] + 1e-6 < ask and math.floor(until_(ask) * 1000 + 0.5) or 0
  if reset > longest then longest = reset end
  if kind == '1' then packed[i] = struct.pack('<dd', states[i], now)
  elseif kind == '2' then packed[i] = struct.pack('<dd', numbers[i], states[i])
  else packed[i] = struct.pack('<dddddd', numbers[i], state[1], state[2], state[3], state[4], state[5]) end
end
if not refused and granted ~= 0 then
  if longest > 0 then redis.call('SET', KEYS[1], table.concat(packed), 'PX', math.ceil(longest) + 1000)
  else redis.call('DEL', KEYS[1]) end
end
return answer
`)
