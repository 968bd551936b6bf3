import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { ask } from '../../src/time/ask.ts'
import { withDeadline } from '../../src/time/deadline.ts'
import { timeLimit } from '../../src/time/time-limit.ts'

/** A server that goes on while our event loop stands: it answers each byte with one, and counts its answers in shared memory. */
const SERVER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const answers = new Int32Array(workerData)
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write('!', () => {
      Atomics.add(answers, 0, 1)
      Atomics.notify(answers, 0)
    }))
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

describe('a stall of our own event loop', () => {
  const answers = new Int32Array(new SharedArrayBuffer(4))
  let worker: Worker
  let socket: Socket

  beforeAll(async () => {
    worker = new Worker(SERVER, { eval: true, workerData: answers.buffer })
    const port = await new Promise<number>((resolve) => worker.once('message', resolve))
    socket = connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
  })
  afterAll(async () => {
    socket.destroy()
    await worker.terminate()
  })

  function echo(): Promise<number> {
    socket.write('?')
    return new Promise((resolve) => socket.once('data', ({ length }) => resolve(length)))
  }

  /** Blocks until the server has answered, and then until a time. */
  function stallUntil(time: number, known: number): void {
    while (Atomics.load(answers, 0) === known) Atomics.wait(answers, 0, known, 1000)
    while (performance.now() < time) Atomics.wait(answers, 0, -1, 1)
  }

  test('does not make an answer late that was there', async () => {
    for (let round = 0; round < 5; round++) {
      const known = Atomics.load(answers, 0)
      const started = performance.now()
      const answer = ask('The server', 30, echo)
      stallUntil(started + 31, known)
      await expect(answer).resolves.toBe(1)
    }
  })

  test('nor where the timer itself was not late', async () => {
    const known = Atomics.load(answers, 0)
    const started = performance.now()
    const clock = jest.spyOn(performance, 'now').mockReturnValue(started)
    try {
      const answer = ask('The server', 30, echo)
      clock.mockRestore()
      stallUntil(started + 31, known)
      jest.spyOn(performance, 'now').mockReturnValue(started)
      await expect(answer).resolves.toBe(1)
    } finally {
      jest.restoreAllMocks()
    }
  })

  test('does not make a verdict late either', async () => {
    const known = Atomics.load(answers, 0)
    const started = performance.now()
    const answer = withDeadline(echo(), 30, { error: () => new Error('late') })
    stallUntil(started + 31, known)
    await expect(answer).resolves.toBe(1)
  })

  test('takes no time away from an answer of several steps', async () => {
    const known = Atomics.load(answers, 0)
    const started = performance.now()
    const answer = ask('The server', 400, async () => {
      let sum = 0
      for (let step = 0; step < 8; step++) sum += await echo()
      return sum
    })
    stallUntil(started + 800, known)
    await expect(answer).resolves.toBe(8)
  })

  test('gives what never comes no more than the time it took, once', async () => {
    const clock = jest.spyOn(performance, 'now')
    const delays: unknown[] = []
    const setTimer = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((then: () => void, ms: number) => {
      delays.push(ms)
      setImmediate(then)
      return { unref: () => undefined }
    }) as never)
    try {
      clock.mockReturnValueOnce(0).mockReturnValueOnce(130).mockReturnValue(1000)
      await new Promise<void>((resolve) => timeLimit(100, resolve))
      clock.mockReturnValueOnce(0).mockReturnValue(90_000)
      await new Promise<void>((resolve) => timeLimit(100, resolve))
      expect(delays).toEqual([100, 30, 100, 100])
    } finally {
      clock.mockRestore()
      setTimer.mockRestore()
    }
  })
})

describe('timeLimit()', () => {
  test('does not keep the process alive, and waits no shorter than it is told where that is longer than a timer can', () => {
    const unref = jest.spyOn(Object.getPrototypeOf(setTimeout(() => undefined, 0)), 'unref')
    const setTimer = jest.spyOn(globalThis, 'setTimeout')
    timeLimit(2 ** 40, () => undefined)()
    expect(unref).toHaveBeenCalled()
    expect(setTimer.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1])
    unref.mockRestore()
    setTimer.mockRestore()
  })

  test('is stopped at any moment', async () => {
    const expired = jest.fn()
    const setTimer = jest.spyOn(globalThis, 'setTimeout')
    const stop = timeLimit(60_000, expired)
    const fire = setTimer.mock.calls[0]![0] as () => void
    setTimer.mockRestore()
    // The timer has fired, and what has arrived is being read.
    fire()
    stop()
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(expired).not.toHaveBeenCalled()
  })
})
