import { createRequire } from 'node:module'
import { test } from 'vitest'

test('the app is content', async () => {
  const { exercise } =
    process.env.APP_SYNTAX === 'require'
      ? createRequire(import.meta.url)('./exercise.js')
      : await import('./exercise.js')
  await exercise()
})
