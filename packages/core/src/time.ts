export { type Clock, systemClock } from './time/clock.ts'
export { type DeadlineOptions, withDeadline } from './time/deadline.ts'
export { type Duration, durationText, milliseconds } from './time/duration.ts'
export { isThenable } from './time/is-thenable.ts'
