import type { Fetch } from '@ashlar/core/http'
import {
  callback,
  clock,
  group,
  having,
  listOf,
  OptionPlace,
  onError,
  optional,
  orElse,
  readOptions,
  wholeNumber,
} from '@ashlar/core/options'
import type { Clock } from '@ashlar/core/time'

import { BindingCheck } from '../proof/binding-check.ts'
import { type ProofOfPossession, proofs } from '../proof/proof-of-possession.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { compileIssuer, ISSUER, type IssuerOptions, type TrustedIssuer } from './issuer.ts'

/** What holds for the tokens of every issuer. */
export interface BearerSettings {
  /** Tokens that are longer are refused unread. Characters. Default 8192. */
  readonly maxTokenLength?: number
  /** How many verified tokens are remembered; 0 for none. Default 10 000. */
  readonly maxRemembered?: number
  /** Which tokens have been ended before their time: `revocations({ store })`. Default: none are. */
  readonly revocations?: Revocations
  /** How callers show that they hold the key their token is bound to: `dpop()`, `certificateBinding()`. Without one, bound tokens are refused. */
  readonly proofs?: readonly ProofOfPossession[]
  readonly clock?: Clock
  /** What asks for keys. Default: the platform's `fetch`. */
  readonly fetch?: Fetch
  /** Told when keys can't be fetched behind the requests, once for each time that they can't. Default: a warning. */
  readonly onError?: (error: unknown) => void
}

/** Several issuers, each with its own keys, algorithms and audiences. */
export interface SeveralIssuers {
  readonly issuers: readonly IssuerOptions[]
}

export type BearerOptions = BearerSettings & (IssuerOptions | SeveralIssuers)

export interface CompiledBearer {
  readonly issuers: readonly TrustedIssuer[]
  readonly maxTokenLength: number
  readonly maxRemembered: number
  readonly revocations: Revocations | undefined
  readonly bindings: BindingCheck
  readonly clock: Clock
}

const SETTINGS = {
  maxTokenLength: wholeNumber({ min: 256, max: 65_536, fallback: 8192 }),
  maxRemembered: wholeNumber({ min: 0, max: 10_000_000, fallback: 10_000 }),
  revocations: optional(having<Revocations>(['refresh', 'covers'], 'revocations({ store })')),
  proofs,
  clock,
  fetch: orElse(callback<Fetch>(), () => globalThis.fetch),
  onError,
} as const

/** @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function compileBearer(where: string, options: BearerOptions): CompiledBearer {
  const at = new OptionPlace(where)
  if (!namesSeveral(options)) {
    const settings = readOptions(where, options as BearerSettings & IssuerOptions, {
      ...ISSUER,
      ...SETTINGS,
    })
    return {
      ...settings,
      issuers: [compileIssuer(at, settings, settings)],
      bindings: new BindingCheck(settings.proofs),
    }
  }
  const settings = readOptions(where, options as BearerSettings & SeveralIssuers, {
    issuers: listOf(group(ISSUER)),
    ...SETTINGS,
  })
  const issuers = settings.issuers.map((issuer, index) => compileIssuer(at.in('issuers').in(index), issuer, settings))
  if (new Set(issuers.map(({ issuer }) => issuer)).size < issuers.length) {
    throw at.in('issuers').invalid('a list of issuers that are all different')
  }
  return { ...settings, issuers, bindings: new BindingCheck(settings.proofs) }
}

function namesSeveral(options: unknown): boolean {
  return typeof options === 'object' && options !== null && Object.hasOwn(options, 'issuers')
}
