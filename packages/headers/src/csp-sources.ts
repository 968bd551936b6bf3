import { warn } from '@ashlar/core'
import { listOf, type OptionPlace, type OptionReader, quoted } from '@ashlar/core/options'

import { powerOf, type SourceDirective } from './csp-directives.ts'

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

const list = listOf(readSource, { min: 0, unique: true })

/** One directive's sources. What lets a stranger's script in is refused; what only weakens the policy is warned of. */
export function sourcesOf(name: SourceDirective): OptionReader<readonly string[]> {
  return (value, at) => {
    const sources = list(value, at)
    if (sources.length === 0) throw at.invalid(`a list of sources, not an empty one. Write ["'none'"] for nothing`)
    if (sources.includes("'none'") && sources.length > 1) {
      throw at.invalid("a list in which 'none' stands alone or not at all")
    }
    const power = powerOf(name)
    if (power === 'script' || power === 'worker') checkSchemes(at, sources, power)
    if (power === 'script') checkScriptSources(at, sources)
    return sources
  }
}

function readSource(source: unknown, at: OptionPlace): string {
  if (typeof source !== 'string') throw at.invalid('a source in quotes', source)
  if (KEYWORDS.has(source) || SCHEMES.has(source) || source === '*' || isHash(source)) return source
  if (/^'?nonce-/i.test(source)) {
    throw at.unsafe('would be the same on every page. Ask for a nonce in the handler, with cspNonce.of(request)')
  }
  if (KEYWORDS.has(`'${source}'`) || isHash(`'${source}'`)) {
    throw at.invalid(`written with its quotes, or it is the host of that name`, undefined, `Write "'${source}'".`)
  }
  const [, scheme = '', host = ''] = HOST.exec(source) ?? []
  if (host === '' || /^\*\.[^.]+$/.test(host)) {
    throw at.invalid(
      `a source, not ${quoted(source)}`,
      undefined,
      `Write "'self'", "https://cdn.example.com" or "https://*.example.com".`,
    )
  }
  if ((scheme === 'http' || scheme === 'ws') && !LOOPBACK.test(host)) {
    throw at.unsafe(`can be changed on its way. Use ${scheme}s:`)
  }
  return source
}

function isHash(source: string): boolean {
  const [, algorithm = '', digest = ''] = HASH.exec(source) ?? []
  return digest !== '' && Buffer.from(digest, 'base64').length === HASH_BYTES[algorithm]
}

/** A worker from `blob:` was written by a script that runs already, so it lets nobody else in. */
function checkSchemes(at: OptionPlace, sources: readonly string[], power: 'script' | 'worker'): void {
  for (const source of sources) {
    if ((source === '*' || SCHEMES.has(source)) && !(power === 'worker' && source === 'blob:')) {
      throw at.unsafe(`lets anyone's script in with ${source}. Name the origins, or ask for a nonce`)
    }
  }
}

/** CSP 3 §8.2: what allows one script allows what that script loads. */
function checkScriptSources(at: OptionPlace, sources: readonly string[]): void {
  const trusted = sources.some((source) => isHash(source) || source === "'strict-dynamic'")
  if (sources.includes("'unsafe-inline'") && trusted) {
    throw at.unsafe(
      "has 'unsafe-inline' beside a hash or 'strict-dynamic', and browsers ignore it there. Take one of the two out",
    )
  }
  for (const weak of ["'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'"]) {
    if (!sources.includes(weak)) continue
    warn('ASHLAR_CSP_WEAK', `${at.where}: "${at.option}": with ${weak} the policy does not stop injected script.`)
  }
}
