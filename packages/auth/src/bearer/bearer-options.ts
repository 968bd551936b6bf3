import { ConfigurationError } from '@ashlar/core'
import type { Fetch } from '@ashlar/core/http'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'
import { BindingCheck } from '../proof/binding-check.ts'
import type { ProofOfPossession } from '../proof/proof-of-possession.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { compileIssuer, ISSUER_OPTIONS, type IssuerOptions, type TrustedIssuer } from './issuer.ts'

/** What holds for the tokens of every issuer. */
export interface BearerSettings {
  /** Tokens that are longer are refused unread. Characters. Default 8192. */
  readonly maxTokenLength?: number
  /** How many verified tokens are remembered; 0 for none. Default 10 000. */
  readonly cachedTokens?: number
  /** Which tokens have been ended before their time: `revocations({ store })`. Default: none are. */
  readonly revocations?: Revocations
  /** How callers show that they hold the key their token is bound to: `dpop()`, `certificateBinding()`. Without one, bound tokens are refused. */
  readonly proofs?: readonly ProofOfPossession[]
  readonly clock?: Clock
  /** What asks for keys. Default: the platform's `fetch`. */
  readonly fetch?: Fetch
}

/** Several issuers, each with its own keys, algorithms and audiences. */
export interface SeveralIssuers {
  readonly issuers: readonly IssuerOptions[]
}

export type BearerOptions = BearerSettings & (IssuerOptions | SeveralIssuers)

export interface CompiledBearer {
  readonly issuers: readonly TrustedIssuer[]
  readonly maxTokenLength: number
  readonly cachedTokens: number
  readonly revocations: Revocations | undefined
  readonly bindings: BindingCheck
  readonly clock: Clock
}

const SETTINGS = ['maxTokenLength', 'cachedTokens', 'revocations', 'proofs', 'clock', 'fetch']

/** @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function compileBearer(where: string, options: BearerOptions): CompiledBearer {
  const several = 'issuers' in options
  checkOptionNames(where, options, [...(several ? ['issuers'] : ISSUER_OPTIONS), ...SETTINGS])
  const { clock = systemClock, fetch = globalThis.fetch, proofs = [], revocations } = options
  const size = (name: 'maxTokenLength' | 'cachedTokens', min: number, max: number, fallback: number): number =>
    numberOption(where, name, options[name], { min, max, integer: true, fallback })
  return {
    issuers: several ? severalIssuers(where, options, fetch, clock) : [compileIssuer(where, options, fetch, clock)],
    maxTokenLength: size('maxTokenLength', 256, 65_536, 8192),
    cachedTokens: size('cachedTokens', 0, 10_000_000, 10_000),
    revocations,
    bindings: new BindingCheck(proofs),
    clock,
  }
}

function severalIssuers(
  where: string,
  { issuers }: SeveralIssuers,
  fetch: Fetch,
  clock: Clock,
): readonly TrustedIssuer[] {
  if (!Array.isArray(issuers) || issuers.length === 0) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "issuers" is a list of one issuer at least.`)
  }
  const compiled = issuers.map((issuer: IssuerOptions, index) => {
    const at = `${where}: issuers[${index}]`
    checkOptionNames(at, issuer, ISSUER_OPTIONS)
    return compileIssuer(at, issuer, fetch, clock)
  })
  if (new Set(compiled.map(({ issuer }) => issuer)).size < compiled.length) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "issuers" names one issuer twice.`)
  }
  return compiled
}
