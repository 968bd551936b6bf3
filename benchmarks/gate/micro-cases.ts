import { existsSync } from 'node:fs'

import { endOf, messageOf, startPinned } from '../pinned.ts'
import { endOnLeaving } from './leaving.ts'
import type { Probe, Reading } from './probe.ts'

/** What `interleave` times in a subject's script, each build's own, with the stopwatch in its place. */
export function microProbe(subject: string, only: string): Probe {
  return {
    async open(build) {
      const script = new URL(`${subject}.bench.js`, build.folder)
      if (!existsSync(script)) return undefined
      const child = endOnLeaving(startPinned('./gate/micro.js', 0, { BENCH_SCRIPT: script.href, BENCH_ONLY: only }))
      // The first word comes by itself, when the script gets to its first cases.
      let word = messageOf<boolean>(child)
      const say = <Answer>(order: 'next' | 'turn'): Promise<Answer> => {
        const answer = messageOf<Answer>(child)
        child.send(order)
        return answer
      }
      let begun = false
      return {
        async next() {
          if (begun) word = say('next')
          begun = true
          return word
        },
        turn: () => say<Reading[]>('turn'),
        async close() {
          child.kill('SIGKILL')
          await endOf(child)
        },
      }
    },
  }
}
