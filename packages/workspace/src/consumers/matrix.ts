import { pairwise, type Row } from './pairwise.ts'

const RUNNING = {
  framework: ['express-v4', 'express', 'koa-v2', 'koa'],
  syntax: ['require', 'import'],
  tool: ['node', 'node:test', 'jest-v29', 'jest', 'vitest', 'esbuild', 'webpack', 'rollup'],
  node: ['20', '22', '24'],
} as const

/** An app in JavaScript, and what loads it. */
export type RunningApp = Row<typeof RUNNING>

/** Plain Jest knows no `import`; an app that has it is transformed, into `require()`. */
export const RUNNING_APPS: readonly RunningApp[] = pairwise(
  RUNNING,
  ({ tool, syntax }) => !(tool.startsWith('jest') && syntax === 'import'),
)

const COMPILED = {
  compiler: ['typescript-v5', 'typescript-v6', 'typescript'],
  resolution: ['node10', 'node16', 'nodenext', 'bundler'],
  format: ['commonjs', 'module'],
  frameworks: ['express-v4 koa-v2', 'express koa'],
} as const

/** An app in TypeScript, and what compiles it. */
export type CompiledApp = Row<typeof COMPILED>

/** Version 7 has no `node10`, which finds no ES modules; before version 6, `bundler` was for ES modules only. */
export const COMPILED_APPS: readonly CompiledApp[] = pairwise(COMPILED, ({ compiler, resolution, format }) => {
  if (resolution === 'node10') return compiler !== 'typescript' && format === 'commonjs'
  return !(resolution === 'bundler' && format === 'commonjs' && compiler === 'typescript-v5')
})
