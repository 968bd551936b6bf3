import { basename, dirname } from 'node:path'
import webpack from 'webpack'

const [entry, outfile] = process.argv.slice(2)
const compiler = webpack({
  entry,
  mode: 'production',
  target: 'node20',
  optimization: { minimize: false },
  output: { path: dirname(outfile), filename: basename(outfile) },
})
compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString('errors-only'))
    process.exitCode = 1
  }
})
