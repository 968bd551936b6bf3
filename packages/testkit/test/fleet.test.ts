import { expect, test } from '@jest/globals'

import { fleet } from '../src/index.ts'

const SCRIPT = new URL('./fixtures/member.js', import.meta.url)

test('a fleet of processes takes messages and answers each by itself', async () => {
  const members = fleet(SCRIPT, 2, { fails: false })
  expect(await members.each('ready')).toEqual([{ name: 'ready' }, { name: 'ready' }])
  members.send({ add: [1, 2] })
  expect((await members.each('sum')).map(({ sum }) => sum)).toEqual([3, 3])
  expect(await members.ended()).toEqual([0, 0])
})

test('whoever waits for a process that has ended is told', async () => {
  const members = fleet(SCRIPT, 1, { fails: true })
  await members.each('ready')
  const waiting = members.each('sum')
  members.send({ add: [1, 2] })
  await expect(waiting).rejects.toThrow('A process ended (3) before it sent "sum".')
})

test('a fleet can be killed', async () => {
  const members = fleet(SCRIPT, 1, {})
  await members.each('ready')
  members.kill()
  expect(await members.ended()).toEqual([null])
})
