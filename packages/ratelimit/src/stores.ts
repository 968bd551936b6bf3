/** For authors of stores. */
export { copyTaken } from './copy-taken.ts'
export type { Ledger, LimiterDefinition, RateLimitStore, Standing, Taken } from './store.ts'
export { openName } from './store-name.ts'
