export { type Redact, type RedactionOptions, redaction } from './redaction/redact.ts'
