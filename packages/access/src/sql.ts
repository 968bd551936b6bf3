export { quoteTable } from './sql/quote.ts'
export { type Command, createPolicy, POLICY_PREFIX, type RowPolicy } from './sql/row-policy.ts'
export { attributeFunction, PRINCIPAL_SETTING } from './sql/row-security.ts'
