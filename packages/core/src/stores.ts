export type { Quota, QuotaClaim } from './stores/quota.ts'
