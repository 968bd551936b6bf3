import type { ViolationSummary } from '@ashlar/core'
import { fakeClock } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { newsOf } from '../src/news.ts'

const violation = (blocked: string): ViolationSummary => ({
  type: 'csp-violation',
  directive: 'img-src',
  blocked,
  page: undefined,
  disposition: 'enforce',
})

test('the same is no news until it was quiet for long enough, and what was forgotten is news again', () => {
  const clock = fakeClock()
  const isNews = newsOf({ quietMs: 1000, maxRemembered: 2, maxPerMinute: 100, clock })
  expect(['a', 'a', 'b', 'a'].map((blocked) => isNews(violation(blocked)))).toEqual([true, false, true, false])
  clock.advance(1)
  // The third in a memory of two takes the place of the one that would be news first.
  expect(isNews(violation('c'))).toBe(true)
  expect([isNews(violation('a')), isNews(violation('c'))]).toEqual([true, false])
  clock.advance(1000)
  expect(isNews(violation('c'))).toBe(true)
})

test('a minute has so much room, and what found none is news in the next', () => {
  const clock = fakeClock()
  const isNews = newsOf({ quietMs: 3_600_000, maxRemembered: 10, maxPerMinute: 1, clock })
  expect([isNews(violation('a')), isNews(violation('b'))]).toEqual([true, false])
  clock.advance(60_000)
  expect([isNews(violation('b')), isNews(violation('a'))]).toEqual([true, false])
})

test('nothing is kept quiet for no time', () => {
  const isNews = newsOf({ quietMs: 0, maxRemembered: 10, maxPerMinute: 10, clock: fakeClock() })
  expect([isNews(violation('a')), isNews(violation('a'))]).toEqual([true, true])
})
