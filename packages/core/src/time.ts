export { type Clock, systemClock } from './time/clock.ts'
export { type DeadlineOptions, withDeadline } from './time/deadline.ts'
