import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)

export const ASHLAR = 'ashlar token bucket'
export const FLEXIBLE = `rate-limiter-flexible@${versionOf('rate-limiter-flexible')}`
export const EXPRESS_RATE_LIMIT = `express-rate-limit@${versionOf('express-rate-limit')}`

export interface Million {
  readonly firstNs: number
  readonly againNs: number
  readonly bytes: number
  readonly stallMs: number
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url)
  return (
    require(`${resolve(name).split(`node_modules/${name}/`)[0]}node_modules/${name}/package.json`) as {
      version: string
    }
  ).version
}
