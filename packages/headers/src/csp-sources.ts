import { ConfigurationError } from '@ashlar/core'

import { type DirectiveName, powerOf } from './csp-directives.ts'

const KEYWORDS: ReadonlySet<string> = new Set([
  "'self'",
  "'none'",
  "'strict-dynamic'",
  "'report-sample'",
  "'unsafe-inline'",
  "'unsafe-eval'",
  "'unsafe-hashes'",
  "'wasm-unsafe-eval'",
  "'inline-speculation-rules'",
])
const SCHEMES: ReadonlySet<string> = new Set(['https:', 'wss:', 'data:', 'blob:', 'mediastream:'])
const HASH_BYTES: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 }
const HASH = /^'(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})'$/
const HOST =
  /^(https|wss|http|ws):\/\/((?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[::1\])(?::(?:\d{1,5}|\*))?(?:\/[\w\-.~!$&'()*+=:@%/]*)?$/
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Checks one directive's sources. What lets a stranger's script in is refused; what only weakens the policy is warned of.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for what is no source, `ERR_OPTION_UNSAFE` for a dangerous one
 */
export function checkSources(where: string, name: DirectiveName, sources: readonly string[]): readonly string[] {
  const place = `${where} ${name}`
  if (!Array.isArray(sources)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${place}: expected a list of sources, such as ["'self'"].`)
  }
  if (sources.length === 0)
    throw new ConfigurationError('ERR_OPTION_INVALID', `${place}: write ["'none'"] for nothing.`)
  for (const source of sources) checkForm(place, source)
  if (new Set(sources).size < sources.length) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${place}: a source is listed twice.`)
  }
  if (sources.includes("'none'") && sources.length > 1) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${place}: 'none' stands alone or not at all.`)
  }
  if (powerOf(name) === 'script') checkScriptSources(place, sources)
  return sources
}

function checkForm(place: string, source: unknown): void {
  if (typeof source !== 'string') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${place}: a source is a string, not ${typeof source}.`)
  }
  if (KEYWORDS.has(source) || SCHEMES.has(source) || source === '*' || isHash(source)) return
  const shown = JSON.stringify(source)
  if (/^'?nonce-/i.test(source)) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${place}: ${shown} would be the same on every page. Ask for a nonce in the handler, with cspNonce.of(request).`,
    )
  }
  if (KEYWORDS.has(`'${source}'`) || isHash(`'${source}'`)) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${place}: ${shown} is a host without quotes. Write "'${source}'".`,
    )
  }
  const [, scheme = '', host = ''] = HOST.exec(source) ?? []
  if (host === '' || /^\*\.[^.]+$/.test(host)) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${place}: ${shown} is no source. Write "'self'", "https://cdn.example.com" or "https://*.example.com".`,
    )
  }
  if ((scheme === 'http' || scheme === 'ws') && !LOOPBACK.test(host)) {
    throw new ConfigurationError('ERR_OPTION_UNSAFE', `${place}: ${shown} can be changed on its way. Use ${scheme}s:.`)
  }
}

function isHash(source: string): boolean {
  const [, algorithm = '', digest = ''] = HASH.exec(source) ?? []
  return digest !== '' && Buffer.from(digest, 'base64').length === HASH_BYTES[algorithm]
}

/** CSP 3 §8.2: what allows one script allows what that script loads. */
function checkScriptSources(place: string, sources: readonly string[]): void {
  for (const source of sources) {
    if (source === '*' || SCHEMES.has(source)) {
      throw new ConfigurationError(
        'ERR_OPTION_UNSAFE',
        `${place}: ${source} lets anyone's script in. Name the origins, or ask for a nonce.`,
      )
    }
  }
  const trusted = sources.some((source) => isHash(source) || source === "'strict-dynamic'")
  if (sources.includes("'unsafe-inline'") && trusted) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${place}: 'unsafe-inline' beside a hash or 'strict-dynamic' is ignored by browsers. Take one of the two out.`,
    )
  }
  for (const weak of ["'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'"]) {
    if (!sources.includes(weak)) continue
    process.emitWarning(`${place}: with ${weak} the policy does not stop injected script.`, {
      type: 'AshlarWarning',
      code: 'ASHLAR_CSP_WEAK',
    })
  }
}
