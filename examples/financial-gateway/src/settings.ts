import { z } from 'zod'

const Environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  // Digits first: `z.coerce.number()` alone makes 0 of a blank text, and of 0 the system makes any port.
  PORT: z
    .string()
    .regex(/^[0-9]{1,5}$/)
    .pipe(z.coerce.number<string>().max(65_535))
    .default(3000),
  ENVIRONMENT: z.enum(['development', 'staging', 'production']).default('production'),
  FRAMEWORK: z.enum(['express', 'koa']).default('express'),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
})

export type Settings = z.infer<typeof Environment>

/** Reads the settings, or names the variables that are wrong. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  const result = Environment.safeParse(variables)
  if (result.success) return result.data
  const wrong = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`These environment variables are not right: ${wrong.join('; ')}`)
}
