import type { IncomingMessage } from 'node:http'

import { describe, expect, test } from '@jest/globals'

import { allow, deny, guard, type Late, lateSlot, problem, slot, stateOf } from '../../src/index.ts'
import { type Context, contextOf, decide, guardThat, recordingPort } from '../recording-port.ts'

let made = 0
const ticket = lateSlot('ticket', (prefix: string, raw: IncomingMessage) => `${prefix} ${raw.url} ${++made}`)
const tickets = (prefix: string) =>
  guard({
    name: 'tickets',
    layer: 'custom',
    reads: 'head',
    adds: { ticket },
    check: () => allow({ ticket: ticket.from(prefix) }),
  })

describe('a late slot', () => {
  test('is made when it is first read, and the same ever after, by whichever slot of that name', async () => {
    const { context } = await decide([tickets('a')], { target: '/x' })
    const before = made
    const value = ticket.of(context.request)
    expect(value).toBe(`a /x ${before + 1}`)
    expect(ticket.find({ req: context.request })).toBe(value)
    expect(slot<string>('ticket').of(context.request)).toBe(value)
    expect(made).toBe(before + 1)
  })

  test('is made anew for each request, of one object that all share', async () => {
    const shared = tickets('shared')
    const [one, other] = [await decide([shared]), await decide([shared])]
    expect(ticket.of(one.context.request)).not.toBe(ticket.of(other.context.request))
  })

  test('is made again of what a later guard gives', async () => {
    const port = recordingPort()
    const { context } = await decide([tickets('first')], { port })
    expect(ticket.of(context.request)).toMatch(/^first/)
    const { run, stepsOf } = await import('../../src/adapter.ts')
    run(port, stepsOf([tickets('second')]), context)
    expect(ticket.of(context.request)).toMatch(/^second/)
  })

  test('says so where no guard has filled it', async () => {
    const { context } = await decide([guardThat(() => deny(problem('not-permitted')))])
    expect(() => ticket.of(context.request)).toThrow(expect.objectContaining({ code: 'ERR_STATE_MISSING' }))
    expect(ticket.find(contextOf().request)).toBeUndefined()
  })

  test('that can not be made throws where it is read, and nowhere else', async () => {
    const broken = lateSlot('broken', () => {
      throw new Error('no')
    })
    const { passed, context } = await decide([guardThat(() => allow({ broken: broken.from(undefined) }))])
    expect(passed).toBe(true)
    expect(() => broken.of(context.request)).toThrow('no')
  })

  test('shows nothing of what it is made of where state is logged', async () => {
    const { context } = await decide([tickets('hunter2')])
    expect(JSON.stringify(stateOf(context.request))).not.toContain('hunter2')
  })
})

describe('templates', () => {
  const localsOf = async (locals: object | undefined): Promise<Context> => {
    const port = recordingPort({ locals: () => locals })
    const { context } = await decide([tickets('t'), guardThat(() => allow({ plain: 1 }))], { port })
    const { run } = await import('../../src/adapter.ts')
    run(port, [], context)
    return context
  }

  test('find late slots, and nothing else, by their names; nothing is made until one is read', async () => {
    const locals: Record<string, unknown> = {}
    const before = made
    const context = await localsOf(locals)
    expect(Object.keys(locals)).toEqual(['ticket'])
    expect(made).toBe(before)
    expect(locals['ticket']).toBe(ticket.of(context.request))
    expect(made).toBe(before + 1)
  })

  test('keep what the app has put there, before and after', async () => {
    const locals: Record<string, unknown> = { ticket: 'own' }
    await localsOf(locals)
    expect(locals['ticket']).toBe('own')
    const others: Record<string, unknown> = {}
    await localsOf(others)
    others['ticket'] = 'replaced'
    expect(others['ticket']).toBe('replaced')
  })

  test('may be nowhere', async () => {
    await expect(localsOf(undefined)).resolves.toBeDefined()
  })
})

test('what a guard sees of it in a chain is not read yet', () => {
  const seen = guard({
    name: 'seen',
    layer: 'custom',
    reads: 'head',
    needs: { ticket },
    check: (_, state: { readonly ticket: Late<string> }) => allow({}, { reason: typeof state.ticket.make }),
  })
  expect(seen.needs).toEqual(['ticket'])
})

test('what makes the value is a function', () => {
  for (const make of [undefined, 'x', {}]) {
    expect(() => lateSlot('receipt', make as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  }
})
