import { createRequire } from 'node:module'

import { z } from 'zod'
import { z as lowest } from 'zod-lowest'
import { z as z3 } from 'zod-v3'

const require = createRequire(import.meta.url)

/** zod as apps have it: modules and CommonJS are two copies side by side. All are typed as the one that is documented. */
export const ZODS_4: readonly (readonly [name: string, zod: typeof z])[] = [
  ['zod', z],
  ['zod in CommonJS', (require('zod') as { z: typeof z }).z],
  ['the lowest zod', lowest as unknown as typeof z],
]

export const ZODS: readonly (readonly [name: string, zod: typeof z])[] = [
  ...ZODS_4,
  ['zod 3', z3 as unknown as typeof z],
]
