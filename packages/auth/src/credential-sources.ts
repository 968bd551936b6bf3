import type { OptionPlace, OptionReader } from '@ashlar/core/options'

import { challengeText } from './challenge.ts'
import type { Challenge, CredentialSource } from './credential-source.ts'

const PLACES: ReadonlySet<unknown> = new Set(['authorization', 'header', 'cookie', 'connection'])
const SCHEME = /^[\w!#$%&'*+.^`|~-]+$/

/** The kinds of credential that a guard takes, in one list. One of a place that is none would never be asked. */
export const credentialSources: OptionReader<readonly CredentialSource[]> = (value, at) => {
  if (value === undefined) throw at.missing('It is a list of kinds of credential, such as [bearer({ … })].')
  if (!Array.isArray(value)) {
    throw at.invalid('a list of kinds of credential', value, isSource(value) ? 'Put it in brackets: […].' : undefined)
  }
  if (value.length === 0) throw at.missing('It is a list of one kind of credential at least.')
  const sources = value.flatMap((kind: unknown, index) =>
    Array.isArray(kind)
      ? kind.map((source: unknown, inner) => checkSource(source, at.in(index).in(inner)))
      : [checkSource(kind, at.in(index))],
  )
  if (sources.length === 0) throw at.missing('It is a list of one kind of credential at least.')
  return Object.freeze(sources)
}

function checkSource(value: unknown, at: OptionPlace): CredentialSource {
  if (!isSource(value)) throw at.invalid('a kind of credential, such as bearer({ … }) or apiKey(keys)', value)
  const { name, place, challenges } = value
  if (typeof name !== 'string' || name === '') throw at.in('name').invalid('a text that is not empty', name)
  if (!PLACES.has(place)) throw at.in('place').invalid("one of 'authorization', 'header', 'cookie', 'connection'")
  if (!Array.isArray(challenges)) throw at.in('challenges').invalid('a list', challenges)
  for (const [index, challenge] of challenges.entries()) checkChallenge(challenge, at.in('challenges').in(index))
  return value
}

function checkChallenge({ scheme, params = {} }: Challenge, at: OptionPlace): void {
  if (typeof scheme !== 'string' || !SCHEME.test(scheme)) throw at.in('scheme').invalid('the name of a scheme', scheme)
  for (const [name, text] of Object.entries(params)) challengeText()(text, at.in('params').in(name))
}

function isSource(value: unknown): value is CredentialSource {
  const { find, verify } = Object(value) as Partial<CredentialSource>
  return typeof find === 'function' && typeof verify === 'function'
}
