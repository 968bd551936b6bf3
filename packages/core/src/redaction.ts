export { type Redact, type RedactionOptions, redaction } from './redaction/redact.ts'
export { type FoundSecret, findSecrets, type SecretKind } from './redaction/sensitive-text.ts'
