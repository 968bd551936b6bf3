import { build } from 'esbuild'

const [entryPoint, outfile] = process.argv.slice(2)
await build({ entryPoints: [entryPoint], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' })
