// What two copies share by what it is, since neither has the other's classes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsecutiveBreaker } from 'cockatiel'
import express from 'express'
import { here, there } from './copies.js'

const core = await here('@ashlar/core')
const other = await there('@ashlar/core')
const { adapter, Protect } = await here('@ashlar/express')
const auth = await there('@ashlar/auth')
const { authenticate, apiKey, sessionCookie } = await here('@ashlar/auth')
const { testServer } = await here('@ashlar/testkit')

const thrown = (work) => {
  try {
    work()
  } catch (error) {
    return error
  }
}

async function serve(guards, handler, use) {
  const errors = []
  const { protect, errorBoundary } = adapter({ onError: (error) => errors.push(error) })
  const app = express()
  app.set('env', 'test')
  app.get('/', protect(...guards), handler)
  app.use(errorBoundary())
  const server = await testServer(app)
  try {
    return await use(server, errors)
  } finally {
    await server.close()
  }
}

test('they are two', () => {
  assert.notEqual(core.guard, other.guard)
  assert.notEqual(core.AshlarError, other.AshlarError)
})

test('errors are known, with their codes, by instanceof of either', async () => {
  const { rateLimit } = await there('@ashlar/ratelimit')
  const error = thrown(() => rateLimit({ polcy: 1 }))
  assert.equal(error.code, 'ERR_OPTION_UNKNOWN')
  for (const { AshlarError, ConfigurationError, UnavailableError } of [core, other]) {
    assert.ok(error instanceof AshlarError)
    assert.ok(error instanceof ConfigurationError)
    assert.ok(!(error instanceof UnavailableError))
  }
  class Own extends core.AshlarError {}
  assert.ok(!(error instanceof Own))
})

test('what a guard of the other copy could not reach is 503, and the operator is told its code', async () => {
  const down = other.guard({
    name: 'down',
    layer: 'custom',
    reads: 'head',
    check() {
      throw new other.UnavailableError('the store did not answer')
    },
  })
  await serve(
    [down],
    (_request, response) => response.end(),
    async (server, errors) => {
      assert.equal((await server.call('/')).status, 503)
      assert.ok(errors[0] instanceof core.UnavailableError)
    },
  )
})

test('the principal, slots and events of one copy are those of the other', async () => {
  const seen = []
  const stop = [
    core.onEvent(({ name }) => seen.push(`here ${name}`)),
    other.onEvent(({ name }) => seen.push(`there ${name}`)),
  ]
  const ring = auth.apiKeys({ store: auth.memoryApiKeys() })
  const { key } = await ring.issue({ subject: 'shop', roles: ['till'] })
  const number = other.slot('number')
  const count = other.guard({
    name: 'count',
    layer: 'custom',
    reads: 'head',
    adds: { number },
    check: () => other.allow({ number: 7 }),
  })
  const handler = (request, response) => {
    core.publishEvent({ name: 'app_sold', by: 'till', outcome: 'success', request })
    const subjects = [request.principal, core.principal.of(request), other.principal.of(request)].map(
      (one) => one.subject,
    )
    response.json({ subjects, number: core.slot('number').of(request) })
  }
  await serve([authenticate([apiKey(ring)]), count], handler, async (server) => {
    const response = await server.call('/', { headers: { authorization: `Bearer ${key}` } })
    assert.deepEqual(response.json(), { subjects: ['shop', 'shop', 'shop'], number: 7 })
    assert.equal((await server.call('/')).status, 401)
  })
  for (const end of stop) end()
  assert.deepEqual(seen.filter((text) => text.endsWith('app_sold')).sort(), ['here app_sold', 'there app_sold'])
})

test('sessions of the other copy', async () => {
  const keyRing = [{ id: 'now', secret: 'the current secret, of 32 bytes and more' }]
  const keeper = auth.sessions({ keyRing, store: auth.memorySessions() })
  const [cookie] = (await keeper.login({ subject: 'ada' })).split(';')
  await serve(
    [authenticate([sessionCookie(keeper)])],
    (request, response) => response.json(request.principal.subject),
    async (server) => {
      assert.equal((await server.call('/', { headers: { cookie } })).json(), 'ada')
    },
  )
})

test('mistakes are found at the start, whichever copy a guard is of', async () => {
  const { accessControl } = await there('@ashlar/access')
  const { permit } = accessControl({ roles: { till: { permissions: ['orders:read'] } } })
  const known = authenticate([apiKey(auth.apiKeys({ store: auth.memoryApiKeys() }))])
  const { protect } = adapter()
  assert.equal(thrown(() => protect(permit('orders:read'), known)).code, 'ERR_GUARD_ORDER')
  assert.equal(thrown(() => protect(core.chain(other.chain(permit('orders:read')), known))).code, 'ERR_GUARD_ORDER')
  assert.equal(thrown(() => protect({ name: 'none' })).code, 'ERR_GUARD_INVALID')
  protect(known, other.some(permit('orders:read'), core.except(['/x'], permit('orders:read'))))
})

test('a strategy that counts for a circuit of one copy is refused by the other', async () => {
  const [{ circuitBreaker }, { circuitBreaker: another }] = await Promise.all([
    here('@ashlar/breaker'),
    there('@ashlar/breaker'),
  ])
  const strategy = new ConsecutiveBreaker(3)
  circuitBreaker({ name: 'a', strategy })
  assert.equal(thrown(() => another({ name: 'b', strategy })).code, 'ERR_OPTION_UNSAFE')
})

test('a method that one copy decorates is left alone by the other, on its class', async () => {
  const theirs = await there('@ashlar/express')
  const asked = []
  const asking = (name) => {
    const check = () => {
      asked.push(name)
      return core.ALLOW
    }
    return core.guard({ name, layer: 'custom', reads: 'head', check })
  }
  class Orders {
    list(_request, response) {
      response.json([])
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, 'list')
  Object.defineProperty(
    Orders.prototype,
    'list',
    theirs.Protect(asking('method'))(Orders.prototype, 'list', descriptor),
  )
  const Guarded = Protect(asking('class'))(Orders)
  const orders = new Guarded()
  await serve(
    [],
    (request, response, next) => orders.list(request, response, next),
    async (server) => {
      assert.equal((await server.call('/')).status, 200)
    },
  )
  assert.deepEqual(asked, ['method'])
})

test('a key ring, a duration and a clock are taken from the other copy', async () => {
  const keys = await there('@ashlar/core/keys')
  const { sessions, memorySessions } = await here('@ashlar/auth')
  const { fakeClock } = await there('@ashlar/testkit')
  const keyRing = keys.keyRing([{ id: 'now', secret: 'the current secret, of 32 bytes and more' }])
  assert.ok(await sessions({ keyRing, store: memorySessions(), clock: fakeClock() }).login({ subject: 'ada' }))
})
