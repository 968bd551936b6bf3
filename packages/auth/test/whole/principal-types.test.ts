import type { Principal } from '@ashlar/core'
import type { ProtectedState } from '@ashlar/koa'
import { expect, test } from '@jest/globals'
import type Koa from 'koa'

/** Compiled by the type check: what a handler reads is a principal, and its kind tells what else it has. */
export function keyOf(context: Koa.ParameterizedContext<ProtectedState>, request: Express.Request): string | undefined {
  const inKoa: Principal | undefined = context.state.principal
  const inExpress: Principal | undefined = request.principal
  // @ts-expect-error the kind is not known yet
  const early = inExpress?.keyId
  const caller = inKoa ?? inExpress
  return caller?.kind === 'api-key' ? caller.keyId : early
}

test('the principal is read where the framework has it', () => {
  const principal = { kind: 'api-key', subject: 's', keyId: 'key_1', roles: [], scopes: [], claims: {} }
  expect(keyOf({ state: { principal } } as never, {} as never)).toBe('key_1')
  expect(keyOf({ state: {} } as never, { principal } as never)).toBe('key_1')
})
