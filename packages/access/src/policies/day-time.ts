const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** `'09:30'` as milliseconds since midnight; `undefined` for what is no time of day. */
export function readDayTime(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) : null
  return match ? (Number(match[1]) * 60 + Number(match[2])) * MINUTE_MS : undefined
}

/** Whether this is an IANA time zone that both this process and PostgreSQL know under that name. */
export function isZone(zone: unknown): zone is string {
  if (typeof zone !== 'string' || !/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** The wall clock of a zone: milliseconds since midnight at an instant. */
export function wallClock(zone: string): (instant: number) => number {
  if (zone === 'UTC') return (instant) => modulo(instant, DAY_MS)
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  let knownMinute = Number.NaN
  let offset = 0
  return (instant) => {
    const minute = Math.floor(instant / MINUTE_MS)
    if (minute !== knownMinute) {
      offset = wallMs(format, minute * MINUTE_MS) - modulo(minute * MINUTE_MS, DAY_MS)
      knownMinute = minute
    }
    return modulo(instant + offset, DAY_MS)
  }
}

function wallMs(format: Intl.DateTimeFormat, instant: number): number {
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  return ((parts['hour']! * 60 + parts['minute']!) * 60 + parts['second']!) * 1000
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
