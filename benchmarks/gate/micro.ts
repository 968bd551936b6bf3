import { register } from 'node:module'

import type { Subject } from '../result.ts'

/**
 * Runs the script in BENCH_SCRIPT, of whichever build, with the gate's stopwatch in the place of its `interleave`.
 * Says true for each group of cases that is ready and false at the end.
 */
register('./stopwatch-hook.js', import.meta.url)
const { bench } = (await import(process.env['BENCH_SCRIPT'] ?? '')) as Subject
await bench({ values: {}, positionals: [] })
process.send?.(false)
