import { EventEmitter } from 'node:events'

import { expect, test } from '@jest/globals'

import { print, type Terminal } from '../src/terminal.ts'

function slow(): { readonly terminal: Terminal; readonly stdout: EventEmitter } {
  const stdout = Object.assign(new EventEmitter(), { write: () => false })
  return { stdout, terminal: { stdout, stderr: stdout } }
}

test('printing waits while the reader is slower', async () => {
  const { terminal, stdout } = slow()
  let printed = false
  const printing = print(terminal, 'a').then(() => {
    printed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(printed).toBe(false)
  stdout.emit('drain')
  await printing
})

test('and ends when nobody reads any more', async () => {
  const { terminal, stdout } = slow()
  const printing = print(terminal, 'a')
  stdout.emit('close')
  await printing
})

test('a terminal that takes it all is not waited for', async () => {
  const written: string[] = []
  const output = { write: (text: string) => written.push(text) }
  await print({ stdout: output, stderr: output }, 'a')
  expect(written).toEqual(['a'])
})
