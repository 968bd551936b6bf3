import { existsSync, readdirSync, writeFileSync } from 'node:fs'

/** Says of each CommonJS build what it is: below a package of ES modules, `.js` is one unless the nearest manifest differs. */
const packages = new URL('../../', import.meta.url)
for (const name of readdirSync(packages)) {
  const build = new URL(`${name}/dist/cjs/`, packages)
  if (existsSync(build)) writeFileSync(new URL('package.json', build), '{"type":"commonjs"}\n')
}
